// What every op means, as plain functions of one token's row in float64. No other rounding happens
// than where a comment says so: this is the exact answer that fast backends are measured against.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/program.h"
#include "tensor/tensor.h"

namespace hob::backend::reference {

using Row = std::span<double>;
using ConstRow = std::span<const double>;

// One row of a weight, unpacked. [row_length]
std::vector<float> weight_row(const tensor::Tensor& weight, int64_t row);

// weight: [group]; x and out: the same width, a multiple of group; may be the same row.
void rms_norm(ConstRow x, std::span<const float> weight, double eps, Row out);

// heads: [n_head, head_dim], rotated in place.
void rope(const model::RopeConfig& config, int64_t head_dim, int64_t position, Row heads);

double activate(model::Activation activation, double x);
double softcap(double x, double cap);  // cap * tanh(x / cap)

// The keys and values that one query head looks at, oldest first.
struct Visible {
  std::vector<std::span<const uint16_t>> keys;    // each f16 [head_dim_k]
  std::vector<std::span<const uint16_t>> values;  // each f16 [head_dim_v]
};

// q: [head_dim_k], out: [head_dim_v].
void attend(const model::Attend& op, ConstRow q, const Visible& visible, Row out);

// The first position that a token may look at.
int64_t first_visible(int64_t window, int64_t position);

}  // namespace hob::backend::reference
