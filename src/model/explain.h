// A Program in words and numbers: one line per op with what it must read and compute. For `hob
// explain` and for benchmarks that compare measured time with the machine's limit.
#pragma once

#include <cstdint>
#include <string>

#include "model/program.h"

namespace hob::model {

// What an op must do at least for one forward: memory that has to move (weights once, values and
// cached keys once each way) and floating-point operations (a multiply-add counts as two).
struct OpCost {
  double bytes = 0;
  double flops = 0;
};

// n_tokens: tokens of one sequence in the batch, the logits of the last one wanted. depth: tokens
// of the sequence that are already in the cache.
OpCost op_cost(const Program& program, const Op& op, int64_t n_tokens, int64_t depth);

// One line, for one token: index, layer, op, weight, format, shape, bytes, flops. `op` is an
// element of program.ops.
std::string describe(const Program& program, const Op& op);

}  // namespace hob::model
