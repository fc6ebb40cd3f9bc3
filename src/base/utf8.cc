#include "base/utf8.h"

#include <algorithm>

namespace hob {

namespace {

// Length announced by a lead byte, 0 if it cannot lead.
int announced_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

// The range of a second byte depends on the lead (Unicode 15, table 3-7): it excludes overlongs and
// surrogates.
bool second_byte_fits(unsigned char lead, unsigned char second) {
  const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  return second >= low && second <= high;
}

}  // namespace

CodePoint decode_utf8(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  const int length = announced_length(lead);
  if (length == 1) return {lead, 1};
  if (length == 0 || text.size() - at < static_cast<size_t>(length)) return {kReplacement, 1};
  if (!second_byte_fits(lead, byte(at + 1))) return {kReplacement, 1};
  char32_t value = lead & (0x7F >> length);
  for (int i = 1; i < length; i++) {
    if ((byte(at + i) & 0xC0) != 0x80) return {kReplacement, 1};
    value = value << 6 | (byte(at + i) & 0x3F);
  }
  return {value, length};
}

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

bool is_valid_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const CodePoint c = decode_utf8(text, i);
    if (c.value == kReplacement && c.length == 1) return false;
    i += c.length;
  }
  return true;
}

size_t incomplete_utf8_tail(std::string_view text) {
  for (size_t back = 1; back <= std::min<size_t>(3, text.size()); back++) {
    const auto lead = static_cast<unsigned char>(text[text.size() - back]);
    if ((lead & 0xC0) == 0x80) continue;  // a continuation byte: look further back
    if (static_cast<size_t>(announced_length(lead)) <= back) return 0;
    if (back >= 2 &&
        !second_byte_fits(lead, static_cast<unsigned char>(text[text.size() - back + 1])))
      return 0;
    return back;
  }
  return 0;
}

}  // namespace hob
