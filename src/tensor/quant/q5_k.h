// Q5_K: 256 values in eight sub-blocks, y = d sc q - dmin m, q in 0..31.
// f16 d | f16 dmin | 12 bytes as in Q4_K | 32 bytes: bit s of byte i = fifth bit of value i of
// sub-block s | 128 as in Q4_K
#pragma once

#include "tensor/quant/pack_super.h"
#include "tensor/quant/six_bits.h"

namespace hob::tensor::quant {

struct Q5_K {
  static constexpr Format kFormat = Format::q5_k;
  static constexpr Kind kKind = Kind::superscaled;
  static constexpr int kBlock = 256, kBytes = 176, kSub = 32, kOffset = 0;
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
    const int s = j / 8, i = 4 * (j % 8);
    const auto low = b.u32(48 + 32 * (s / 2) + i) >> 4 * (s % 2) & 0x0f0f0f0fu;
    return low | (b.u32(16 + i) >> s & 0x01010101u) << 4;
  }

  static void pack(const float* x, uint8_t* out) {
    const SuperAffine a = fit_super_affine<32, 31, 63>(x, out, out + 2);
    put_six_bits(out + 4, a.scale, a.min);
    std::fill_n(out + 16, 160, uint8_t{0});
    for (int k = 0; k < 256; ++k) {
      const int s = k / 32, i = k % 32;
      out[16 + i] |= static_cast<uint8_t>(a.q[k] >> 4 << s);
      out[48 + 32 * (s / 2) + i] |= static_cast<uint8_t>((a.q[k] & 15) << 4 * (s % 2));
    }
  }
};

}  // namespace hob::tensor::quant
