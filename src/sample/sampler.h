// From logits to a token. The chain, in order: logit bias, penalties, top-k, typical, top-p, min-p,
// temperature, draw. temperature 0 is greedy: after bias and penalties the highest logit wins (the
// lowest id on a tie).
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "base/result.h"

namespace hob::sample {

struct SamplerOptions {
  float temperature = 0.8f;
  int32_t top_k = 40;           // <= 0: off
  float top_p = 0.95f;          // 1: off
  float min_p = 0.05f;          // 0: off
  float typical_p = 1.0f;       // 1: off
  float repeat_penalty = 1.0f;  // 1: off
  float presence_penalty = 0.0f;
  float frequency_penalty = 0.0f;
  int32_t penalty_last_n = 64;  // tokens looked back at, prompt included; -1: all, 0: none
  uint64_t seed = 0;
  std::vector<std::pair<int32_t, float>> logit_bias;  // (token, bias); -infinity bans
};

// An Error names the option and its range ("--top-p 1.5: must lie between 0 and 1").
Status check(const SamplerOptions& options);

class Sampler {
 public:
  explicit Sampler(SamplerOptions options);

  // logits: [vocab], changed in place. history: the sequence so far. The same options, seed, logits
  // and history give the same tokens on every machine. Not-a-number logits are treated as
  // -infinity.
  int32_t sample(std::span<float> logits, std::span<const int32_t> history);

 private:
  struct Candidate {
    int32_t token;
    float logit;
    float p;
  };
  SamplerOptions options_;
  std::mt19937_64 random_;
  std::vector<Candidate> candidates_;  // kept between calls: decode allocates nothing
};

}  // namespace hob::sample
