// Numbers the way people read them.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

namespace hob::cli {

// 1234567890 -> "1.15 GiB"
inline std::string human_bytes(uint64_t bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  int unit = 0;
  while (value >= 1024 && unit < 4) value /= 1024, unit++;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.3g} {}", value, kUnits[unit]);
}

// 1235814432 -> "1.24 B"
inline std::string human_count(uint64_t count) {
  constexpr const char* kUnits[] = {"", " K", " M", " B", " T"};
  double value = static_cast<double>(count);
  int unit = 0;
  while (value >= 1000 && unit < 4) value /= 1000, unit++;
  return unit == 0 ? fmt::format("{}", count) : fmt::format("{:.3g}{}", value, kUnits[unit]);
}

}  // namespace hob::cli
