// See rope.h. All in double: angles grow with the position, and their error with them.

#include "model/rope.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hob::model {

namespace {

// How much of pair i keeps its own frequency under YaRN: 1 for the fast pairs, 0 for the slow ones,
// a ramp between the pairs that turn beta_fast and beta_slow times in the original context.
double yarn_keep(const Hparams& h, int64_t i) {
  const auto pair_of_turns = [&](double turns) {
    return double(h.n_rot) *
           std::log(double(h.rope_original_context) / (2 * std::numbers::pi * turns)) /
           (2 * std::log(h.rope_base));
  };
  const double low = std::max(0.0, std::floor(pair_of_turns(h.yarn_beta_fast)));
  const double high = std::min(double(h.n_rot - 1), std::ceil(pair_of_turns(h.yarn_beta_slow)));
  const double ramp = (double(i) - low) / std::max(0.001, high - low);
  return (1 - std::clamp(ramp, 0.0, 1.0)) * h.yarn_ext_factor;
}

double yarn_magnitude(const Hparams& h) {
  const auto grow = [&](double a) { return 1 + 0.1 * a * std::log(h.rope_factor); };
  return h.yarn_log_multiplier == 0 ? grow(1) : grow(1) / grow(h.yarn_log_multiplier);
}

RopeConfig plain(const Hparams& h, RopePairing pairing, double base) {
  RopeConfig rope{.pairing = pairing, .n_rot = h.n_rot, .frequency = {}};
  for (int64_t i = 0; i < h.n_rot / 2; ++i)
    rope.frequency.push_back(std::pow(base, -2.0 * double(i) / double(h.n_rot)));
  return rope;
}

}  // namespace

RopeConfig make_rope(const Hparams& h, RopePairing pairing, std::span<const float> divisors) {
  RopeConfig rope = plain(h, pairing, h.rope_base);
  const bool yarn = h.rope_scaling == "yarn";
  const double slowed = yarn || h.rope_scaling == "linear" ? 1 / h.rope_factor : 1;
  for (int64_t i = 0; i < h.n_rot / 2; ++i) {
    double& frequency = rope.frequency[size_t(i)];
    if (!divisors.empty()) frequency /= double(divisors[size_t(i)]);
    const double keep = yarn ? yarn_keep(h, i) : 0;
    frequency *= slowed * (1 - keep) + keep;
  }
  rope.magnitude = float(h.rope_attn_factor * (yarn ? yarn_magnitude(h) : 1));
  return rope;
}

RopeConfig make_local_rope(const Hparams& h, RopePairing pairing, double base) {
  return plain(h, pairing, base);
}

}  // namespace hob::model
