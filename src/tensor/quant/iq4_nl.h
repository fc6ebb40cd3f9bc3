// IQ4_NL: 32 values, y = d T[q] with a table that is denser near zero.   f16 d | 16 bytes of
// nibbles as in Q4_0
#pragma once

#include "tensor/quant/pack.h"

namespace hob::tensor::quant {

struct IQ4_NL {
  static constexpr Format kFormat = Format::iq4_nl;
  static constexpr Kind kKind = Kind::scaled;
  static constexpr int kBlock = 32, kBytes = 18, kOffset = 0;
  static constexpr bool kSigned = true, kMins = false;

  HOB_INLINE static constexpr Table table() {
    return {{-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113}};
  }
  static float nearest(float x) { return table().v[nearest_index(table(), x)]; }

  template <class V>
  HOB_INLINE static auto scale(Block<V> b) {
    return b.f16(0);
  }
  template <class V>
  HOB_INLINE static auto weights(Block<V> b, int j) {
    return V::lookup(b.nibbles(2, j), table());
  }

  static void pack(const float* x, uint8_t* out) {
    const float id = inverse(put_f16(out, fit_scale({x, 32}, -127, nearest)));
    uint8_t q[32];
    for (int i = 0; i < 32; ++i) q[i] = static_cast<uint8_t>(nearest_index(table(), x[i] * id));
    put_nibbles(out + 2, q);
  }
};

}  // namespace hob::tensor::quant
