// Every instruction set against a plain model of the arithmetic that the
// kernels promise: exact integer sums, then one float sum per output in
// ascending k.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "kernel/kernels.h"
#include "tensor/quant/all.h"
#include "tensor/quant/convert.h"
#include "tensor/quant/one_row.h"

namespace hob::kernel {
namespace {

using tensor::Format;
using tensor::quant::Block;
using tensor::quant::Kind;
using tensor::quant::OneRow;

std::vector<Format> computable_formats() {
  std::vector<Format> formats;
#define HOB_FORMAT(T) formats.push_back(tensor::quant::T::kFormat);
#include "tensor/quant/all.def"
#undef HOB_FORMAT
  return formats;
}

// --- the model ---

struct Quantized {
  std::vector<int> q;
  float scale;
};

// Symmetric 8-bit activations of one block.
Quantized quantize_activations(const float* x, int n) {
  float largest = 0;
  for (int i = 0; i < n; ++i) largest = std::max(largest, std::fabs(x[i]));
  Quantized r{std::vector<int>(n), largest / 127};
  for (int i = 0; i < n; ++i) r.q[i] = static_cast<int>(std::nearbyint(x[i] * (127 / largest)));
  return r;
}

template <class T>
float model_dot(const std::byte* row, const float* x, int64_t k) {
  float acc = 0;
  for (int64_t b = 0; b < k / T::kBlock; ++b) {
    uint32_t dwords[T::kBytes / 4 + 2] = {};
    std::memcpy(dwords, row + b * T::kBytes, T::kBytes);
    const Block<OneRow> block{dwords, 0};
    if constexpr (T::kKind == Kind::plain) {
      acc = std::fma(T::value(block, 0), x[b], acc);
    } else {
      const Quantized a = quantize_activations(x + b * T::kBlock, T::kBlock);
      const auto weight = [&](int i) {
        const auto byte = static_cast<uint8_t>(T::weights(block, i / 4) >> 8 * (i % 4));
        return T::kSigned ? int{static_cast<int8_t>(byte)} : byte - T::kOffset;
      };
      if constexpr (T::kKind == Kind::scaled) {
        int dot = 0, sum = 0;
        for (int i = 0; i < T::kBlock; ++i) {
          dot += weight(i) * a.q[i];
          sum += a.q[i];
        }
        acc = std::fma(T::scale(block) * a.scale, float(dot), acc);
        if constexpr (T::kMins) acc = std::fma(T::min(block) * a.scale, float(sum), acc);
      } else {
        int dot = 0, mins = 0;
        for (int i = 0; i < T::kBlock; ++i) {
          dot += T::scale(block, i / T::kSub) * weight(i) * a.q[i];
          if constexpr (T::kMins) mins += T::min(block, i / T::kSub) * a.q[i];
        }
        acc = std::fma(T::super_scale(block) * a.scale, float(dot), acc);
        if constexpr (T::kMins) acc = std::fma(-(T::super_min(block) * a.scale), float(mins), acc);
      }
    }
  }
  return acc;
}

float model_dot(Format format, const std::byte* row, const float* x, int64_t k) {
  switch (format) {
#define HOB_FORMAT(T)             \
  case tensor::quant::T::kFormat: \
    return model_dot<tensor::quant::T>(row, x, k);
#include "tensor/quant/all.def"
#undef HOB_FORMAT
    default:
      ADD_FAILURE();
      return 0;
  }
}

// --- a problem and its solution by the kernels ---

std::vector<float> gaussian(size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> x(n);
  for (float& v : x) v = normal(random);
  return x;
}

struct Problem {
  Format format;
  int64_t rows, k, cols;
  std::vector<std::byte> weights;  // exactly the tensor, so that sanitizers see a read past its end
  std::vector<float> x, bias;

