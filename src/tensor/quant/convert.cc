// Rows to and from floats, derived from the format files.
#include "tensor/quant/convert.h"

#include <cstring>

#include "base/check.h"
#include "tensor/quant/all.h"
#include "tensor/quant/one_row.h"

namespace hob::tensor {
namespace {

using namespace quant;

// Calls f with a value of the format's type; false where there is none.
template <class F>
bool with_format(Format format, F f) {
  switch (format) {
#define HOB_FORMAT(T)                              \
  case T::kFormat:                                 \
    static_assert(T::kBlock > 0 && T::kBytes > 0); \
    f(T{});                                        \
    return true;
#include "tensor/quant/all.def"
#undef HOB_FORMAT
    default:
      return false;
  }
}

// The integer value i of a block.
template <class T>
int integer_value(Block<OneRow> block, int i) {
  const auto byte = static_cast<uint8_t>(T::weights(block, i / 4) >> 8 * (i % 4));
  return T::kSigned ? static_cast<int8_t>(byte) : byte - T::kOffset;
}

template <class T>
void dequantize_block(const std::byte* src, float* out) {
  uint32_t dwords[T::kBytes / 4 + 2] = {};
  std::memcpy(dwords, src, T::kBytes);
  const Block<OneRow> block{dwords, 0};
  for (int i = 0; i < T::kBlock; ++i) {
    if constexpr (T::kKind == Kind::plain) {
      out[i] = T::value(block, i);
    } else if constexpr (T::kKind == Kind::scaled) {
      out[i] = T::scale(block) * float(integer_value<T>(block, i));
      if constexpr (T::kMins) out[i] += T::min(block);
    } else {
      const int s = i / T::kSub;
      out[i] =
          T::super_scale(block) * float(T::scale(block, s)) * float(integer_value<T>(block, i));
      if constexpr (T::kMins) out[i] -= T::super_min(block) * float(T::min(block, s));
    }
  }
}

}  // namespace

bool is_computable(Format format) {
  return with_format(format, [](auto) {});
}

void dequantize_row(Format format, const std::byte* src, uint64_t n, float* out) {
  const bool known = with_format(format, [&]<class T>(T) {
    HOB_CHECK(n % T::kBlock == 0, "{} values", n);
    for (uint64_t b = 0; b < n / T::kBlock; ++b)
      dequantize_block<T>(src + b * T::kBytes, out + b * T::kBlock);
  });
  HOB_CHECK(known, "format {}", static_cast<uint32_t>(format));
}

void quantize_row(Format format, const float* src, uint64_t n, std::byte* out) {
  const bool known = with_format(format, [&]<class T>(T) {
    HOB_CHECK(n % T::kBlock == 0, "{} values", n);
    for (uint64_t b = 0; b < n / T::kBlock; ++b)
      T::pack(src + b * T::kBlock, reinterpret_cast<uint8_t*>(out + b * T::kBytes));
  });
  HOB_CHECK(known, "format {}", static_cast<uint32_t>(format));
}

}  // namespace hob::tensor
