// exp for x <= 0 that gives the same bits on every machine: the C library's differs between
// systems, and a draw that falls on an edge would then give another token.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace hob::sample {

// 1/13!, 1/12!, …, 1/0!: the next term is below 2^-55 where |r| <= ln 2 / 2.
inline constexpr std::array<double, 14> kExpSeries = [] {
  std::array<double, 14> series{};
  double factorial = 1;
  for (size_t n = 0; n < series.size(); ++n) {
    if (n > 0) factorial *= static_cast<double>(n);
    series[series.size() - 1 - n] = 1 / factorial;
  }
  return series;
}();

// Within 1e-15 of the true value, relatively. 0 where the result would be below 2^-1000 or x is not
// a number.
inline double portable_exp(double x) {
  if (!(x > -693.0)) return 0.0;
  // x = k ln 2 + r with |r| <= ln 2 / 2. The first part of ln 2 has 21 trailing zero bits, so that
  // k times it is exact.
  const double k = std::floor(x * 0x1.71547652b82fep+0 + 0.5);
  const double r = (x - k * 0x1.62e42feep-1) - k * 0x1.a39ef35793c76p-33;
  double sum = 0;
  for (double coefficient : kExpSeries) sum = sum * r + coefficient;
  const auto exponent = static_cast<uint64_t>(1023 + static_cast<int64_t>(k));
  return sum * std::bit_cast<double>(exponent << 52);
}

}  // namespace hob::sample