  Problem(Format f, int64_t n_rows, int64_t n_k, int64_t n_cols)
      : format(f),
        rows(n_rows),
        k(n_k),
        cols(n_cols),
        x(gaussian(n_k * n_cols, 2)),
        bias(gaussian(n_rows, 3)) {
    const size_t row_bytes = tensor::row_bytes(format, k);
    weights.resize(rows * row_bytes);
    const std::vector<float> w = gaussian(rows * k, 1);
    for (int64_t r = 0; r < rows; ++r)
      tensor::quantize_row(format, w.data() + r * k, k, weights.data() + r * row_bytes);
  }

  const std::byte* row(int64_t r) const {
    return weights.data() + r * tensor::row_bytes(format, k);
  }
};

struct AlignedBytes {
  std::byte* p;
  explicit AlignedBytes(size_t n)
      : p(static_cast<std::byte*>(::operator new(n + 64, std::align_val_t{64}))) {}
  ~AlignedBytes() { ::operator delete(p, std::align_val_t{64}); }
  AlignedBytes(const AlignedBytes&) = delete;
};

// Columns [first, first + n) of the problem; splits are the row ranges of
// separate calls.
std::vector<float> solve(const Kernels& kernels, const Problem& p, bool with_bias, int64_t first,
                         int64_t n, const std::vector<int64_t>& splits) {
  std::vector<std::byte> prepared(kernels.prepared_bytes(p.format, p.k, n));
  const float* x = p.x.data() + first * p.k;
  kernels.prepare(p.format, x, p.k, p.k, n, prepared.data(), 0, n / 2);
  kernels.prepare(p.format, x, p.k, p.k, n, prepared.data(), n / 2, n);
  const int64_t stride = p.rows + 3;
  std::vector<float> out(n * stride, -77.0f);
  const MatMulArgs args{.format = p.format,
                        .weights = p.weights.data(),
                        .weight_row_bytes = tensor::row_bytes(p.format, p.k),
                        .rows = p.rows,
                        .k = p.k,
                        .cols = n,
                        .prepared = prepared.data(),
                        .bias = with_bias ? p.bias.data() : nullptr,
                        .out = out.data(),
                        .out_stride = stride};
  const AlignedBytes scratch(kMatMulScratchBytes);
  int64_t begin = 0;
  for (int64_t end : splits) {
    kernels.matmul(args, begin, end, scratch.p);
    begin = end;
  }
  std::vector<float> compact;
  for (int64_t c = 0; c < n; ++c) {
    compact.insert(compact.end(), out.begin() + c * stride, out.begin() + c * stride + p.rows);
    for (int64_t r = p.rows; r < stride; ++r)
      EXPECT_EQ(out[c * stride + r], -77.0f) << "wrote past the rows";
  }
  return compact;
}

std::vector<float> solve(const Kernels& kernels, const Problem& p) {
  return solve(kernels, p, false, 0, p.cols, {p.rows});
}

bool has_fma(std::string_view isa) {
  return isa != "baseline";
}

void expect_same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i)
    ASSERT_EQ(std::bit_cast<uint32_t>(a[i]), std::bit_cast<uint32_t>(b[i]))
        << "output " << i << ": " << a[i] << " and " << b[i];
}

// --- tests: every instruction set x every format ---

struct Case {
  std::string_view isa;
  Format format;
};
std::vector<Case> cases() {
  std::vector<Case> all;
  for (std::string_view isa : available_isas())
    for (Format format : computable_formats()) all.push_back({isa, format});
  return all;
}

class MatMul : public testing::TestWithParam<Case> {
 protected:
  const Kernels& kernels() const { return **find_kernels(GetParam().isa); }
  Format format() const { return GetParam().format; }
  int64_t block() const { return tensor::info(format()).block; }

  void expect_model(const Problem& p, bool with_bias) const {
    const std::vector<float> y = solve(kernels(), p, with_bias, 0, p.cols, {p.rows});
    for (int64_t c = 0; c < p.cols; ++c)
      for (int64_t r = 0; r < p.rows; ++r) {
        float expected = model_dot(format(), p.row(r), p.x.data() + c * p.k, p.k);
        if (with_bias) expected += p.bias[r];
        const float got = y[c * p.rows + r];
        if (has_fma(GetParam().isa))
          ASSERT_EQ(got, expected) << "row " << r << " column " << c;
        else
          ASSERT_NEAR(got, expected, 2e-4) << "row " << r << " column " << c;
      }
  }
};

