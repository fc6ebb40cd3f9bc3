// Q6_K: 256 values in sixteen sub-blocks, y = d sc (q - 32), q in 0..63; value 128 h + 32 t + i has
// its low nibble in byte 64 h + 32 (t % 2) + i (low half for t < 2), its high two bits at bits 2t
// of byte 128 + 32 h + i. 128 bytes | 64 bytes | 16 signed bytes sc | f16 d
#pragma once

#include "tensor/quant/pack_super.h"

namespace hob::tensor::quant {

struct Q6_K {
  static constexpr Format kFormat = Format::q6_k;
  static constexpr Kind kKind = Kind::superscaled;
  static constexpr int kBlock = 256, kBytes = 210, kSub = 16, kOffset = 32;
  static constexpr bool kSigned = false, kMins = false;

  template <class V>
  HOB_INLINE static auto super_scale(Block<V> b) {
    return b.f16(208);
  }
  template <class V>
  HOB_INLINE static auto scale(Block<V> b, int s) {
    return b.s8(192 + s);
  }
  template <class V>
  HOB_INLINE static auto weights(Block<V> b, int j) {
    const int h = j / 32, t = j / 8 % 4, i = 4 * (j % 8);
    const auto low = b.u32(64 * h + 32 * (t % 2) + i) >> 4 * (t / 2) & 0x0f0f0f0fu;
    return low | (b.u32(128 + 32 * h + i) >> 2 * t & 0x03030303u) << 4;
  }

  static float nearest(float x) { return float(round_to(x, -32, 31)); }

  static void pack(const float* x, uint8_t* out) {
    std::fill_n(out, 192, uint8_t{0});
    const SuperScales r = fit_super_scales<16>(x, -32, nearest, -128, 127, out + 208);
    for (int s = 0; s < 16; ++s) out[192 + s] = static_cast<uint8_t>(r.scale[s]);
    for (int k = 0; k < 256; ++k) {
      const int h = k / 128, t = k / 32 % 4, i = k % 32;
      const int q = round_to(x[k] * inverse(r.d * float(r.scale[k / 16])), -32, 31) + 32;
      out[64 * h + 32 * (t % 2) + i] |= static_cast<uint8_t>((q & 15) << 4 * (t / 2));
      out[128 + 32 * h + i] |= static_cast<uint8_t>(q >> 4 << 2 * t);
    }
  }
};

}  // namespace hob::tensor::quant
