// Rotation frequencies against values worked out by hand from the formulas.

#include "model/rope.h"

#include <gtest/gtest.h>

#include <cmath>

namespace hob::model {
namespace {

Hparams four_dims() {
  Hparams h;
  h.n_rot = 4;
  h.rope_base = 10000;
  return h;
}

TEST(Rope, PairITurnsByBaseToTheMinusTwoIOverN) {
  const RopeConfig rope = make_rope(four_dims(), RopePairing::halves, {});
  ASSERT_EQ(rope.frequency.size(), 2u);
  EXPECT_DOUBLE_EQ(rope.frequency[0], 1);
  EXPECT_DOUBLE_EQ(rope.frequency[1], 0.01);
  EXPECT_EQ(rope.magnitude, 1);
  EXPECT_EQ(rope.pairing, RopePairing::halves);
}

TEST(Rope, LinearDividesPositions) {
  Hparams h = four_dims();
  h.rope_scaling = "linear";
  h.rope_factor = 8;
  const RopeConfig rope = make_rope(h, RopePairing::halves, {});
  EXPECT_DOUBLE_EQ(rope.frequency[0], 1.0 / 8);
  EXPECT_DOUBLE_EQ(rope.frequency[1], 0.01 / 8);
}

TEST(Rope, NoneIgnoresTheFactor) {
  Hparams h = four_dims();
  h.rope_factor = 8;
  EXPECT_DOUBLE_EQ(make_rope(h, RopePairing::halves, {}).frequency[0], 1);
}

TEST(Rope, DivisorsDivide) {
  const float divisors[] = {1, 4};
  const RopeConfig rope = make_rope(four_dims(), RopePairing::adjacent, divisors);
  EXPECT_DOUBLE_EQ(rope.frequency[0], 1);
  EXPECT_DOUBLE_EQ(rope.frequency[1], 0.0025);
}

// 64 dims, base 10000, trained on 4096 tokens, stretched 4 times. The pair that turns b times in
// 4096 tokens is 64 ln(4096 / 2πb) / (2 ln 10000): 10.47 for 32 turns and 22.51 for one, so pairs
// up to 10 keep their frequency, pairs from 23 on are slowed 4 times, and 16 lies 6/13 between.
TEST(Rope, YarnKeepsFastPairsAndSlowsSlowOnes) {
  Hparams h;
  h.n_rot = 64;
  h.rope_scaling = "yarn";
  h.rope_factor = 4;
  h.rope_original_context = 4096;
  const RopeConfig rope = make_rope(h, RopePairing::halves, {});
  const auto own = [](int i) { return std::pow(10000.0, -i / 32.0); };
  EXPECT_DOUBLE_EQ(rope.frequency[0], 1);
  EXPECT_DOUBLE_EQ(rope.frequency[10], own(10));
  EXPECT_NEAR(rope.frequency[16], own(16) * (7.0 / 13 + 6.0 / 13 / 4), 1e-12);
  EXPECT_NEAR(rope.frequency[23], own(23) / 4, 1e-15);
  EXPECT_NEAR(rope.frequency[31], own(31) / 4, 1e-15);
  EXPECT_FLOAT_EQ(rope.magnitude, float(1 + 0.1 * std::log(4.0)));

  h.yarn_log_multiplier = 1;  // cancels the growth
  h.rope_attn_factor = 1.5;
  EXPECT_FLOAT_EQ(make_rope(h, RopePairing::halves, {}).magnitude, 1.5f);
}

TEST(Rope, LocalLayersHaveTheirOwnBaseAndNoStretching) {
  Hparams h = four_dims();
  h.rope_base = 1e6;
  h.rope_scaling = "linear";
  h.rope_factor = 8;
  const RopeConfig rope = make_local_rope(h, RopePairing::halves, 10000);
  EXPECT_DOUBLE_EQ(rope.frequency[0], 1);
  EXPECT_DOUBLE_EQ(rope.frequency[1], 0.01);
}

}  // namespace
}  // namespace hob::model
