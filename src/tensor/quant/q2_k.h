// Q2_K: 256 values in sixteen sub-blocks, y = d sc q - dmin m, q in 0..3.
// 16 bytes: low nibble sc, high nibble m | 64 bytes: bits 2t of byte i of half h = value 128 h + 32
// t + i | f16 d | f16 dmin
#pragma once

#include "tensor/quant/pack_super.h"

namespace hob::tensor::quant {

struct Q2_K {
  static constexpr Format kFormat = Format::q2_k;
  static constexpr Kind kKind = Kind::superscaled;
  static constexpr int kBlock = 256, kBytes = 84, kSub = 16, kOffset = 0;
  static constexpr bool kSigned = false, kMins = true;

  template <class V>
  HOB_INLINE static auto super_scale(Block<V> b) {
    return b.f16(80);
  }
  template <class V>
  HOB_INLINE static auto super_min(Block<V> b) {
    return b.f16(82);
  }
  template <class V>
  HOB_INLINE static auto scale(Block<V> b, int s) {
    return V::integer(b.u8(s) & 15u);
  }
  template <class V>
  HOB_INLINE static auto min(Block<V> b, int s) {
    return V::integer(b.u8(s) >> 4);
  }
  template <class V>
  HOB_INLINE static auto weights(Block<V> b, int j) {
    const int h = j / 32, t = j / 8 % 4;
    return b.u32(16 + 32 * h + 4 * (j % 8)) >> 2 * t & 0x03030303u;
  }

  static void pack(const float* x, uint8_t* out) {
    const SuperAffine a = fit_super_affine<16, 3, 15>(x, out + 80, out + 82);
    for (int s = 0; s < 16; ++s) out[s] = static_cast<uint8_t>(a.scale[s] | a.min[s] << 4);
    std::fill_n(out + 16, 64, uint8_t{0});
    for (int k = 0; k < 256; ++k)
      out[16 + 32 * (k / 128) + k % 32] |= static_cast<uint8_t>(a.q[k] << 2 * (k / 32 % 4));
  }
};

}  // namespace hob::tensor::quant
