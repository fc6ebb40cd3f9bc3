// Whether sampling options make sense, said in the words of the command line.
#include <cmath>
#include <string_view>

#include "sample/sampler.h"

namespace hob::sample {

namespace {

Status between(std::string_view flag, float value, float low, float high) {
  if (value >= low && value <= high) return {};
  return fail("--{} {}: must lie between {} and {}", flag, value, low, high);
}

Status finite_penalty(std::string_view flag, float value) {
  if (std::isfinite(value)) return {};
  return fail("--{} {}: must be a finite number; 0 switches it off", flag, value);
}

}  // namespace

Status check(const SamplerOptions& o) {
  if (!std::isfinite(o.temperature) || o.temperature < 0)
    return fail("--temp {}: must be 0 (always the likeliest token) or more", o.temperature);
  if (Status s = between("top-p", o.top_p, 0, 1); !s.ok()) return s;
  if (Status s = between("min-p", o.min_p, 0, 1); !s.ok()) return s;
  if (Status s = between("typical-p", o.typical_p, 0, 1); !s.ok()) return s;
  if (!std::isfinite(o.repeat_penalty) || o.repeat_penalty <= 0)
    return fail("--repeat-penalty {}: must be greater than 0; 1 switches it off", o.repeat_penalty);
  if (Status s = finite_penalty("presence-penalty", o.presence_penalty); !s.ok()) return s;
  if (Status s = finite_penalty("frequency-penalty", o.frequency_penalty); !s.ok()) return s;
  if (o.penalty_last_n < -1)
    return fail("--repeat-last-n {}: must be -1 (all tokens), 0 (none) or more", o.penalty_last_n);
  for (const auto& [token, bias] : o.logit_bias) {
    if (token < 0) return fail("--logit-bias {}={}: a token id is 0 or more", token, bias);
    if (std::isnan(bias) || bias == INFINITY)
      return fail("--logit-bias {}={}: must be a finite number, or -inf to ban the token", token,
                  bias);
  }
  return {};
}

}  // namespace hob::sample
