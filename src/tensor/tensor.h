// Tensor: a named view of weights, never an owner.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "tensor/format.h"

namespace hob::tensor {

// The GGUF specification says 64; programs in the wild were built with up to 128.
inline constexpr uint64_t kMaxTensorNameBytes = 127;

struct Tensor {
  std::string_view name;
  Format format = Format::f32;
  int n_dims = 0;
  // shape[0] is the contiguous row length (a linear weight's input features), shape[1] the number
  // of rows (its output features), shape[2] experts. Unused dimensions are 1.
  std::array<uint64_t, 4> shape{1, 1, 1, 1};
  std::span<const std::byte> bytes;

  uint64_t row_length() const { return shape[0]; }
  uint64_t n_rows() const { return shape[1] * shape[2] * shape[3]; }
  uint64_t n_elements() const { return shape[0] * n_rows(); }
  uint64_t bytes_per_row() const { return row_bytes(format, shape[0]); }
  const std::byte* row(uint64_t r) const { return bytes.data() + r * bytes_per_row(); }
};

}  // namespace hob::tensor
