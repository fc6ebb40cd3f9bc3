// Each op on numbers worked out by hand.

#include "backend/reference/ops.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tensor/half.h"

namespace hob::backend::reference {
namespace {

TEST(ReferenceOps, RmsNormOverTheWholeRow) {
  // mean square of 1, 1, 5, 5 is 13; with eps 3 the root is 4
  const std::vector<double> x{1, 1, 5, -5};
  const std::vector<float> weight{1, 2, 4, 8};
  std::vector<double> out(4);
  rms_norm(x, weight, 3, out);
  EXPECT_EQ(out, (std::vector<double>{0.25, 0.5, 5, -10}));
}

TEST(ReferenceOps, RmsNormOverGroupsSharesTheWeight) {
  const std::vector<double> x{3, 3, 8, 8};
  const std::vector<float> weight{1, 2};
  std::vector<double> out(4);
  rms_norm(x, weight, 0, out);
  EXPECT_EQ(out, (std::vector<double>{1, 2, 1, 2}));
}

model::RopeConfig quarter_turns(model::RopePairing pairing) {
  return {.pairing = pairing, .n_rot = 4, .frequency = {std::numbers::pi / 2, std::numbers::pi}};
}

void expect_near(const std::vector<double>& got, const std::vector<double>& wanted) {
  ASSERT_EQ(got.size(), wanted.size());
  for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], wanted[i], 1e-12) << i;
}

// At position 1 the first pair turns by 90 degrees: (a, b) -> (-b, a); the second by 180. The last
// two dims of each head do not rotate.
TEST(ReferenceOps, RopeOnAdjacentDims) {
  std::vector<double> heads{1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60};
  rope(quarter_turns(model::RopePairing::adjacent), 6, 1, heads);
  expect_near(heads, {-2, 1, -3, -4, 5, 6, -20, 10, -30, -40, 50, 60});
}

TEST(ReferenceOps, RopeOnHalves) {
  std::vector<double> heads{1, 2, 3, 4, 5, 6};
  rope(quarter_turns(model::RopePairing::halves), 6, 1, heads);
  expect_near(heads, {-3, -2, 1, -4, 5, 6});
}

TEST(ReferenceOps, RopeFollowsThePositionAndTheMagnitude) {
  std::vector<double> heads{1, 2, 3, 4};
  rope(quarter_turns(model::RopePairing::adjacent), 4, 0, heads);
  expect_near(heads, {1, 2, 3, 4});
  model::RopeConfig config = quarter_turns(model::RopePairing::adjacent);
  config.magnitude = 2;
  rope(config, 4, 2, heads);
  expect_near(heads, {-2, -4, 6, 8});
}

TEST(ReferenceOps, Activations) {
  EXPECT_EQ(activate(model::Activation::silu, 0), 0);
  EXPECT_NEAR(activate(model::Activation::silu, 1), 0.7310585786300049, 1e-15);
  EXPECT_NEAR(activate(model::Activation::silu, -800), 0, 1e-300);
  EXPECT_NEAR(activate(model::Activation::gelu_tanh, 1), 0.8411919906082768, 1e-12);
  EXPECT_NEAR(activate(model::Activation::gelu_tanh, -1), -0.15880800939172324, 1e-12);
  EXPECT_NEAR(softcap(1e9, 30), 30, 1e-12);
  EXPECT_NEAR(softcap(15, 30), 30 * std::tanh(0.5), 1e-12);
}

struct Keys {
  explicit Keys(std::vector<std::vector<float>> rows) {
    for (const auto& row : rows) {
      halves.emplace_back();
      for (float value : row) halves.back().push_back(tensor::float_to_half(value));
    }
  }
  std::vector<std::span<const uint16_t>> views() const { return {halves.begin(), halves.end()}; }
  std::vector<std::vector<uint16_t>> halves;
};

TEST(ReferenceOps, AttentionWeighsValuesBySoftmax) {
  const Keys keys({{1, 0}, {0, 1}}), values({{8}, {4}});
  const model::Attend op{.cache = 0,
                         .n_head = 1,
                         .n_head_kv = 1,
                         .head_dim_k = 2,
                         .head_dim_v = 1,
                         .scale = 0.5f,
                         .softcap = 0,
                         .window = 0};
  // scores 0.5 * 2 ln 3 = ln 3 and 0: weights 3/4 and 1/4
  const std::vector<double> q{2 * std::log(3.0), 0};
  std::vector<double> out(1);
  attend(op, q, {keys.views(), values.views()}, out);
  EXPECT_NEAR(out[0], 7, 1e-12);

  model::Attend capped = op;
  capped.softcap = 1;
  const double weight = std::exp(std::tanh(std::log(3.0)));
  attend(capped, q, {keys.views(), values.views()}, out);
  EXPECT_NEAR(out[0], (8 * weight + 4) / (weight + 1), 1e-12);
}

TEST(ReferenceOps, AttentionStandsHugeScores) {
  const Keys keys({{1000}, {-1000}}), values({{1}, {2}});
  const model::Attend op{.cache = 0,
                         .n_head = 1,
                         .n_head_kv = 1,
                         .head_dim_k = 1,
                         .head_dim_v = 1,
                         .scale = 1,
                         .softcap = 0,
                         .window = 0};
  std::vector<double> out(1);
  attend(op, std::vector<double>{1000}, {keys.views(), values.views()}, out);
  EXPECT_EQ(out[0], 1);
}

TEST(ReferenceOps, AWindowOfThreeIsOneselfAndTwoMore) {
  EXPECT_EQ(first_visible(0, 10), 0);
  EXPECT_EQ(first_visible(3, 10), 8);
  EXPECT_EQ(first_visible(3, 1), 0);
}

}  // namespace
}  // namespace hob::backend::reference
