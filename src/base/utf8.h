// UTF-8 without tables: decode, encode, validate, and how much of a tail is still incomplete.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hob {

inline constexpr char32_t kReplacement = 0xFFFD;

struct CodePoint {
  char32_t value;  // kReplacement where the bytes are no UTF-8
  int length;      // bytes consumed, 1..4; 1 for a bad byte
};

// Decodes the code point at text[at]; at < text.size(). Refuses overlong forms, surrogates and
// values above 0x10FFFF.
CodePoint decode_utf8(std::string_view text, size_t at);

void append_utf8(std::string& out, char32_t code_point);

bool is_valid_utf8(std::string_view text);

// Bytes (0..3) at the end of `text` that begin a code point which may still be completed by later
// bytes.
size_t incomplete_utf8_tail(std::string_view text);

}  // namespace hob
