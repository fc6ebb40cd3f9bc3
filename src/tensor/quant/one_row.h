// The vocabulary of block.h for one row at a time: plain numbers. It defines what the formats mean.
#pragma once

#include <bit>
#include <cstdint>

#include "tensor/half.h"
#include "tensor/quant/block.h"

namespace hob::tensor::quant {

struct OneRow {
  using U32 = uint32_t;
  using I32 = int32_t;
  using F32 = float;

  static F32 half(U32 x) { return half_to_float(static_cast<uint16_t>(x)); }
  static I32 integer(U32 x) { return static_cast<I32>(x); }
  static F32 real(U32 x) { return std::bit_cast<float>(x); }
  static U32 lookup(U32 x, const Table& table) {
    U32 r = 0;
    for (int i = 0; i < 4; ++i) r |= U32(static_cast<uint8_t>(table.v[x >> 8 * i & 15])) << 8 * i;
    return r;
  }
};

}  // namespace hob::tensor::quant
