// Every kernel but the matrix product against plain loops in double, on every instruction set of
// this machine; and bit by bit between the instruction sets with fused multiply-add.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <random>

#include "kernel/kernels.h"
#include "tensor/half.h"

namespace hob::kernel {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

std::vector<float> noise(size_t n, uint32_t seed, float scale = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, scale);
  std::vector<float> values(n);
  for (float& v : values) v = normal(random);
  return values;
}

// Error in units of the last place of the true value.
double ulps(float got, double truth) {
  const auto rounded = static_cast<float>(truth);
  const double ulp = std::abs(double{std::nextafterf(rounded, kInf)} - double{rounded});
  return std::abs(double{got} - truth) / ulp;
}

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

struct Scratch {
  explicit Scratch(size_t n) : bytes(new(std::align_val_t{64}) std::byte[n]) {}
  struct Free {
    void operator()(std::byte* p) const { ::operator delete[](p, std::align_val_t{64}); }
  };
  std::unique_ptr<std::byte[], Free> bytes;
};

class Ops : public testing::TestWithParam<std::string_view> {
 protected:
  const Kernels& kernels = **find_kernels(GetParam());
};

INSTANTIATE_TEST_SUITE_P(Isa, Ops, testing::ValuesIn(available_isas()), [](const auto& info) {
  std::string name;
  for (char c : info.param) name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
});

TEST_P(Ops, RmsNorm) {
  for (int64_t n : {4, 12, 16, 80, 100, 128, 2048}) {
    const auto x = noise(static_cast<size_t>(n), 1, 3), w = noise(static_cast<size_t>(n), 2);
    std::vector<float> out(x.size()), in_place = x;
    kernels.rms_norm(x.data(), w.data(), 1e-5f, n, out.data());
    kernels.rms_norm(in_place.data(), w.data(), 1e-5f, n, in_place.data());
    EXPECT_TRUE(same_bits(out, in_place));
    double sum = 0;
    for (float v : x) sum += double{v} * v;
    const double factor = 1 / std::sqrt(sum / static_cast<double>(n) + double{1e-5f});
    for (size_t i = 0; i < x.size(); ++i)
      EXPECT_NEAR(out[i], x[i] * factor * w[i], 4e-7 * std::abs(x[i] * factor * w[i])) << n;
  }
}