INSTANTIATE_TEST_SUITE_P(, MatMul, testing::ValuesIn(cases()), [](const auto& i) {
  return std::string(i.param.isa) + "_" + std::string(tensor::info(i.param.format).name);
});

TEST_P(MatMul, IsTheModelForManyShapes) {
  struct Shape {
    int64_t rows, k, cols;
  };
  for (const Shape& s :
       {Shape{1, 32, 1}, Shape{5, 64, 2}, Shape{16, 256, 3}, Shape{17, 288, 5}, Shape{64, 512, 8},
        Shape{100, 256, 13}, Shape{100, 512, 33}, Shape{33, 544, 1}, Shape{80, 768, 1}}) {
    // K-formats: the same shapes in whole blocks.
    const int64_t k = (s.k + block() - 1) / block() * block();
    SCOPED_TRACE(fmt::format("{} x {} x {}", s.rows, k, s.cols));
    expect_model(Problem(format(), s.rows, k, s.cols), s.rows % 2 == 0);
    if (HasFatalFailure()) return;
  }
}

TEST_P(MatMul, PlainFormatsTakeAnyLength) {
  if (block() != 1) return;  // whole blocks only
  for (int64_t k : {1, 4, 12, 33, 63, 65, 130})
    for (int64_t cols : {1, 2, 7}) {
      SCOPED_TRACE(fmt::format("{} x {}", k, cols));
      expect_model(Problem(format(), 70, k, cols), false);
      if (HasFatalFailure()) return;
    }
}

TEST_P(MatMul, ColumnsDoNotDependOnTheirNeighbours) {
  const Problem p(format(), 48, std::max<int64_t>(288 / block(), 2) * block(), 41);
  const std::vector<float> together = solve(kernels(), p);
  for (const auto& [first, n] :
       std::map<int64_t, int64_t>{{0, 1}, {1, 2}, {3, 3}, {6, 4}, {10, 5}, {15, 26}}) {
    const std::vector<float> some = solve(kernels(), p, false, first, n, {p.rows});
    expect_same_bits(some,
                     {together.begin() + first * p.rows, together.begin() + (first + n) * p.rows});
  }
}

TEST_P(MatMul, RowsDoNotDependOnTheSplit) {
  for (int64_t cols : {1, 4, 35}) {
    const Problem p(format(), 300, 2 * std::max<int64_t>(block(), 48), cols);
    const std::vector<float> whole = solve(kernels(), p);
    for (const auto& splits :
         std::vector<std::vector<int64_t>>{{64, 300}, {128, 192, 256, 300}, {256, 300}})
      expect_same_bits(solve(kernels(), p, false, 0, cols, splits), whole);
  }
}

// More columns than the kernels keep sums for at a time.
TEST_P(MatMul, VeryManyColumns) {
  const Problem p(format(), 17, block() == 1 ? 20 : block(), 1030);
  const std::vector<float> y = solve(kernels(), p);
  for (int64_t first : {0, 511, 512, 1023}) {
    const std::vector<float> some = solve(kernels(), p, false, first, 7, {p.rows});
    expect_same_bits(some, {y.begin() + first * p.rows, y.begin() + (first + 7) * p.rows});
  }
}

// Every half but the infinities and NaNs comes through as it is.
TEST(MatMulHalves, AreConvertedExactly) {
  for (std::string_view isa : available_isas()) {
    Problem p(Format::f16, 2048, 1, 1);
    p.x[0] = 1;
    for (uint32_t first = 0; first < 0x10000; first += 2048) {
      for (uint16_t i = 0; i < 2048; ++i) {
        const auto half = static_cast<uint16_t>(first + i);
        std::memcpy(p.weights.data() + 2 * i, &half, 2);
      }
      const std::vector<float> y = solve(**find_kernels(isa), p);
      for (uint16_t i = 0; i < 2048; ++i) {
        const auto half = static_cast<uint16_t>(first + i);
        if ((half & 0x7c00) == 0x7c00) continue;
        ASSERT_EQ(y[i], tensor::half_to_float(half)) << isa << " " << half;
      }
    }
  }
}

