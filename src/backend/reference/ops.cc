// See ops.h.

#include "backend/reference/ops.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "tensor/half.h"
#include "tensor/quant/convert.h"

namespace hob::backend::reference {

std::vector<float> weight_row(const tensor::Tensor& weight, int64_t row) {
  std::vector<float> values(weight.row_length());
  tensor::dequantize_row(weight.format, weight.row(uint64_t(row)), values.size(), values.data());
  return values;
}

void rms_norm(ConstRow x, std::span<const float> weight, double eps, Row out) {
  const size_t group = weight.size();
  for (size_t first = 0; first < x.size(); first += group) {
    double sum = 0;
    for (size_t i = 0; i < group; ++i) sum += x[first + i] * x[first + i];
    const double scale = 1 / std::sqrt(sum / double(group) + eps);
    for (size_t i = 0; i < group; ++i) out[first + i] = x[first + i] * scale * double(weight[i]);
  }
}

void rope(const model::RopeConfig& config, int64_t head_dim, int64_t position, Row heads) {
  const auto n_pairs = size_t(config.n_rot / 2);
  for (size_t first = 0; first < heads.size(); first += size_t(head_dim)) {
    for (size_t i = 0; i < n_pairs; ++i) {
      const bool adjacent = config.pairing == model::RopePairing::adjacent;
      double& a = heads[first + (adjacent ? 2 * i : i)];
      double& b = heads[first + (adjacent ? 2 * i + 1 : i + n_pairs)];
      const double angle = double(position) * config.frequency[i];
      const double cos = std::cos(angle) * double(config.magnitude);
      const double sin = std::sin(angle) * double(config.magnitude);
      const double rotated = a * cos - b * sin;
      b = a * sin + b * cos;
      a = rotated;
    }
  }
}

double activate(model::Activation activation, double x) {
  switch (activation) {
    case model::Activation::silu:
      return x / (1 + std::exp(-x));
    case model::Activation::gelu_tanh:
      // Hendrycks and Gimpel 2016, the approximation by tanh.
      return 0.5 * x *
             (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
  }
  return 0;
}

double softcap(double x, double cap) {
  return cap * std::tanh(x / cap);
}

void attend(const model::Attend& op, ConstRow q, const Visible& visible, Row out) {
  std::vector<double> weights;
  double max = -std::numeric_limits<double>::infinity();
  for (std::span<const uint16_t> key : visible.keys) {
    double score = 0;
    for (size_t i = 0; i < q.size(); ++i) score += q[i] * double(tensor::half_to_float(key[i]));
    score *= double(op.scale);
    if (op.softcap != 0) score = softcap(score, double(op.softcap));
    weights.push_back(score);
    max = std::max(max, score);
  }
  double sum = 0;
  for (double& weight : weights) sum += weight = std::exp(weight - max);

  std::fill(out.begin(), out.end(), 0.0);
  for (size_t k = 0; k < weights.size(); ++k)
    for (size_t i = 0; i < out.size(); ++i)
      out[i] += weights[k] / sum * double(tensor::half_to_float(visible.values[k][i]));
}

int64_t first_visible(int64_t window, int64_t position) {
  return window == 0 ? 0 : std::max<int64_t>(0, position - window + 1);
}

}  // namespace hob::backend::reference
