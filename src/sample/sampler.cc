// The chain of samplers. Candidates are selected before they are sorted, so that a large vocabulary
// costs one pass over the logits.
#include "sample/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "sample/portable_exp.h"

namespace hob::sample {

namespace {

constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();
constexpr float kLargest = std::numeric_limits<float>::max();

// The likeliest first; equal logits in order of id. A total order: what is selected never depends
// on the library's algorithm.
constexpr auto kLikelier = [](const auto& a, const auto& b) {
  return a.logit != b.logit ? a.logit > b.logit : a.token < b.token;
};

int32_t highest(std::span<const float> logits) {
  constexpr size_t kRun = 32;  // compared together: most runs hold nothing better
  int32_t best = 0;
  float best_logit = kMinusInfinity;
  for (size_t start = 0; start < logits.size(); start += kRun) {
    const auto run = logits.subspan(start, std::min(kRun, logits.size() - start));
    bool better = false;
    for (float logit : run) better |= logit > best_logit;  // false for not-a-number
    if (!better) continue;
    for (size_t i = 0; i < run.size(); ++i)
      if (run[i] > best_logit) {
        best_logit = run[i];
        best = static_cast<int32_t>(start + i);
      }
  }
  return best;
}

}  // namespace

Sampler::Sampler(SamplerOptions options) : options_(std::move(options)), random_(options_.seed) {}

int32_t Sampler::sample(std::span<float> logits, std::span<const int32_t> history) {
  HOB_CHECK(!logits.empty());
  add_bias(logits);
  add_penalties(logits, history);
  if (!(options_.temperature > 0)) return highest(logits);
  gather(logits);
  keep_typical();
  keep_top_p();
  keep_min_p();
  return draw();
}

void Sampler::add_bias(std::span<float> logits) const {
  for (const auto& [token, bias] : options_.logit_bias)
    if (token >= 0 && static_cast<size_t>(token) < logits.size()) logits[token] += bias;
}

void Sampler::add_penalties(std::span<float> logits, std::span<const int32_t> history) {
  const float repeat = options_.repeat_penalty, presence = options_.presence_penalty,
              frequency = options_.frequency_penalty;
  if (repeat == 1 && presence == 0 && frequency == 0) return;
  if (options_.penalty_last_n >= 0)
    history = history.last(std::min<size_t>(history.size(), options_.penalty_last_n));

  const auto known = [&](int32_t token) {
    return token >= 0 && static_cast<size_t>(token) < logits.size();
  };
  if (counts_.size() < logits.size()) counts_.resize(logits.size());
  for (int32_t token : history)
    if (known(token)) ++counts_[token];
  for (int32_t token : history) {
    if (!known(token) || counts_[token] == 0) continue;
    float& logit = logits[token];
    logit = logit > 0 ? logit / repeat : logit * repeat;
    logit -= static_cast<float>(counts_[token]) * frequency + presence;
    counts_[token] = 0;
  }
}

// The top_k likeliest tokens, or all, without those that cannot be drawn.
void Sampler::gather(std::span<const float> logits) {
  const bool all = options_.top_k <= 0 || static_cast<size_t>(options_.top_k) >= logits.size();
  const size_t k = all ? logits.size() : static_cast<size_t>(options_.top_k);
  // Twice k and some are kept before the lesser half is thrown away, so most logits cost one
  // comparison with the k-th best so far. An equal logit has a higher id, and loses.
  const size_t room = all ? k : std::min(logits.size(), 2 * k + 64);
  candidates_.clear();
  candidates_.reserve(room);
  n_sorted_ = 0;
  float threshold = kMinusInfinity;
  for (size_t i = 0; i < logits.size(); ++i) {
    if (!(logits[i] > threshold)) continue;  // not-a-number too
    if (candidates_.size() == room) {
      std::nth_element(candidates_.begin(), candidates_.begin() + static_cast<ptrdiff_t>(k - 1),
                       candidates_.end(), kLikelier);
      candidates_.resize(k);
      threshold = candidates_[k - 1].logit;
      if (!(logits[i] > threshold)) continue;
    }
    candidates_.push_back({static_cast<int32_t>(i), std::min(logits[i], kLargest), 0.0});
  }
  if (all) return;
  sort_first(k);
  if (candidates_.size() > k) candidates_.resize(k);
}

// Puts the n likeliest first, in order.
void Sampler::sort_first(size_t n) {
  n = std::min(n, candidates_.size());
  if (n <= n_sorted_) return;
  const auto begin = candidates_.begin() + static_cast<ptrdiff_t>(n_sorted_);
  const auto middle = candidates_.begin() + static_cast<ptrdiff_t>(n);
  if (middle != candidates_.end()) std::nth_element(begin, middle, candidates_.end(), kLikelier);
  std::sort(begin, middle, kLikelier);
  n_sorted_ = n;
}

// weight = exp((logit - highest logit) / temperature); returns their sum.
double Sampler::weigh(double temperature) {
  double top = -std::numeric_limits<double>::infinity();
  for (const Candidate& c : candidates_) top = std::max(top, static_cast<double>(c.logit));
  double sum = 0;
  for (Candidate& c : candidates_) {
    c.weight = portable_exp((static_cast<double>(c.logit) - top) / temperature);
    sum += c.weight;
  }
  return sum;
}

// |-ln p - H| = |sum(p ln p) - ln p|, where the normaliser's logarithm cancels out.
void Sampler::keep_typical() {
  if (!(options_.typical_p < 1) || candidates_.size() < 2) return;
  const double sum = weigh(1.0);
  double mean = 0;  // of the logits
  for (const Candidate& c : candidates_)
    if (c.weight > 0) mean += c.weight / sum * static_cast<double>(c.logit);
  for (Candidate& c : candidates_) c.weight = std::fabs(mean - static_cast<double>(c.logit));
  std::sort(candidates_.begin(), candidates_.end(), [](const Candidate& a, const Candidate& b) {
    return a.weight != b.weight ? a.weight < b.weight : kLikelier(a, b);
  });
  n_sorted_ = 0;
  const double total = weigh(1.0);
  double kept = 0;
  size_t n = 0;
  while (n < candidates_.size() && kept < static_cast<double>(options_.typical_p) * total)
    kept += candidates_[n++].weight;
  candidates_.resize(std::max<size_t>(n, 1));
}

void Sampler::keep_top_p() {
  if (!(options_.top_p < 1) || candidates_.size() < 2) return;
  const double wanted = static_cast<double>(options_.top_p) * weigh(1.0);
  double kept = 0;
  size_t n = 0;
  while (n < candidates_.size() && (n == 0 || kept < wanted)) {
    if (n == n_sorted_) sort_first(std::max<size_t>(128, 4 * n));
    kept += candidates_[n++].weight;
  }
  candidates_.resize(n);
  n_sorted_ = n;
}

void Sampler::keep_min_p() {
  if (!(options_.min_p > 0) || candidates_.size() < 2) return;
  weigh(1.0);
  const double least = static_cast<double>(options_.min_p);  // the highest weight is 1
  std::erase_if(candidates_, [&](const Candidate& c) { return c.weight < least; });
}

// Inverse of the cumulative distribution, over the candidates in the order the stages left.
int32_t Sampler::draw() {
  const double u = static_cast<double>(random_() >> 11) * 0x1p-53;  // [0, 1)
  if (candidates_.empty()) return 0;
  const double wanted = u * weigh(static_cast<double>(options_.temperature));
  double sum = 0;
  int32_t last = candidates_.front().token;
  for (const Candidate& c : candidates_) {
    if (c.weight == 0) continue;
    sum += c.weight;
    last = c.token;
    if (sum > wanted) break;
  }
  return last;
}

}  // namespace hob::sample
