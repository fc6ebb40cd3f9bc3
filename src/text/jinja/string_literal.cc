// \n \t … \ooo \xhh \uhhhh \Uhhhhhhhh, and backslash-newline for nothing. \N{…} stays as written.
#include "text/jinja/string_literal.h"

#include <cstdint>

#include "base/utf8.h"
#include "text/jinja/budget.h"

namespace hob::text::jinja {
namespace {

int digit_value(char c, int base) {
  int value = c >= '0' && c <= '9'                     ? c - '0'
              : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                       : 99;
  return value < base ? value : -1;
}

// Reads up to `count` digits at `at`, and moves it.
uint32_t read_digits(std::string_view body, size_t& at, int count, int base, bool exact) {
  uint32_t value = 0;
  int n = 0;
  for (; n < count && at < body.size() && digit_value(body[at], base) >= 0; ++n, ++at)
    value =
        value * static_cast<uint32_t>(base) + static_cast<uint32_t>(digit_value(body[at], base));
  if (exact && n != count) stop("a \\x, \\u or \\U escape in this string is cut short");
  return value;
}

}  // namespace

std::string decode_string_literal(std::string_view body) {
  static constexpr std::string_view kEscapes = "\\'\"abfnrtv";
  static constexpr std::string_view kMeanings = "\\'\"\a\b\f\n\r\t\v";
  std::string out;
  char32_t high = 0;  // a surrogate that waits for its second half
  auto put = [&](char32_t c) {
    if (high && c >= 0xDC00 && c < 0xE000) {
      append_utf8(out, 0x10000 + ((high - 0xD800) << 10) + (c - 0xDC00));
      high = 0;
      return;
    }
    high = c >= 0xD800 && c < 0xDC00 ? c : 0;
    if (!high) append_utf8(out, c < 0xD800 || (c >= 0xE000 && c < 0x110000) ? c : kReplacement);
  };
  for (size_t at = 0; at < body.size();) {
    if (body[at] != '\\' || at + 1 >= body.size()) {
      out.push_back(body[at++]);
      continue;
    }
    char c = body[at + 1];
    size_t known = kEscapes.find(c);
    at += 2;
    if (known != kEscapes.npos)
      out.push_back(kMeanings[known]);
    else if (c == 'x')
      put(read_digits(body, at, 2, 16, true));
    else if (c == 'u')
      put(read_digits(body, at, 4, 16, true));
    else if (c == 'U')
      put(read_digits(body, at, 8, 16, true));
    else if (digit_value(c, 8) >= 0)
      put(read_digits(body, --at, 3, 8, false));
    else if (c != '\n')
      out.append({'\\', c});
  }
  return out;
}

}  // namespace hob::text::jinja
