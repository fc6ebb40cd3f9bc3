// The formats: their values agree with an independent implementation, packing loses no more than it
// should.
#include "tensor/quant/convert.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "tensor/quant/all.h"

namespace hob::tensor {
namespace {

std::vector<Format> computable_formats() {
  std::vector<Format> formats;
#define HOB_FORMAT(T) formats.push_back(quant::T::kFormat);
#include "tensor/quant/all.def"
#undef HOB_FORMAT
  return formats;
}

std::string name_of(const testing::TestParamInfo<Format>& parameter) {
  return std::string(info(parameter.param).name);
}

class Formats : public testing::TestWithParam<Format> {
 protected:
  const FormatInfo& format() const { return info(GetParam()); }

  std::vector<std::byte> pack(const std::vector<float>& x) const {
    std::vector<std::byte> packed(row_bytes(GetParam(), x.size()));
    quantize_row(GetParam(), x.data(), x.size(), packed.data());
    return packed;
  }
  std::vector<float> unpack(const std::vector<std::byte>& packed, size_t n) const {
    std::vector<float> y(n);
    dequantize_row(GetParam(), packed.data(), n, y.data());
    return y;
  }
  std::vector<float> round_trip(const std::vector<float>& x) const {
    return unpack(pack(x), x.size());
  }
};

INSTANTIATE_TEST_SUITE_P(, Formats, testing::ValuesIn(computable_formats()), name_of);

TEST_P(Formats, SizesAgreeWithTheTable) {
  switch (GetParam()) {
#define HOB_FORMAT(T)                            \
  case quant::T::kFormat:                        \
    EXPECT_EQ(format().block, quant::T::kBlock); \
    EXPECT_EQ(format().bytes, quant::T::kBytes); \
    EXPECT_EQ(format().name, #T);                \
    break;
#include "tensor/quant/all.def"
#undef HOB_FORMAT
    default:
      FAIL();
  }
  EXPECT_TRUE(is_computable(GetParam()));
}

TEST(FormatsOutside, AreNotComputable) {
  EXPECT_FALSE(is_computable(Format::q8_k));
  EXPECT_FALSE(is_computable(Format::i32));
  EXPECT_FALSE(is_computable(Format::iq1_m));
}

// tests/golden/quant/make.py
TEST_P(Formats, ValuesOfAnIndependentImplementation) {
  const std::string path =
      HOB_SOURCE_DIR "/tests/golden/quant/" + std::string(format().name) + ".bin";
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path;
  uint32_t n_blocks = 0;
  file.read(reinterpret_cast<char*>(&n_blocks), 4);
  const size_t n = size_t{n_blocks} * format().block;
  std::vector<std::byte> packed(row_bytes(GetParam(), n));
  std::vector<float> expected(n);
  file.read(reinterpret_cast<char*>(packed.data()), static_cast<std::streamsize>(packed.size()));
  file.read(reinterpret_cast<char*>(expected.data()), static_cast<std::streamsize>(4 * n));
  ASSERT_TRUE(file);
  const std::vector<float> y = unpack(packed, n);
  for (size_t i = 0; i < n; ++i) {
    if (std::isnan(expected[i]))
      ASSERT_TRUE(std::isnan(y[i])) << "value " << i;
    else
      ASSERT_EQ(y[i], expected[i]) << "value " << i;
  }
}

// Root mean square of the error on Gaussian values, relative to theirs.
double gaussian_error_bound(Format format) {
  switch (format) {
    case Format::f32:
      return 0;
    case Format::f16:
      return 2.5e-4;
    case Format::bf16:
      return 2e-3;
    case Format::q8_0:
      return 0.0065;
    case Format::q6_k:
      return 0.019;
    case Format::q5_1:
      return 0.042;
    case Format::q5_0:
      return 0.047;
    case Format::q5_k:
      return 0.040;
    case Format::q4_1:
      return 0.087;
    case Format::q4_0:
      return 0.095;
    case Format::q4_k:
      return 0.083;
    case Format::iq4_nl:
      return 0.080;
    case Format::iq4_xs:
      return 0.082;
    case Format::mxfp4:
      return 0.125;
    case Format::q3_k:
      return 0.155;
    case Format::q2_k:
      return 0.32;
    default:
      return -1;
  }
}

std::vector<float> gaussian(size_t n, float sigma, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, sigma);
  std::vector<float> x(n);
  for (float& v : x) v = normal(random);
  return x;
}

double relative_error(const std::vector<float>& x, const std::vector<float>& y) {
  double error = 0, power = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    error += (double(y[i]) - x[i]) * (double(y[i]) - x[i]);
    power += double(x[i]) * x[i];
  }
  return std::sqrt(error / power);
}

TEST_P(Formats, PackingLosesNoMoreThanStated) {
  for (float sigma : {1.0f, 0.02f, 300.0f}) {
    const std::vector<float> x = gaussian(64 * 256, sigma, 1);
    const double error = relative_error(x, round_trip(x));
    RecordProperty("error", std::to_string(error));
    EXPECT_LE(error, gaussian_error_bound(GetParam())) << "sigma " << sigma;
    // A bound that is far from what is reached guards nothing.
    EXPECT_GE(error, gaussian_error_bound(GetParam()) * 0.8) << "sigma " << sigma;
  }
}

// Packed twice the bytes are the same, and representable values come back as they were, up to the
// scale's rounding.
TEST_P(Formats, PackingIsDeterministicAndNearlyIdempotent) {
  const std::vector<float> x = gaussian(8 * 256, 0.5f, 2);
  const std::vector<std::byte> packed = pack(x);
  EXPECT_EQ(packed, pack(x));
  const std::vector<float> y = unpack(packed, x.size());
  EXPECT_LE(relative_error(y, round_trip(y)), gaussian_error_bound(GetParam()) * 0.75);
}

TEST_P(Formats, AllZero) {
  for (float v : round_trip(std::vector<float>(512, 0.0f))) ASSERT_EQ(v, 0.0f);
}

TEST_P(Formats, Constant) {
  for (float c : {1.0f, -3.0f, 0.001f}) {
    // A scale of few bits, or a table, hits a constant only nearly.
    const std::vector<float> x(256, c), y = round_trip(x);
    EXPECT_LE(relative_error(x, y), std::max(0.02, gaussian_error_bound(GetParam()))) << c;
  }
}

TEST_P(Formats, OneHugeValueStaysFiniteAndNear) {
  for (float huge : {1e6f, -1e6f, 3e38f, -3e38f, 6e4f}) {
    std::vector<float> x = gaussian(256, 1.0f, 3);
    x[77] = huge;
    const std::vector<float> y = round_trip(x);
    if (GetParam() == Format::f16 && std::fabs(huge) > 65504) {
      EXPECT_TRUE(std::isinf(y[77]));  // what the format says
      continue;
    }
    if (GetParam() == Format::bf16 || GetParam() == Format::f32 || std::fabs(huge) < 1e5f) {
      EXPECT_NEAR(y[77] / huge, 1, 0.2) << huge;
    }
    for (float v : y) ASSERT_TRUE(std::isfinite(v)) << huge;
  }
}

TEST_P(Formats, TinyValuesStayTiny) {
  for (float tiny : {1e-45f, 1e-40f, 1e-30f, 1e-8f}) {
    std::vector<float> x = gaussian(256, tiny, 4);
    x[0] = tiny;
    for (float v : round_trip(x)) ASSERT_LE(std::fabs(v), std::max(1e-6f, 6 * tiny)) << tiny;
  }
}

// Values of one sign: the ends of the range are where signs go wrong.
TEST_P(Formats, OneSign) {
  std::vector<float> x = gaussian(16 * 256, 1.0f, 5);
  for (float& v : x) v = std::fabs(v);
  EXPECT_LE(relative_error(x, round_trip(x)), 1.3 * gaussian_error_bound(GetParam()));
  for (float& v : x) v = -v;
  EXPECT_LE(relative_error(x, round_trip(x)), 1.3 * gaussian_error_bound(GetParam()));
}

}  // namespace
}  // namespace hob::tensor
