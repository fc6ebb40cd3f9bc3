#include "sample/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace hob::sample {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// Every stage off.
SamplerOptions plain() {
  SamplerOptions o;
  o.temperature = 1;
  o.top_k = 0;
  o.top_p = 1;
  o.min_p = 0;
  return o;
}

SamplerOptions greedy() {
  SamplerOptions o;
  o.temperature = 0;
  return o;
}

std::vector<float> logits_of(const std::vector<double>& probabilities) {
  std::vector<float> logits;
  for (double p : probabilities) logits.push_back(static_cast<float>(std::log(p)));
  return logits;
}

int32_t sample_once(const SamplerOptions& options, std::vector<float> logits,
                    const std::vector<int32_t>& history = {}) {
  return Sampler(options).sample(logits, history);
}

std::vector<int32_t> sample_many(const SamplerOptions& options, const std::vector<float>& logits,
                                 int n, const std::vector<int32_t>& history = {}) {
  Sampler sampler(options);
  std::vector<int32_t> tokens;
  for (int i = 0; i < n; ++i) {
    std::vector<float> copy = logits;
    tokens.push_back(sampler.sample(copy, history));
  }
  return tokens;
}

// The share of each token in many draws.
std::map<int32_t, double> shares(const SamplerOptions& options, const std::vector<float>& logits,
                                 const std::vector<int32_t>& history = {}) {
  constexpr int kDraws = 20000;
  std::map<int32_t, double> share;
  for (int32_t token : sample_many(options, logits, kDraws, history)) share[token] += 1.0 / kDraws;
  return share;
}

void expect_shares(const std::map<int32_t, double>& got, const std::map<int32_t, double>& wanted) {
  ASSERT_EQ(got.size(), wanted.size());
  for (const auto& [token, share] : wanted) {
    ASSERT_TRUE(got.contains(token)) << token;
    EXPECT_NEAR(got.at(token), share, 0.015) << token;
  }
}

TEST(Sampler, DefaultsAreTheDocumentedOnes) {
  const SamplerOptions o;
  EXPECT_EQ(o.temperature, 0.8f);
  EXPECT_EQ(o.top_k, 40);
  EXPECT_EQ(o.top_p, 0.95f);
  EXPECT_EQ(o.min_p, 0.05f);
  EXPECT_EQ(o.typical_p, 1.0f);
  EXPECT_EQ(o.repeat_penalty, 1.0f);
  EXPECT_EQ(o.penalty_last_n, 64);
  EXPECT_TRUE(check(o).ok());
}

TEST(Sampler, GreedyTakesTheLowestIdOnATie) {
  EXPECT_EQ(sample_once(greedy(), {1, 3, 2, 3}), 1);
  EXPECT_EQ(sample_once(greedy(), {-kInf, -5, kNan}), 1);
}

TEST(Sampler, GreedyComesAfterBiasAndPenalties) {
  SamplerOptions o = greedy();
  o.logit_bias = {{1, -kInf}};
  EXPECT_EQ(sample_once(o, {1, 3, 2}), 2);
  o.repeat_penalty = 4;
  EXPECT_EQ(sample_once(o, {1, 3, 2}, {2}), 0);  // 2 / 4 < 1
}

TEST(Sampler, DrawsInProportion) {
  expect_shares(shares(plain(), logits_of({0.1, 0.5, 0.15, 0.25})),
                {{0, 0.1}, {1, 0.5}, {2, 0.15}, {3, 0.25}});
}

TEST(Sampler, TemperatureSharpens) {
  SamplerOptions o = plain();
  o.temperature = 0.5f;  // p²
  expect_shares(shares(o, logits_of({0.6, 0.3, 0.1})),
                {{0, 0.36 / 0.46}, {1, 0.09 / 0.46}, {2, 0.01 / 0.46}});
}

TEST(Sampler, TopKKeepsTheLikeliest) {
  SamplerOptions o = plain();
  o.top_k = 2;
  expect_shares(shares(o, logits_of({0.1, 0.5, 0.15, 0.25})), {{1, 2.0 / 3}, {3, 1.0 / 3}});
  o.top_k = 1;
  expect_shares(shares(o, logits_of({0.25, 0.25, 0.25, 0.25})), {{0, 1.0}});  // ties: lowest id
}

TEST(Sampler, TopPKeepsUntilTheSumIsReached) {
  SamplerOptions o = plain();
  o.top_p = 0.7f;
  expect_shares(shares(o, logits_of({0.1, 0.5, 0.15, 0.25})), {{1, 2.0 / 3}, {3, 1.0 / 3}});
  o.top_p = 0.8f;  // 0.75 is not enough: the token that crosses the line stays
  EXPECT_EQ(shares(o, logits_of({0.1, 0.5, 0.15, 0.25})).size(), 3u);
  o.top_p = 0;
  expect_shares(shares(o, logits_of({0.1, 0.5, 0.15, 0.25})), {{1, 1.0}});
}