TEST_P(MatMul, InstructionSetsAgree) {
  if (!has_fma(GetParam().isa)) return;  // other rounding
  const Problem p(format(), 50, 2 * std::max<int64_t>(block(), 64), 9);
  for (std::string_view isa : available_isas())
    if (has_fma(isa)) expect_same_bits(solve(kernels(), p), solve(**find_kernels(isa), p));
}

// The largest magnitudes that weights and activations can have do not overflow
// any intermediate.
TEST_P(MatMul, ExtremeIntegersStayExact) {
  if (block() == 1) return;  // floats
  const int64_t k = 4 * std::max<int64_t>(block(), 64);
  Problem p(format(), 32, k, 7);
  for (size_t i = 0; i < p.x.size(); ++i)
    p.x[i] = i / k % 2 ? -1.0f : 1.0f;  // all +127 or all -127
  // Random bits, but tame scales: rows of 00, ff and 80 bytes are among them.
  std::mt19937 random(4);
  const size_t row_bytes = tensor::row_bytes(format(), k), n_bytes = tensor::info(format()).bytes;
  for (size_t i = 0; i < p.weights.size(); ++i) {
    const size_t r = i / row_bytes;
    p.weights[i] = r == 0   ? std::byte{0}
                   : r == 1 ? std::byte{0xff}
                   : r == 2 ? std::byte{0x80}
                            : std::byte(random());
    // Exponents near 1 wherever binary16 scales may lie: the formats have them
    // at the block's begin or end.
    const size_t at = i % n_bytes;
    if ((at < 4 || at + 4 >= n_bytes) && at % 2 == 1) p.weights[i] &= std::byte{0xbf};
  }
  if (format() == Format::mxfp4)
    for (size_t i = 0; i < p.weights.size(); i += n_bytes) p.weights[i] = std::byte{127};
  const std::vector<float> y = solve(kernels(), p);
  for (int64_t c = 0; c < p.cols; ++c)
    for (int64_t r = 0; r < p.rows; ++r) {
      const float expected = model_dot(format(), p.row(r), p.x.data() + c * k, k),
                  got = y[c * p.rows + r];
      if (std::isnan(expected)) continue;
      if (has_fma(GetParam().isa))
        ASSERT_EQ(got, expected) << "row " << r << " column " << c;
      else
        ASSERT_NEAR(got, expected, 1e-5 * (1 + std::fabs(expected)))
            << "row " << r << " column " << c;
    }
}

TEST_P(MatMul, ActivationsOutOfTheOrdinary) {
  const int64_t k = 2 * std::max<int64_t>(block(), 32);
  Problem p(format(), 16, k, 6);
  const auto column = [&](int64_t c) { return p.x.data() + c * k; };
  for (int64_t i = 0; i < k; ++i) {
    column(0)[i] = 0;
    column(1)[i] = 1e-42f;
    column(5)[i] *= 1e30f;
  }
  column(2)[3] = std::nanf("");
  column(3)[k - 1] = INFINITY;
  const std::vector<float> y = solve(kernels(), p);
  for (int64_t r = 0; r < p.rows; ++r) {
    EXPECT_EQ(y[r], 0.0f);
    EXPECT_NEAR(y[p.rows + r], 0.0f, 1e-38f);
    EXPECT_TRUE(std::isnan(y[2 * p.rows + r]));
    EXPECT_FALSE(std::isfinite(y[3 * p.rows + r]));
    EXPECT_TRUE(std::isfinite(y[4 * p.rows + r]));
    EXPECT_TRUE(std::isfinite(y[5 * p.rows + r]));
  }
}

}  // namespace
}  // namespace hob::kernel
