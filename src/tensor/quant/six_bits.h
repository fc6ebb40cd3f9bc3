// The twelve bytes with eight 6-bit scales and eight 6-bit mins that Q4_K and Q5_K share: 0..3 in
// the low six bits of bytes 0..3 (mins: 4..7); 4..7 in the nibbles of bytes 8..11 (scales low, mins
// high) and the top bits of those.
#pragma once

#include "tensor/quant/block.h"

namespace hob::tensor::quant {

template <class V>
HOB_INLINE auto six_bit_scale(Block<V> b, int at, int s) {
  return V::integer(s < 4 ? b.u8(at + s) & 63u
                          : (b.u8(at + s + 4) & 15u) | b.u8(at + s - 4) >> 6 << 4);
}
template <class V>
HOB_INLINE auto six_bit_min(Block<V> b, int at, int s) {
  return V::integer(s < 4 ? b.u8(at + s + 4) & 63u
                          : b.u8(at + s + 4) >> 4 | b.u8(at + s) >> 6 << 4);
}

inline void put_six_bits(uint8_t* out, const uint8_t* scale, const uint8_t* min) {
  for (int s = 0; s < 4; ++s) {
    out[s] = static_cast<uint8_t>(scale[s] | scale[s + 4] >> 4 << 6);
    out[s + 4] = static_cast<uint8_t>(min[s] | min[s + 4] >> 4 << 6);
    out[s + 8] = static_cast<uint8_t>((scale[s + 4] & 15) | min[s + 4] << 4);
  }
}

}  // namespace hob::tensor::quant
