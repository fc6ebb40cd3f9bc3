// The printable alphabet in which byte-level BPE vocabularies spell bytes ("Ġthe" for " the"): a
// printable Latin-1 byte stands for itself, the other 68 bytes for U+0100 onwards, in order.
// Source: GPT-2's encoder (Radford et al. 2019).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace hob::text {

namespace detail {
constexpr bool stands_for_itself(int byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

constexpr std::array<uint16_t, 256> make_byte_letters() {
  std::array<uint16_t, 256> letters{};
  uint16_t next = 0x100;
  for (int byte = 0; byte < 256; byte++)
    letters[byte] = stands_for_itself(byte) ? static_cast<uint16_t>(byte) : next++;
  return letters;
}

constexpr std::array<int16_t, 0x144> make_letter_bytes() {
  std::array<int16_t, 0x144> bytes{};
  for (auto& byte : bytes) byte = -1;
  for (int byte = 0; byte < 256; byte++)
    bytes[make_byte_letters()[byte]] = static_cast<int16_t>(byte);
  return bytes;
}
}  // namespace detail

inline constexpr std::array<uint16_t, 256> kByteLetters = detail::make_byte_letters();
inline constexpr std::array<int16_t, 0x144> kLetterBytes = detail::make_letter_bytes();

// The spelling of `bytes`.
std::string spell_bytes(std::string_view bytes);

// Appends the bytes that `spelling` stands for; a code point outside the alphabet stands for its
// own UTF-8.
void append_spelled_bytes(std::string& out, std::string_view spelling);

}  // namespace hob::text
