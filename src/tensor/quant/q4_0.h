// Q4_0: 32 values, y = d (q - 8), q in 0..15.   f16 d | 16 bytes: low nibbles 0..15, high
// nibbles 16..31
#pragma once

#include "tensor/quant/pack.h"

namespace hob::tensor::quant {

struct Q4_0 {
  static constexpr Format kFormat = Format::q4_0;
  static constexpr Kind kKind = Kind::scaled;
  static constexpr int kBlock = 32, kBytes = 18, kOffset = 8;
  static constexpr bool kSigned = false, kMins = false;

  template <class V>
  HOB_INLINE static auto scale(Block<V> b) {
    return b.f16(0);
  }
  template <class V>
  HOB_INLINE static auto weights(Block<V> b, int j) {
    return b.nibbles(2, j);
  }

  static void pack(const float* x, uint8_t* out) {
    const float id = inverse(put_f16(out, extreme({x, 32}) / -8));  // -8 is the end without a twin
    uint8_t q[32];
    for (int i = 0; i < 32; ++i) q[i] = static_cast<uint8_t>(round_to(x[i] * id, -8, 7) + 8);
    put_nibbles(out + 2, q);
  }
};

}  // namespace hob::tensor::quant
