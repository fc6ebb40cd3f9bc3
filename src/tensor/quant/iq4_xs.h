// IQ4_XS: 256 values in eight sub-blocks, y = d (sc - 32) T[q] with the table of IQ4_NL.
// f16 d | u16: bits 4, 5 of sc s at 2s | 4 bytes: nibbles, low bits of sc | 8 x 16 bytes of nibbles
// as in Q4_0
#pragma once

#include "tensor/quant/iq4_nl.h"
#include "tensor/quant/pack_super.h"

namespace hob::tensor::quant {

struct IQ4_XS {
  static constexpr Format kFormat = Format::iq4_xs;
  static constexpr Kind kKind = Kind::superscaled;
  static constexpr int kBlock = 256, kBytes = 136, kSub = 32, kOffset = 0;
  static constexpr bool kSigned = true, kMins = false;

  template <class V>
  HOB_INLINE static auto super_scale(Block<V> b) {
    return b.f16(0);
  }
  template <class V>
  HOB_INLINE static auto scale(Block<V> b, int s) {
    const auto low = b.u8(4 + s / 2) >> 4 * (s % 2) & 15u, high = b.u16(2) >> 2 * s & 3u;
    return V::integer(low | high << 4) - 32;
  }
  template <class V>
  HOB_INLINE static auto weights(Block<V> b, int j) {
    return V::lookup(b.nibbles(8 + 16 * (j / 8), j % 8), IQ4_NL::table());
  }

  static void pack(const float* x, uint8_t* out) {
    const SuperScales r = fit_super_scales<32>(x, -127, IQ4_NL::nearest, -32, 31, out);
    std::fill_n(out + 2, 6, uint8_t{0});
    for (int s = 0; s < 8; ++s) {
      const int code = r.scale[s] + 32;
      out[2 + s / 4] |= static_cast<uint8_t>(code >> 4 << 2 * (s % 4));
      out[4 + s / 2] |= static_cast<uint8_t>((code & 15) << 4 * (s % 2));
      const float id = inverse(r.d * float(r.scale[s]));
      uint8_t q[32];
      for (int i = 0; i < 32; ++i)
        q[i] = static_cast<uint8_t>(nearest_index(IQ4_NL::table(), x[32 * s + i] * id));
      put_nibbles(out + 8 + 16 * s, q);
    }
  }
};

}  // namespace hob::tensor::quant
