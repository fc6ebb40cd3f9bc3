// The one table of storage formats, and lookups in it.
#include "tensor/format.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace hob::tensor {
namespace {

constexpr FormatInfo kFormats[] = {
    {Format::f32, "F32", 1, 4},
    {Format::f16, "F16", 1, 2},
    {Format::q4_0, "Q4_0", 32, 18},
    {Format::q4_1, "Q4_1", 32, 20},
    {Format::q5_0, "Q5_0", 32, 22},
    {Format::q5_1, "Q5_1", 32, 24},
    {Format::q8_0, "Q8_0", 32, 34},
    {Format::q8_1, "Q8_1", 32, 36},
    {Format::q2_k, "Q2_K", 256, 84},
    {Format::q3_k, "Q3_K", 256, 110},
    {Format::q4_k, "Q4_K", 256, 144},
    {Format::q5_k, "Q5_K", 256, 176},
    {Format::q6_k, "Q6_K", 256, 210},
    {Format::q8_k, "Q8_K", 256, 292},
    {Format::iq2_xxs, "IQ2_XXS", 256, 66},
    {Format::iq2_xs, "IQ2_XS", 256, 74},
    {Format::iq3_xxs, "IQ3_XXS", 256, 98},
    {Format::iq1_s, "IQ1_S", 256, 50},
    {Format::iq4_nl, "IQ4_NL", 32, 18},
    {Format::iq3_s, "IQ3_S", 256, 110},
    {Format::iq2_s, "IQ2_S", 256, 82},
    {Format::iq4_xs, "IQ4_XS", 256, 136},
    {Format::i8, "I8", 1, 1},
    {Format::i16, "I16", 1, 2},
    {Format::i32, "I32", 1, 4},
    {Format::i64, "I64", 1, 8},
    {Format::f64, "F64", 1, 8},
    {Format::iq1_m, "IQ1_M", 256, 56},
    {Format::bf16, "BF16", 1, 2},
    {Format::tq1_0, "TQ1_0", 256, 54},
    {Format::tq2_0, "TQ2_0", 256, 66},
    {Format::mxfp4, "MXFP4", 32, 17},
    {Format::nvfp4, "NVFP4", 64, 36},
    {Format::q1_0, "Q1_0", 128, 18},
    {Format::q2_0, "Q2_0", 64, 18},
};

constexpr uint32_t kIdLimit = 43;  // one more than the largest id

// Index into kFormats by id; -1 where an id means nothing.
constexpr auto kIndexById = [] {
  std::array<int8_t, kIdLimit> index{};
  index.fill(-1);
  for (size_t i = 0; i < std::size(kFormats); ++i)
    index[static_cast<uint32_t>(kFormats[i].format)] = static_cast<int8_t>(i);
  return index;
}();

char to_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace

std::span<const FormatInfo> all_formats() {
  return kFormats;
}

const FormatInfo* find_format(uint32_t gguf_id) {
  if (gguf_id >= kIdLimit || kIndexById[gguf_id] < 0) return nullptr;
  return &kFormats[kIndexById[gguf_id]];
}

const FormatInfo* find_format(std::string_view name) {
  for (const FormatInfo& f : kFormats)
    if (std::ranges::equal(f.name, name, {}, {}, to_upper)) return &f;
  return nullptr;
}

const FormatInfo& info(Format format) {
  const FormatInfo* found = find_format(static_cast<uint32_t>(format));
  HOB_CHECK(found, "no format has the id {}", static_cast<uint32_t>(format));
  return *found;
}

uint64_t row_bytes(Format format, uint64_t n) {
  const FormatInfo& f = info(format);
  HOB_CHECK(n % f.block == 0, "{} values are no whole number of {} blocks", n, f.name);
  return n / f.block * f.bytes;
}

}  // namespace hob::tensor
