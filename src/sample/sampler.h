// From logits to a token. The chain, in order: logit bias, penalties, top-k, typical, top-p, min-p,
// temperature, draw. Every stage takes its probabilities from what the stage before it left.
// temperature 0 is greedy: after bias and penalties the highest logit wins (the lowest id on a
// tie).
//
// Sources: top-p, Holtzman et al. 2020 (arXiv:1904.09751); typical, Meister et al. 2022
// (arXiv:2202.00666); min-p, Nguyen et al. 2024 (arXiv:2407.01082); repeat penalty, Keskar et al.
// 2019 (arXiv:1909.05858).
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "base/result.h"

namespace hob::sample {

struct SamplerOptions {
  float temperature = 0.8f;        // 0: greedy
  int32_t top_k = 40;              // keep the k likeliest; <= 0: off
  float top_p = 0.95f;             // keep the likeliest until they sum to top_p; 1: off
  float min_p = 0.05f;             // keep p >= min_p * highest p; 0: off
  float typical_p = 1.0f;          // keep those nearest to the expected surprise; 1: off
  float repeat_penalty = 1.0f;     // logit / r where positive, * r where not; 1: off
  float presence_penalty = 0.0f;   // subtracted once from a token that occurred
  float frequency_penalty = 0.0f;  // subtracted for each time that it occurred
  int32_t penalty_last_n = 64;     // tokens looked back at, prompt included; -1: all, 0: none
  uint64_t seed = 0;
  std::vector<std::pair<int32_t, float>> logit_bias;  // (token, bias); -infinity bans
};

// An Error names the option and its range ("--top-p 1.5: must lie between 0 and 1").
Status check(const SamplerOptions& options);

class Sampler {
 public:
  explicit Sampler(SamplerOptions options);

  // logits: [vocab], at least one, changed in place. history: the sequence so far; ids outside the
  // vocabulary are ignored. The same options, seed, logits and history give the same tokens on
  // every machine: one random number a token, all sums in double in a fixed order. Not-a-number
  // logits count as -infinity; where all are -infinity the answer is token 0.
  int32_t sample(std::span<float> logits, std::span<const int32_t> history);

 private:
  struct Candidate {
    int32_t token;
    float logit;
    double weight;  // a stage's own number: exp(logit - highest), or how atypical it is
  };

  void add_bias(std::span<float> logits) const;
  void add_penalties(std::span<float> logits, std::span<const int32_t> history);
  void gather(std::span<const float> logits);
  void keep_typical();
  void keep_top_p();
  void keep_min_p();
  int32_t draw();
  double weigh(double temperature);
  void sort_first(size_t n);

  SamplerOptions options_;
  std::mt19937_64 random_;
  // Kept between calls, so that decode allocates nothing.
  std::vector<Candidate> candidates_;
  size_t n_sorted_ = 0;          // candidates_[0, n_sorted_) are the likeliest, in order
  std::vector<int32_t> counts_;  // [vocab] occurrences in the history looked back at; all 0 between
};

}  // namespace hob::sample
