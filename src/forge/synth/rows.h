// Random weights in any format, fast: packing billions of values would take minutes, so rows are
// put together from a pool of pieces that were packed once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "base/result.h"
#include "forge/synth/random.h"
#include "tensor/format.h"

namespace hob::forge {

class RandomRows {
 public:
  using Sink = std::function<Status(std::span<const std::byte>)>;

  explicit RandomRows(uint64_t seed) : seed_(seed) {}

  // Emits n_rows rows of row_length values of the standard deviation `deviation`, in pieces.
  // row_length is a multiple of 32 and of the format's block.
  Status emit(tensor::Format format, int64_t row_length, int64_t n_rows, float deviation,
              Random& random, const Sink& sink);

 private:
  std::span<const std::byte> pool(tensor::Format format, float deviation, int64_t piece);

  uint64_t seed_;
  // by format, values in a piece, deviation
  std::map<std::tuple<tensor::Format, int64_t, float>, std::vector<std::byte>> pools_;
};

}  // namespace hob::forge