TEST(Sampler, TopPCountsWhatTopKLeft) {
  SamplerOptions o = plain();
  o.top_k = 2;     // 0.5 and 0.25 become 2/3 and 1/3
  o.top_p = 0.6f;  // of the whole, 0.5 alone would not do
  expect_shares(shares(o, logits_of({0.1, 0.5, 0.15, 0.25})), {{1, 1.0}});
}

TEST(Sampler, MinPIsRelativeToTheHighest) {
  SamplerOptions o = plain();
  o.min_p = 0.28f;
  expect_shares(shares(o, logits_of({0.1, 0.5, 0.15, 0.25})),
                {{1, 0.5 / 0.9}, {2, 0.15 / 0.9}, {3, 0.25 / 0.9}});
  o.min_p = 1;
  expect_shares(shares(o, logits_of({0.1, 0.5, 0.15, 0.25})), {{1, 1.0}});
}

TEST(Sampler, TypicalMayDropTheLikeliest) {
  // H = 1.86; surprise 0.92 of the first, 2.30 of the others: these are nearer to H.
  const std::vector<float> logits = logits_of({0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1});
  SamplerOptions o = plain();
  o.typical_p = 0.55f;
  const auto got = shares(o, logits);
  EXPECT_FALSE(got.contains(0));
  EXPECT_EQ(got.size(), 6u);
  o.typical_p = 0.25f;  // three of 0.1 reach it: those with the lowest ids
  expect_shares(shares(o, logits), {{1, 1.0 / 3}, {2, 1.0 / 3}, {3, 1.0 / 3}});
}

TEST(Sampler, RepeatPenaltyDividesPositiveAndMultipliesNegativeLogits) {
  SamplerOptions o = greedy();
  o.repeat_penalty = 2;
  std::vector<float> logits = {3, -1, 0.5f, 0};
  Sampler(o).sample(logits, std::vector<int32_t>{0, 1, 0, 3});
  EXPECT_EQ(logits, (std::vector<float>{1.5f, -2, 0.5f, 0}));
}

TEST(Sampler, PresenceIsOnceAndFrequencyIsPerOccurrence) {
  SamplerOptions o = greedy();
  o.presence_penalty = 0.5f;
  o.frequency_penalty = 0.25f;
  std::vector<float> logits = {3, 3, 3};
  Sampler(o).sample(logits, std::vector<int32_t>{0, 1, 0, 0});
  EXPECT_EQ(logits, (std::vector<float>{1.75f, 2.25f, 3}));
}

TEST(Sampler, PenaltiesLookBackAsFarAsTold) {
  const std::vector<int32_t> history = {0, 1, 2};
  SamplerOptions o = greedy();
  o.presence_penalty = 1;
  const auto penalised = [&](int32_t last_n) {
    o.penalty_last_n = last_n;
    std::vector<float> logits = {0, 0, 0};
    Sampler(o).sample(logits, history);
    return std::count(logits.begin(), logits.end(), -1.0f);
  };
  EXPECT_EQ(penalised(0), 0);
  EXPECT_EQ(penalised(2), 2);
  EXPECT_EQ(penalised(64), 3);
  EXPECT_EQ(penalised(-1), 3);
}

TEST(Sampler, PenaltyCountsDoNotLeakIntoTheNextToken) {
  SamplerOptions o = greedy();
  o.frequency_penalty = 1;
  Sampler sampler(o);
  for (int i = 0; i < 3; ++i) {
    std::vector<float> logits = {0, 0};
    sampler.sample(logits, std::vector<int32_t>{1});
    EXPECT_EQ(logits[1], -1.0f);
  }
}

TEST(Sampler, TheSameSeedGivesTheSameTokens) {
  SamplerOptions o;
  std::vector<float> logits;
  for (int i = 0; i < 1000; ++i) logits.push_back(static_cast<float>(std::sin(i) * 4));
  o.seed = 7;
  const auto first = sample_many(o, logits, 200);
  EXPECT_EQ(first, sample_many(o, logits, 200));
  o.seed = 8;
  EXPECT_NE(first, sample_many(o, logits, 200));
}

// mt19937_64 is specified to the bit: the draws of any machine. Over 16 equal tokens u picks by
// its highest four bits.
TEST(Sampler, DrawsFollowTheReferenceGenerator) {
  std::mt19937_64 reference(42);
  SamplerOptions o = plain();
  o.seed = 42;
  const std::vector<float> uniform(16, 0.0f);
  for (int32_t token : sample_many(o, uniform, 64))
    EXPECT_EQ(token, static_cast<int32_t>(reference() >> 60));
}

