// One fast hash for spellings and pairs of ids. Not for anything an attacker must not collide: the
// tables that use it are built from the model's own file, or are caches that overwrite.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace hob::text {

inline uint64_t mix(uint64_t a, uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline uint64_t hash_pair(uint64_t a, uint64_t b) {
  return mix(a ^ 0x9E3779B97F4A7C15, b ^ 0xD1B54A32D192ED03);
}

// Up to 8 bytes as a number, zero-filled.
inline uint64_t load_bytes(const char* data, size_t n) {
  uint64_t value = 0;
  std::memcpy(&value, data, n);
  return value;
}

inline uint64_t hash_bytes(std::string_view bytes) {
  uint64_t state = bytes.size();
  size_t at = 0;
  for (; bytes.size() - at >= 8; at += 8) state = hash_pair(state, load_bytes(&bytes[at], 8));
  if (at < bytes.size()) state = hash_pair(state, load_bytes(bytes.data() + at, bytes.size() - at));
  return state;
}

}  // namespace hob::text
