// The vocabulary that format files are written in. A format says where its bits lie, once, in
// dwords and without loops over lanes; a lane is a row. The kernels read 16 rows at a time with it
// (V = their vectors), convert.cc one row (V = OneRow).
//
// V has the types U32, I32, F32 with operators (shifts by int, & | ^ +, also with a plain
// uint32_t), and
//   F32 half(U32)                     the low 16 bits as binary16
//   I32 integer(U32), F32 real(U32)   the same bits as another type
//   U32 lookup(U32, const Table&)     each byte (0..15) replaced by the table's
//
// A format is a struct with
//   kFormat, kBlock (values), kBytes
//   kKind     how its values are scaled, see Kind
//   kOffset   weights() gives q + kOffset in 0..127; kSigned: instead it gives q as any signed byte
//   weights(block, j)                 the values 4j .. 4j + 3 of the block as the bytes of a dword
//   pack(x, out)                      one block: kBlock floats to kBytes bytes
// and per kind
//   scaled        scale(block), and min(block) where kMins:    y = scale q + min
//   superscaled   kSub values share scale(block, s), and min(block, s) where kMins (small
//   integers);
//                 super_scale(block), super_min(block):        y = super_scale scale q - super_min
//                 min
//   plain         value(block, i), a float; kBlock values share whole dwords
#pragma once

#include <cstdint>

#include "tensor/format.h"

#define HOB_INLINE __attribute__((always_inline)) inline

namespace hob::tensor::quant {

enum class Kind { plain, scaled, superscaled };

struct Table {
  int8_t v[16];
};

// A packed block in each lane.
template <class V>
struct Block {
  using U32 = typename V::U32;

  const U32* dwords;  // the block's bytes begin in the first one
  int phase;          // at this byte of it, 0..3: blocks of 18 bytes do not all begin at a dword

  // The four bytes at `byte` of the block.
  HOB_INLINE U32 u32(int byte) const {
    const int at = phase + byte, shift = 8 * (at & 3);
    if (shift == 0) return dwords[at >> 2];
    return dwords[at >> 2] >> shift | dwords[(at >> 2) + 1] << (32 - shift);
  }
  HOB_INLINE U32 u8(int byte) const {
    const int at = phase + byte;
    return dwords[at >> 2] >> 8 * (at & 3) & 0xffu;
  }
  HOB_INLINE U32 u16(int byte) const {  // the high half is undefined
    const int at = phase + byte;
    return (at & 3) == 3 ? u32(byte) : dwords[at >> 2] >> 8 * (at & 3);
  }
  HOB_INLINE auto s8(int byte) const {  // I32
    const int at = phase + byte;
    return V::integer(dwords[at >> 2] << (24 - 8 * (at & 3))) >> 24;
  }
  HOB_INLINE auto f16(int byte) const { return V::half(u16(byte)); }

  // Nibbles in the order of the 32-value formats: 16 bytes at `byte`, low halves first; dword j of
  // 0..7.
  HOB_INLINE U32 nibbles(int byte, int j) const {
    return u32(byte + 4 * (j & 3)) >> (j & 4) & 0x0f0f0f0fu;
  }
};

// The low four bits, one to each byte.
template <class U32>
HOB_INLINE U32 spread_bits(U32 x) {
  const U32 bits = x & 15u;
  return (bits | bits << 7 | bits << 14 | bits << 21) & 0x01010101u;
}

}  // namespace hob::tensor::quant