TEST_P(Ops, Rope) {
  constexpr int64_t kHeads = 3, kDim = 20;
  for (bool adjacent : {false, true})
    for (int64_t n_rot : {20, 12}) {
      const auto x = noise(kHeads * kDim, 3);
      std::vector<float> cos, sin, got = x;
      for (int64_t i = 0; i < n_rot / 2; ++i) {
        cos.push_back(static_cast<float>(std::cos(0.7 * static_cast<double>(i + 1))));
        sin.push_back(static_cast<float>(std::sin(0.7 * static_cast<double>(i + 1))));
      }
      kernels.rope(got.data(), kHeads, kDim, n_rot, adjacent, cos.data(), sin.data());
      std::vector<double> expected(x.begin(), x.end());
      for (int64_t h = 0; h < kHeads; ++h)
        for (int64_t i = 0; i < n_rot / 2; ++i) {
          const auto a = static_cast<size_t>(h * kDim + (adjacent ? 2 * i : i));
          const auto b = a + static_cast<size_t>(adjacent ? 1 : n_rot / 2);
          const double c = cos[static_cast<size_t>(i)], s = sin[static_cast<size_t>(i)];
          expected[a] = x[a] * c - x[b] * s;
          expected[b] = x[a] * s + x[b] * c;
        }
      for (size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(got[i], expected[i], 3e-7) << i;
    }
}

// Measured: 1.7 ulp.
TEST_P(Ops, Silu) {
  std::vector<float> x;
  for (float v = -87; v < 87; v += 0.00731f) x.push_back(v);
  const std::vector<float> up(x.size(), 1);
  std::vector<float> out(x.size());
  kernels.glu(false, x.data(), up.data(), static_cast<int64_t>(x.size()), out.data());
  double worst = 0;
  for (size_t i = 0; i < x.size(); ++i)
    worst = std::max(worst, ulps(out[i], x[i] / (1 + std::exp(-double{x[i]}))));
  EXPECT_LT(worst, 2.5);
}

TEST_P(Ops, Gelu) {
  std::vector<float> x;
  for (float v = -20; v < 20; v += 0.00173f) x.push_back(v);
  const std::vector<float> up(x.size(), 1);
  std::vector<float> out(x.size());
  kernels.glu(true, x.data(), up.data(), static_cast<int64_t>(x.size()), out.data());
  for (size_t i = 0; i < x.size(); ++i) {
    const double v = x[i];
    const double inner = std::sqrt(2 / M_PI) * (v + 0.044715 * v * v * v);
    const double truth = 0.5 * v * (1 + std::tanh(inner));
    ASSERT_NEAR(out[i], truth, 4e-7 * std::max(1.0, std::abs(v))) << v;
    if (std::abs(v) < 3) {
      ASSERT_NEAR(out[i], truth, 2e-6 * std::abs(truth)) << v;
    }
  }
}

TEST_P(Ops, GluMultipliesAndKeepsSpecials) {
  const auto gate = noise(37, 4), up = noise(37, 5);
  std::vector<float> out(37), ones(37, 1), alone(37);
  for (bool gelu : {false, true}) {
    kernels.glu(gelu, gate.data(), up.data(), 37, out.data());
    kernels.glu(gelu, gate.data(), ones.data(), 37, alone.data());
    for (size_t i = 0; i < 37; ++i) EXPECT_EQ(out[i], alone[i] * up[i]);
    const std::vector<float> special = {0, -0.f, 1000, -1000, 3e38f, -3e38f, kInf, kNan};
    std::vector<float> got(special.size());
    kernels.glu(gelu, special.data(), ones.data(), static_cast<int64_t>(got.size()), got.data());
    EXPECT_EQ(got[0], 0);
    EXPECT_EQ(got[1], 0);
    EXPECT_EQ(got[2], 1000);
    EXPECT_EQ(got[3], 0);
    EXPECT_EQ(got[4], 3e38f);
    EXPECT_EQ(got[5], 0);
    EXPECT_EQ(got[6], kInf);
    EXPECT_TRUE(std::isnan(got[7]));
  }
}

// Measured: 2.1 ulp.
TEST_P(Ops, Softcap) {
  std::vector<float> x;
  for (float v = -20; v < 20; v += 0.00137f) x.push_back(v * v * v);
  for (float v = 1e-6f; v < 1; v *= 1.01f) x.push_back(v);
  std::vector<float> out(x.size());
  kernels.softcap(x.data(), 30, static_cast<int64_t>(x.size()), out.data());
  double worst = 0;
  for (size_t i = 0; i < x.size(); ++i)
    worst = std::max(worst, ulps(out[i], 30 * std::tanh(double{x[i]} / 30)));
  EXPECT_LT(worst, 3);
  const std::vector<float> special = {0, kInf, -kInf, kNan};
  std::vector<float> got(4);
  kernels.softcap(special.data(), 50, 4, got.data());
  EXPECT_EQ(got[0], 0);
  EXPECT_EQ(got[1], 50);
  EXPECT_EQ(got[2], -50);
  EXPECT_TRUE(std::isnan(got[3]));
}

TEST_P(Ops, AddAndScaleAreExact) {
  for (size_t n : {size_t{1}, size_t{15}, size_t{16}, size_t{133}}) {
    const auto a = noise(n, 6), b = noise(n, 7);
    std::vector<float> sum(n), product = a;
    kernels.add(a.data(), b.data(), static_cast<int64_t>(n), sum.data());
    kernels.scale(product.data(), 0.3f, static_cast<int64_t>(n), product.data());
    for (size_t i = 0; i < n; ++i) {
      EXPECT_EQ(sum[i], a[i] + b[i]);
      EXPECT_EQ(product[i], a[i] * 0.3f);
    }
  }
}

TEST_P(Ops, ToF16RoundsToNearestEven) {
  std::vector<float> x = {0,    -0.f,  1,     65504,   65519.99f, 65520,    1e9f,   -1e9f,
                          kInf, -kInf, 6e-8f, 2.9e-8f, 3.1e-8f,   -6.1e-5f, 1e-30f, 1e-40f};
  std::mt19937 random(8);
  for (int i = 0; i < 5000; ++i) {
    const float v = std::bit_cast<float>(static_cast<uint32_t>(random()));
    if (!std::isnan(v)) x.push_back(v);
  }
  for (uint32_t half = 0; half < 0x7C00; half += 7) {  // ties between neighbours
    const float low = tensor::half_to_float(static_cast<uint16_t>(half));
    const float high = tensor::half_to_float(static_cast<uint16_t>(half + 1));
    if (std::isfinite(high)) x.push_back(low + (high - low) / 2);
  }
  std::vector<uint16_t> out(x.size());
  kernels.to_f16(x.data(), static_cast<int64_t>(x.size()), out.data());
  for (size_t i = 0; i < x.size(); ++i) ASSERT_EQ(out[i], tensor::float_to_half(x[i])) << x[i];
  uint16_t nan;
  kernels.to_f16(&kNan, 1, &nan);
  EXPECT_TRUE(std::isnan(tensor::half_to_float(nan)));
}

TEST_P(Ops, AnySplitGivesTheSameBits) {
  constexpr size_t kN = 203;
  const auto a = noise(kN, 9, 4), b = noise(kN, 10);
  auto in_pieces = [&](auto&& kernel) {
    std::vector<float> whole(kN), pieces(kN);
    kernel(size_t{0}, kN, whole.data());
    for (size_t at = 0, step = 1; at < kN; at += step, step = step % 23 + 3)
      kernel(at, std::min(step, kN - at), pieces.data() + at);
    EXPECT_TRUE(same_bits(whole, pieces));
  };
  for (bool gelu : {false, true})
    in_pieces([&](size_t at, size_t n, float* out) {
      kernels.glu(gelu, a.data() + at, b.data() + at, static_cast<int64_t>(n), out);
    });
  in_pieces([&](size_t at, size_t n, float* out) {
    kernels.softcap(a.data() + at, 2, static_cast<int64_t>(n), out);
  });
}

// Keys and values of one KV head in pages scattered over a larger area; all that a query must not
// read is NaN.
struct Cache {
  int64_t dim_k, dim_v, n_positions;
  int64_t page_stride;
  std::vector<uint16_t> memory;
  std::vector<int32_t> pages;
  std::vector<float> keys, values;  // [n_positions, dim], as rounded

  Cache(int64_t dim_k, int64_t dim_v, int64_t n_positions, uint32_t seed, int64_t first = 0)
      : dim_k(dim_k),
        dim_v(dim_v),
        n_positions(n_positions),
        page_stride(kPageTokens * (dim_k + dim_v)) {
    const int64_t n_pages = (n_positions + kPageTokens - 1) / kPageTokens;
    memory.assign(static_cast<size_t>((2 * n_pages + 1) * page_stride), 0x7E00);
    keys = noise(static_cast<size_t>(n_positions * dim_k), seed);
    values = noise(static_cast<size_t>(n_positions * dim_v), seed + 1);
    for (int64_t p = 0; p < n_pages; ++p)
      pages.push_back(static_cast<int32_t>(p % 2 == 0 ? n_pages - p : n_pages + p));
    for (int64_t t = 0; t < n_positions; ++t) {
      uint16_t* page = memory.data() + pages[static_cast<size_t>(t / kPageTokens)] * page_stride;
      const int64_t slot = t % kPageTokens;
      for (int64_t d = 0; d < dim_k; ++d)
        put(keys[static_cast<size_t>(t * dim_k + d)], page + d * kPageTokens + slot, t >= first);
      for (int64_t d = 0; d < dim_v; ++d)
        put(values[static_cast<size_t>(t * dim_v + d)],
            page + kPageTokens * dim_k + slot * dim_v + d, t >= first);
    }
  }

  static void put(float& value, uint16_t* to, bool seen) {
    const uint16_t half = tensor::float_to_half(value);
    if (seen) *to = half;
    value = tensor::half_to_float(half);
  }
};

std::vector<float> attend(const Kernels& kernels, const Cache& cache, const std::vector<float>& q,
                          int64_t first, int64_t last, float softcap) {
  const int64_t group = static_cast<int64_t>(q.size()) / cache.dim_k;
  std::vector<float> out(static_cast<size_t>(group * cache.dim_v));
  Scratch scratch(kernels.attend_scratch_bytes(group, cache.dim_k, cache.dim_v));
  kernels.attend({.q = q.data(),
                  .out = out.data(),
                  .group = group,
                  .head_dim_k = cache.dim_k,
                  .head_dim_v = cache.dim_v,
                  .keys = cache.memory.data(),
                  .values = cache.memory.data() + kPageTokens * cache.dim_k,
                  .page_stride = cache.page_stride,
                  .pages = cache.pages.data(),
                  .first = first,
                  .last = last,
                  .scale = 1 / std::sqrt(static_cast<float>(cache.dim_k)),
                  .softcap = softcap},
                 scratch.bytes.get());
  return out;
}

std::vector<double> attend_in_double(const Cache& cache, const std::vector<float>& q, int64_t first,
                                     int64_t last, float softcap) {
  const int64_t group = static_cast<int64_t>(q.size()) / cache.dim_k;
  std::vector<double> out(static_cast<size_t>(group * cache.dim_v));
  for (int64_t g = 0; g < group; ++g) {
    double sum = 0;
    for (int64_t t = first; t <= last; ++t) {
      double score = 0;
      for (int64_t d = 0; d < cache.dim_k; ++d)
        score += double{q[static_cast<size_t>(g * cache.dim_k + d)]} *
                 cache.keys[static_cast<size_t>(t * cache.dim_k + d)];
      score /= std::sqrt(static_cast<double>(cache.dim_k));
      if (softcap != 0) score = softcap * std::tanh(score / softcap);
      sum += std::exp(score);
      for (int64_t d = 0; d < cache.dim_v; ++d)
        out[static_cast<size_t>(g * cache.dim_v + d)] +=
            std::exp(score) * cache.values[static_cast<size_t>(t * cache.dim_v + d)];
    }
    for (int64_t d = 0; d < cache.dim_v; ++d) out[static_cast<size_t>(g * cache.dim_v + d)] /= sum;
  }
  return out;
}

TEST_P(Ops, Attend) {
  struct Case {
    int64_t group, dim_k, dim_v, first, last;
    float softcap;
  };
  for (const Case& c :
       {Case{1, 64, 64, 0, 0, 0}, Case{4, 64, 64, 0, 63, 0}, Case{4, 64, 64, 0, 64, 0},
        Case{8, 128, 128, 0, 200, 0}, Case{3, 8, 8, 0, 150, 0}, Case{5, 12, 20, 17, 150, 0},
        Case{7, 80, 80, 60, 70, 30}, Case{2, 96, 96, 128, 191, 2}, Case{6, 256, 256, 130, 140, 50},
        Case{1, 32, 4, 3, 130, 0}}) {
    const Cache cache(c.dim_k, c.dim_v, c.last + 1, 20, c.first);
    const auto q = noise(static_cast<size_t>(c.group * c.dim_k), 21, 2);
    const auto got = attend(kernels, cache, q, c.first, c.last, c.softcap);
    const auto expected = attend_in_double(cache, q, c.first, c.last, c.softcap);
    for (size_t i = 0; i < got.size(); ++i)
      ASSERT_NEAR(got[i], expected[i], 2e-6) << c.group << " x " << c.dim_k << " at " << i;
  }
}

TEST_P(Ops, AttendOfAGroupIsThatOfEachQuery) {
  for (int64_t dim : {8, 64, 80, 128}) {
    const Cache cache(dim, dim, 171, 30);
    const auto q = noise(static_cast<size_t>(9 * dim), 31);
    const auto all = attend(kernels, cache, q, 5, 170, 0);
    for (int64_t n : {1, 2, 3, 4})
      for (int64_t g = 0; g + n <= 9; g += n) {
        const std::vector<float> some(q.begin() + g * dim, q.begin() + (g + n) * dim);
        const auto got = attend(kernels, cache, some, 5, 170, 0);
        EXPECT_TRUE(
            same_bits(got, std::span(all).subspan(static_cast<size_t>(g * dim), got.size())))
            << dim << " " << n << " " << g;
      }
  }
}

TEST_P(Ops, AttendSurvivesHugeScores) {
  const Cache cache(64, 64, 100, 40);
  const auto q = noise(64, 41, 3000);  // one key takes all
  const auto got = attend(kernels, cache, q, 0, 99, 0);
  for (float v : got) EXPECT_TRUE(std::isfinite(v));
}

TEST(OpsBits, EqualBetweenInstructionSetsWithFma) {
  std::vector<std::vector<float>> results;
  std::vector<std::string_view> names;
  for (std::string_view isa : available_isas()) {
#if defined(__x86_64__)
    if (isa == "baseline") continue;  // has no fused multiply-add
#endif
    const Kernels& kernels = **find_kernels(isa);
    std::vector<float> all;
    auto keep = [&](const std::vector<float>& part) {
      all.insert(all.end(), part.begin(), part.end());
    };
    const auto x = noise(2100, 50, 4), w = noise(2100, 51);
    std::vector<float> out(2100);
    kernels.rms_norm(x.data(), w.data(), 1e-6f, 2100, out.data());
    keep(out);
    for (bool gelu : {false, true}) {
      kernels.glu(gelu, x.data(), w.data(), 2100, out.data());
      keep(out);
    }
    kernels.softcap(x.data(), 3, 2100, out.data());
    keep(out);
    for (bool adjacent : {false, true}) {
      out = x;
      kernels.rope(out.data(), 21, 100, 84, adjacent, w.data(), w.data() + 50);
      keep(out);
    }
    for (int64_t dim : {8, 20, 64, 80, 128, 256}) {
      const Cache cache(dim, dim, 171, 52);
      const auto q = noise(static_cast<size_t>(5 * dim), 53);
      keep(attend(kernels, cache, q, 5, 170, 0));
      keep(attend(kernels, cache, q, 0, 170, 5));
    }
    results.push_back(all);
    names.push_back(isa);
  }
  if (results.size() < 2) GTEST_SKIP() << "only one instruction set with FMA here";
  for (size_t i = 1; i < results.size(); ++i)
    EXPECT_TRUE(same_bits(results[0], results[i])) << names[0] << " and " << names[i];
}

}  // namespace
}  // namespace hob::kernel