TEST(Sampler, SelectionAgreesWithSorting) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<float> logits(1 + random() % 700);
    for (float& l : logits) l = static_cast<float>(random() % 50) / 8;  // many ties
    SamplerOptions o = plain();
    o.top_k = static_cast<int32_t>(random() % 100);
    o.top_p = round % 2 == 0 ? 1.0f : 0.6f;
    const int32_t got = sample_once(o, logits);
    // The rank of the drawn token must lie within the k likeliest.
    int64_t better = 0;
    for (size_t i = 0; i < logits.size(); ++i)
      better +=
          logits[i] > logits[got] || (logits[i] == logits[got] && static_cast<int32_t>(i) < got);
    EXPECT_TRUE(o.top_k == 0 || better < o.top_k) << better << " " << o.top_k;
  }
}

TEST(Sampler, TopKOfManyKeepsExactlyTheFirstOfTheSortedOrder) {
  std::mt19937_64 random(2);
  std::vector<std::pair<float, int32_t>> order;
  std::vector<float> logits;
  for (int32_t i = 0; i < 3000; ++i) {
    logits.push_back(static_cast<float>(random() % 300));
    order.emplace_back(-logits.back(), i);
  }
  std::sort(order.begin(), order.end());
  SamplerOptions o = plain();
  o.top_k = 90;
  o.temperature = 1e30f;
  const auto drawn = shares(o, logits);
  EXPECT_EQ(drawn.size(), 90u);
  for (int i = 0; i < 90; ++i) EXPECT_TRUE(drawn.contains(order[i].second)) << i;
}

TEST(Sampler, SurvivesStrangeLogits) {
  for (const SamplerOptions& o : {SamplerOptions{}, plain(), greedy()}) {
    EXPECT_EQ(sample_once(o, {0.5f}), 0);
    EXPECT_EQ(sample_once(o, {kNan}), 0);
    EXPECT_EQ(sample_once(o, {-kInf, -kInf, -kInf}), 0);
    EXPECT_EQ(sample_once(o, {kNan, -kInf, -3e38f}), 2);
    EXPECT_EQ(sample_once(o, {1, kInf, 2}), 1);
    EXPECT_EQ(sample_once(o, {-3e38f, 3e38f}), 1);
  }
}

TEST(Sampler, SurvivesExtremeOptions) {
  SamplerOptions o = plain();
  o.top_k = std::numeric_limits<int32_t>::max();
  o.temperature = 1e-30f;
  EXPECT_EQ(sample_once(o, {1, 3, 2}), 1);
  o.temperature = 1e30f;
  EXPECT_EQ(shares(o, {1, 3, 2}).size(), 3u);
  o.logit_bias = {{0, 3e38f}, {0, 3e38f}, {2, -3e38f}, {99, 1}, {-1, 1}};
  o.repeat_penalty = 1.5f;
  o.temperature = 1;
  EXPECT_EQ(sample_once(o, {1, 3, 2}, {-7, 0, 99}), 0);
}

TEST(Sampler, AllStagesTogetherStayInsideEachOne) {
  SamplerOptions o;
  o.typical_p = 0.9f;
  o.top_k = 3;
  for (const auto& [token, share] : shares(o, logits_of({0.1, 0.5, 0.15, 0.2, 0.05})))
    EXPECT_TRUE(token == 1 || token == 2 || token == 3) << token;
}

TEST(SamplerOptions, ErrorsNameTheOptionAndItsRange) {
  const auto message = [](auto change) {
    SamplerOptions o;
    change(o);
    const Status s = check(o);
    return s.ok() ? std::string("fine") : s.error().message;
  };
  EXPECT_EQ(message([](auto& o) { o.top_p = 1.5f; }), "--top-p 1.5: must lie between 0 and 1");
  EXPECT_EQ(message([](auto& o) { o.min_p = kNan; }), "--min-p nan: must lie between 0 and 1");
  EXPECT_NE(message([](auto& o) { o.temperature = -1; }).find("--temp -1"), std::string::npos);
  EXPECT_NE(message([](auto& o) { o.temperature = kInf; }), "fine");
  EXPECT_NE(message([](auto& o) { o.repeat_penalty = 0; }), "fine");
  EXPECT_NE(message([](auto& o) { o.presence_penalty = kInf; }), "fine");
  EXPECT_NE(message([](auto& o) { o.penalty_last_n = -2; }), "fine");
  EXPECT_NE(message([](auto& o) { o.logit_bias = {{1, kNan}}; }), "fine");
  EXPECT_NE(message([](auto& o) { o.logit_bias = {{-1, 0}}; }), "fine");
  EXPECT_EQ(message([](auto& o) { o.logit_bias = {{1, -kInf}}; }), "fine");
}

}  // namespace
}  // namespace hob::sample
