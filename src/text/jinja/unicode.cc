// Case mapping and character classes over utf8proc. Simple (one to one) mappings plus the one
// expansion that occurs in practice, the German sharp s.
#include "text/jinja/unicode.h"

#include <utf8proc.h>

#include <algorithm>

#include "base/utf8.h"

namespace hob::text::jinja {
namespace {

utf8proc_category_t category(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

void append_upper(Text& out, char32_t c, std::string_view bytes, bool trusted, bool title) {
  if (c == 0xDF) {
    out.append(title ? "Ss" : "SS", trusted);
    return;
  }
  char32_t mapped = static_cast<char32_t>(title ? utf8proc_totitle(static_cast<int32_t>(c))
                                                : utf8proc_toupper(static_cast<int32_t>(c)));
  if (mapped == c) return out.append(bytes, trusted);
  std::string encoded;
  append_utf8(encoded, mapped);
  out.append(encoded, trusted);
}

void append_lower(Text& out, char32_t c, std::string_view bytes, bool trusted) {
  char32_t mapped = static_cast<char32_t>(utf8proc_tolower(static_cast<int32_t>(c)));
  if (mapped == c) return out.append(bytes, trusted);
  std::string encoded;
  append_utf8(encoded, mapped);
  out.append(encoded, trusted);
}

// Calls f(code point, its bytes, trusted) for each character.
template <class F>
void for_each_character(const Text& text, F f) {
  auto run = text.runs().begin();
  for (size_t at = 0; at < text.size();) {
    while (at >= run->end) ++run;
    CodePoint c = decode_utf8(text.view(), at);
    size_t length = static_cast<size_t>(c.length);
    f(c.value, text.view().substr(at, length), run->trusted);
    at += length;
  }
}

bool is_cased(char32_t c) {
  auto k = category(c);
  return k == UTF8PROC_CATEGORY_LU || k == UTF8PROC_CATEGORY_LL || k == UTF8PROC_CATEGORY_LT;
}

size_t previous_start(std::string_view text, size_t end) {
  size_t at = end - 1;
  while (at > 0 && end - at < 4 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return at + static_cast<size_t>(decode_utf8(text, at).length) == end ? at : end - 1;
}

}  // namespace

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

size_t count_code_points(std::string_view text) {
  size_t n = 0;
  for (size_t at = 0; at < text.size(); ++n)
    at += static_cast<size_t>(decode_utf8(text, at).length);
  return n;
}

std::vector<size_t> code_point_offsets(std::string_view text) {
  std::vector<size_t> offsets;
  offsets.reserve(text.size() + 1);
  for (size_t at = 0; at < text.size(); at += static_cast<size_t>(decode_utf8(text, at).length))
    offsets.push_back(at);
  offsets.push_back(text.size());
  return offsets;
}

bool is_space(char32_t c) {
  if (c < 0x80) return (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x20);
  return c == 0x85 || category(c) == UTF8PROC_CATEGORY_ZS || category(c) == UTF8PROC_CATEGORY_ZL ||
         category(c) == UTF8PROC_CATEGORY_ZP;
}

bool is_printable(char32_t c) {
  if (c == ' ') return true;
  switch (category(c)) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return false;
    default:
      return true;
  }
}

bool is_letter(char32_t c) {
  return is_cased(c) || category(c) == UTF8PROC_CATEGORY_LM || category(c) == UTF8PROC_CATEGORY_LO;
}
bool is_digit(char32_t c) {
  return category(c) == UTF8PROC_CATEGORY_ND;
}
bool is_word(char32_t c) {
  return c == '_' || is_letter(c) || is_digit(c) || category(c) == UTF8PROC_CATEGORY_NL ||
         category(c) == UTF8PROC_CATEGORY_NO;
}
bool is_lower(char32_t c) {
  return category(c) == UTF8PROC_CATEGORY_LL;
}
bool is_upper(char32_t c) {
  return category(c) == UTF8PROC_CATEGORY_LU;
}

Text to_upper(const Text& text) {
  Text out;
  for_each_character(text, [&](char32_t c, std::string_view bytes, bool trusted) {
    append_upper(out, c, bytes, trusted, false);
  });
  return out;
}

Text to_lower(const Text& text) {
  Text out;
  for_each_character(text, [&](char32_t c, std::string_view bytes, bool trusted) {
    append_lower(out, c, bytes, trusted);
  });
  return out;
}

Text to_title(const Text& text) {
  Text out;
  bool inside = false;
  for_each_character(text, [&](char32_t c, std::string_view bytes, bool trusted) {
    inside ? append_lower(out, c, bytes, trusted) : append_upper(out, c, bytes, trusted, true);
    inside = is_cased(c);
  });
  return out;
}

Text to_capitalized(const Text& text) {
  Text out;
  bool first = true;
  for_each_character(text, [&](char32_t c, std::string_view bytes, bool trusted) {
    first ? append_upper(out, c, bytes, trusted, true) : append_lower(out, c, bytes, trusted);
    first = false;
  });
  return out;
}

std::pair<size_t, size_t> strip_range(std::string_view text, std::u32string_view chars,
                                      bool any_space, Side side) {
  auto strips = [&](char32_t c) {
    return any_space ? is_space(c) : chars.find(c) != std::u32string_view::npos;
  };
  size_t from = 0, to = text.size();
  while (side != Side::right && from < to) {
    CodePoint c = decode_utf8(text, from);
    if (!strips(c.value)) break;
    from += static_cast<size_t>(c.length);
  }
  while (side != Side::left && to > from) {
    size_t at = previous_start(text, to);
    if (!strips(decode_utf8(text, at).value)) break;
    to = at;
  }
  return {from, to};
}

std::u32string to_utf32(std::string_view text) {
  std::u32string out;
  for (size_t at = 0; at < text.size();) {
    CodePoint c = decode_utf8(text, at);
    out.push_back(c.value);
    at += static_cast<size_t>(c.length);
  }
  return out;
}

}  // namespace hob::text::jinja
