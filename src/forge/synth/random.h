// Random numbers that are the same on every machine: integers and exact float steps only.
#pragma once

#include <cstdint>
#include <string_view>

namespace hob::forge {

// SplitMix64 (Steele, Lea and Flood 2014).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  // A stream of its own for each name.
  Random(uint64_t seed, std::string_view name) : state_(seed) {
    for (char c : name) state_ = bits() ^ uint8_t(c);
  }

  uint64_t bits() {
    uint64_t z = state_ += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
  }

  // Nearly normal, variance 1, at most 3.46 away from 0: the sum of four uniform numbers.
  float normal() {
    const uint64_t b = bits();
    const auto sum = int32_t((b & 0xFFFF) + (b >> 16 & 0xFFFF) + (b >> 32 & 0xFFFF) + (b >> 48));
    return float(sum - 2 * 0xFFFF) * (1.7320508f / 65536);
  }

 private:
  uint64_t state_;
};

}  // namespace hob::forge
