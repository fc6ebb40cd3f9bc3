// Q4_1: 32 values, y = d q + m, q in 0..15.   f16 d | f16 m | 16 bytes of nibbles as in Q4_0
#pragma once

#include "tensor/quant/pack.h"

namespace hob::tensor::quant {

struct Q4_1 {
  static constexpr Format kFormat = Format::q4_1;
  static constexpr Kind kKind = Kind::scaled;
  static constexpr int kBlock = 32, kBytes = 20, kOffset = 0;
  static constexpr bool kSigned = false, kMins = true;

  template <class V>
  HOB_INLINE static auto scale(Block<V> b) {
    return b.f16(0);
  }
  template <class V>
  HOB_INLINE static auto min(Block<V> b) {
    return b.f16(2);
  }
  template <class V>
  HOB_INLINE static auto weights(Block<V> b, int j) {
    return b.nibbles(4, j);
  }

  static void pack(const float* x, uint8_t* out) {
    const auto [low, high] = std::minmax_element(x, x + 32);
    const float m = put_f16(out + 2, *low);
    const float id = inverse(put_f16(out, (*high - m) / 15));
    uint8_t q[32];
    for (int i = 0; i < 32; ++i) q[i] = static_cast<uint8_t>(round_to((x[i] - m) * id, 0, 15));
    put_nibbles(out + 4, q);
  }
};

}  // namespace hob::tensor::quant
