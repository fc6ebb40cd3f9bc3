// Q3_K: 256 values in sixteen sub-blocks, y = d (sc - 32) (q - 4), q in 0..7.
// 32 bytes: bit 4h + t of byte i = third bit of value 128 h + 32 t + i | 64 bytes: low two bits, as
// in Q2_K | 12 bytes: low nibbles of sc 0..7, high nibbles 8..15 in eight bytes, then bits 4, 5 of
// sc in bits 2 (s / 4) of byte s % 4 | f16 d
#pragma once

#include "tensor/quant/pack_super.h"

namespace hob::tensor::quant {

struct Q3_K {
  static constexpr Format kFormat = Format::q3_k;
  static constexpr Kind kKind = Kind::superscaled;
  static constexpr int kBlock = 256, kBytes = 110, kSub = 16, kOffset = 4;
  static constexpr bool kSigned = false, kMins = false;

  template <class V>
  HOB_INLINE static auto super_scale(Block<V> b) {
    return b.f16(108);
  }
  template <class V>
  HOB_INLINE static auto scale(Block<V> b, int s) {
    const auto low = b.u8(96 + s % 8) >> 4 * (s / 8) & 15u,
               high = b.u8(104 + s % 4) >> 2 * (s / 4) & 3u;
    return V::integer(low | high << 4) - 32;
  }
  template <class V>
  HOB_INLINE static auto weights(Block<V> b, int j) {
    const int h = j / 32, t = j / 8 % 4, i = 4 * (j % 8);
    const auto low = b.u32(32 + 32 * h + i) >> 2 * t & 0x03030303u;
    return low | (b.u32(i) >> (4 * h + t) & 0x01010101u) << 2;
  }

  static float nearest(float x) { return float(round_to(x, -4, 3)); }

  static void pack(const float* x, uint8_t* out) {
    std::fill_n(out, 108, uint8_t{0});
    const SuperScales r = fit_super_scales<16>(x, -4, nearest, -32, 31, out + 108);
    for (int s = 0; s < 16; ++s) {
      const int code = r.scale[s] + 32;
      out[96 + s % 8] |= static_cast<uint8_t>((code & 15) << 4 * (s / 8));
      out[104 + s % 4] |= static_cast<uint8_t>(code >> 4 << 2 * (s / 4));
    }
    for (int k = 0; k < 256; ++k) {
      const int h = k / 128, t = k / 32 % 4, i = k % 32;
      const int q = round_to(x[k] * inverse(r.d * float(r.scale[k / 16])), -4, 3) + 4;
      out[32 + 32 * h + i] |= static_cast<uint8_t>((q & 3) << 2 * t);
      out[i] |= static_cast<uint8_t>(q >> 2 << (4 * h + t));
    }
  }
};

}  // namespace hob::tensor::quant
