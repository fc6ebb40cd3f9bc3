// f16 and bf16 scalars against the rounding rule itself: the nearest of two neighbours, ties to
// even.

#include "tensor/half.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace hob::tensor {
namespace {

TEST(Half, KnownValues) {
  EXPECT_EQ(half_to_float(0x3C00), 1.0f);
  EXPECT_EQ(half_to_float(0xC000), -2.0f);
  EXPECT_EQ(half_to_float(0x7BFF), 65504.0f);
  EXPECT_EQ(half_to_float(0x0001), 0x1p-24f);
  EXPECT_EQ(half_to_float(0x0400), 0x1p-14f);
  EXPECT_TRUE(std::signbit(half_to_float(0x8000)));
  EXPECT_EQ(half_to_float(0x7C00), std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(half_to_float(0x7E00)));
}

TEST(Half, EveryFiniteHalfSurvivesTheRoundTrip) {
  for (uint32_t h = 0; h < 0x10000; ++h) {
    const float value = half_to_float(uint16_t(h));
    if (std::isnan(value)) continue;
    ASSERT_EQ(float_to_half(value), h);
  }
}

TEST(Half, RoundsToTheNearestAndTiesToEven) {
  for (uint32_t h = 0; h < 0x7BFF; ++h) {
    const float low = half_to_float(uint16_t(h)), high = half_to_float(uint16_t(h + 1));
    const float middle = low + (high - low) / 2;  // exact: one more bit than a half has
    ASSERT_EQ(float_to_half(std::nextafter(middle, 0.0f)), h);
    ASSERT_EQ(float_to_half(middle), h + (h & 1));
    ASSERT_EQ(float_to_half(std::nextafter(middle, 1e9f)), h + 1);
    ASSERT_EQ(float_to_half(-middle), 0x8000 | (h + (h & 1)));
  }
}

TEST(Half, TheEndsOfTheRange) {
  EXPECT_EQ(float_to_half(65519.99f), 0x7BFF);
  EXPECT_EQ(float_to_half(65520.0f), 0x7C00);
  EXPECT_EQ(float_to_half(1e30f), 0x7C00);
  EXPECT_EQ(float_to_half(-1e30f), 0xFC00);
  EXPECT_EQ(float_to_half(1e-30f), 0);
  EXPECT_TRUE(std::isnan(half_to_float(float_to_half(std::nanf("")))));
}

TEST(Bfloat, RoundsToTheNearestAndTiesToEven) {
  for (uint32_t b = 0; b < 0x7F7F; ++b) {
    const float low = bfloat_to_float(uint16_t(b)), high = bfloat_to_float(uint16_t(b + 1));
    const float middle = low + (high - low) / 2;
    ASSERT_EQ(float_to_bfloat(low), b);
    ASSERT_EQ(float_to_bfloat(middle), b + (b & 1));
    ASSERT_EQ(float_to_bfloat(std::nextafter(middle, std::numeric_limits<float>::infinity())),
              b + 1);
  }
  EXPECT_TRUE(std::isnan(bfloat_to_float(float_to_bfloat(std::nanf("")))));
}

}  // namespace
}  // namespace hob::tensor
