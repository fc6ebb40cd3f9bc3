// Q4_K: 256 values in eight sub-blocks, y = d sc q - dmin m, q in 0..15.
// f16 d | f16 dmin | 12 bytes: scales and mins, see six_bits.h | 4 x 32 bytes: low nibbles =
// sub-block 2c, high = 2c + 1
#pragma once

#include "tensor/quant/pack_super.h"
#include "tensor/quant/six_bits.h"

namespace hob::tensor::quant {

struct Q4_K {
  static constexpr Format kFormat = Format::q4_k;
  static constexpr Kind kKind = Kind::superscaled;
  static constexpr int kBlock = 256, kBytes = 144, kSub = 32, kOffset = 0;
  static constexpr bool kSigned = false, kMins = true;

  template <class V>
  HOB_INLINE static auto super_scale(Block<V> b) {
    return b.f16(0);
  }
  template <class V>
  HOB_INLINE static auto super_min(Block<V> b) {
    return b.f16(2);
  }
  template <class V>
  HOB_INLINE static auto scale(Block<V> b, int s) {
    return six_bit_scale(b, 4, s);
  }
  template <class V>
  HOB_INLINE static auto min(Block<V> b, int s) {
    return six_bit_min(b, 4, s);
  }
  template <class V>
  HOB_INLINE static auto weights(Block<V> b, int j) {
    const int s = j / 8;
    return b.u32(16 + 32 * (s / 2) + 4 * (j % 8)) >> 4 * (s % 2) & 0x0f0f0f0fu;
  }

  static void pack(const float* x, uint8_t* out) {
    const SuperAffine a = fit_super_affine<32, 15, 63>(x, out, out + 2);
    put_six_bits(out + 4, a.scale, a.min);
    for (int c = 0; c < 4; ++c)
      for (int i = 0; i < 32; ++i)
        out[16 + 32 * c + i] = static_cast<uint8_t>(a.q[64 * c + i] | a.q[64 * c + 32 + i] << 4);
  }
};

}  // namespace hob::tensor::quant
