// Rows of floats to and from every format that hob computes with (tensor/quant/all.def).
#pragma once

#include <cstddef>
#include <cstdint>

#include "tensor/format.h"

namespace hob::tensor {

// Whether hob can unpack and compute with the format.
bool is_computable(Format format);

// src: one row of n values; out: [n]. n is a multiple of the block. The exact value each format
// defines, in float32.
void dequantize_row(Format format, const std::byte* src, uint64_t n, float* out);

// Packs one row; deterministic, round to nearest. Values must be finite.
void quantize_row(Format format, const float* src, uint64_t n, std::byte* out);

}  // namespace hob::tensor
