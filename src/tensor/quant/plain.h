// F32, F16 and BF16: values that stand for themselves.
#pragma once

#include "tensor/half.h"
#include "tensor/quant/block.h"

namespace hob::tensor::quant {

struct F32 {
  static constexpr Format kFormat = Format::f32;
  static constexpr Kind kKind = Kind::plain;
  static constexpr int kBlock = 1, kBytes = 4;
  template <class V>
  HOB_INLINE static auto value(Block<V> b, int i) {
    return V::real(b.u32(4 * i));
  }
  static void pack(const float* x, uint8_t* out) { __builtin_memcpy(out, x, 4); }
};

struct F16 {
  static constexpr Format kFormat = Format::f16;
  static constexpr Kind kKind = Kind::plain;
  static constexpr int kBlock = 1, kBytes = 2;
  template <class V>
  HOB_INLINE static auto value(Block<V> b, int i) {
    return b.f16(2 * i);
  }
  static void pack(const float* x, uint8_t* out) {
    const uint16_t half = float_to_half(*x);
    __builtin_memcpy(out, &half, 2);
  }
};

struct BF16 {
  static constexpr Format kFormat = Format::bf16;
  static constexpr Kind kKind = Kind::plain;
  static constexpr int kBlock = 1, kBytes = 2;
  template <class V>
  HOB_INLINE static auto value(Block<V> b, int i) {
    return V::real(b.u16(2 * i) << 16);
  }
  static void pack(const float* x, uint8_t* out) {
    const uint16_t bits = float_to_bfloat(*x);
    __builtin_memcpy(out, &bits, 2);
  }
};

}  // namespace hob::tensor::quant
