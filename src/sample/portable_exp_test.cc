#include "sample/portable_exp.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace hob::sample {
namespace {

TEST(PortableExp, AgreesWithTheLibrary) {
  for (double x = 0; x > -690; x -= 0.0371) {
    const double expected = std::exp(x);
    EXPECT_NEAR(portable_exp(x) / expected, 1.0, 1e-15) << x;
  }
}

TEST(PortableExp, EndsAreExact) {
  EXPECT_EQ(portable_exp(0.0), 1.0);
  EXPECT_EQ(portable_exp(-0.0), 1.0);
  EXPECT_EQ(portable_exp(-694.0), 0.0);
  EXPECT_EQ(portable_exp(-std::numeric_limits<double>::infinity()), 0.0);
  EXPECT_EQ(portable_exp(std::numeric_limits<double>::quiet_NaN()), 0.0);
}

}  // namespace
}  // namespace hob::sample
