// Q5_0: 32 values, y = d (q - 16), q in 0..31.   f16 d | u32: fifth bits | 16 bytes of nibbles as
// in Q4_0
#pragma once

#include "tensor/quant/pack.h"

namespace hob::tensor::quant {

struct Q5_0 {
  static constexpr Format kFormat = Format::q5_0;
  static constexpr Kind kKind = Kind::scaled;
  static constexpr int kBlock = 32, kBytes = 22, kOffset = 16;
  static constexpr bool kSigned = false, kMins = false;

  template <class V>
  HOB_INLINE static auto scale(Block<V> b) {
    return b.f16(0);
  }
  template <class V>
  HOB_INLINE static auto weights(Block<V> b, int j) {
    return b.nibbles(6, j) | spread_bits(b.u32(2) >> 4 * j) << 4;
  }

  static void pack(const float* x, uint8_t* out) {
    const float id = inverse(put_f16(out, extreme({x, 32}) / -16));
    uint8_t q[32], low[32];
    for (int i = 0; i < 32; ++i) {
      q[i] = static_cast<uint8_t>(round_to(x[i] * id, -16, 15) + 16);
      low[i] = q[i] & 15;
    }
    put_fifth_bits(out + 2, q);
    put_nibbles(out + 6, low);
  }
};

}  // namespace hob::tensor::quant
