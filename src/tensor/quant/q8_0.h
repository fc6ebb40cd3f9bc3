// Q8_0: 32 values, y = d q.   f16 d | 32 signed bytes
#pragma once

#include "tensor/quant/pack.h"

namespace hob::tensor::quant {

struct Q8_0 {
  static constexpr Format kFormat = Format::q8_0;
  static constexpr Kind kKind = Kind::scaled;
  static constexpr int kBlock = 32, kBytes = 34, kOffset = 0;
  static constexpr bool kSigned = true, kMins = false;

  template <class V>
  HOB_INLINE static auto scale(Block<V> b) {
    return b.f16(0);
  }
  template <class V>
  HOB_INLINE static auto weights(Block<V> b, int j) {
    return b.u32(2 + 4 * j);
  }

  static void pack(const float* x, uint8_t* out) {
    const float id = inverse(put_f16(out, std::fabs(extreme({x, 32})) / 127));
    for (int i = 0; i < 32; ++i) out[2 + i] = static_cast<uint8_t>(round_to(x[i] * id, -127, 127));
  }
};

}  // namespace hob::tensor::quant
