// MXFP4 (OCP Microscaling 1.0): 32 values of 4-bit floats (e2m1) under a power of two.   u8 e | 16
// bytes of nibbles as in Q4_0. The table holds the values doubled, so y = 2^(e - 128) T[q].
#pragma once

#include "tensor/quant/pack.h"

namespace hob::tensor::quant {

struct MXFP4 {
  static constexpr Format kFormat = Format::mxfp4;
  static constexpr Kind kKind = Kind::scaled;
  static constexpr int kBlock = 32, kBytes = 17, kOffset = 12;
  static constexpr bool kSigned = false, kMins = false;

  HOB_INLINE static constexpr Table table() {  // plus kOffset
    return {{12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0}};
  }

  // 2^(e - 128) in two factors that are normal numbers for every e.
  template <class V>
  HOB_INLINE static auto scale(Block<V> b) {
    const auto e = b.u8(0), half = e >> 1;
    return V::real((half + 63u) << 23) * V::real((e + 63u - half) << 23);
  }
  template <class V>
  HOB_INLINE static auto weights(Block<V> b, int j) {
    return V::lookup(b.nibbles(1, j), table());
  }

  static int nearest_code(float x) {  // ties go to the smaller magnitude
    int best = 0;
    const float size = std::fabs(x);
    for (int i = 1; i < 8; ++i)
      if (std::fabs(size - float(table().v[i] - kOffset)) <
          std::fabs(size - float(table().v[best] - kOffset)))
        best = i;
    return best != 0 && x < 0 ? best + 8 : best;
  }
  // The exponent that puts the extreme into the top octave, or the next one, where nothing is cut
  // off: whichever loses less. Above 252 the largest value would be infinite.
  static void pack(const float* x, uint8_t* out) {
    const float peak = std::fabs(extreme({x, 32}));
    const int top = peak > 0 ? std::ilogb(peak) - 2 + 127 : 0;
    float best_error = INFINITY;
    for (int e = std::clamp(top, 0, 252); e <= std::clamp(top + 1, 0, 252); ++e) {
      uint8_t q[32];
      float error = 0;
      for (int i = 0; i < 32; ++i) {
        const float scaled = std::ldexp(x[i], 128 - e);
        q[i] = static_cast<uint8_t>(nearest_code(scaled));
        const float miss = scaled - float(table().v[q[i]] - kOffset);
        error += miss * miss;
      }
      error = std::ldexp(error, 2 * (e - std::max(top, 0)));
      if (!(error < best_error)) continue;
      best_error = error;
      out[0] = static_cast<uint8_t>(e);
      put_nibbles(out + 1, q);
    }
  }
};

}  // namespace hob::tensor::quant
