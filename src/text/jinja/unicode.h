// What Python's str knows about characters: code points, spaces, case, what repr() may print. The
// tables are utf8proc's.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "text/jinja/text.h"

namespace hob::text::jinja {

bool is_ascii(std::string_view text);
size_t count_code_points(std::string_view text);
// Where each code point begins, and the end: count + 1 offsets.
std::vector<size_t> code_point_offsets(std::string_view text);

bool is_space(char32_t c);      // str.isspace
bool is_printable(char32_t c);  // str.isprintable
bool is_letter(char32_t c);     // str.isalpha
bool is_digit(char32_t c);      // str.isdigit
bool is_word(char32_t c);       // \w
bool is_lower(char32_t c);
bool is_upper(char32_t c);

// Each keeps the trust of the character a result is made from.
Text to_upper(const Text& text);
Text to_lower(const Text& text);
Text to_title(const Text& text);        // str.title: a letter after no letter is upper
Text to_capitalized(const Text& text);  // first upper, rest lower

// Bytes [from, to) without what `chars` names at either end; chars empty = white space.
enum class Side { left, right, both };
std::pair<size_t, size_t> strip_range(std::string_view text, std::u32string_view chars,
                                      bool any_space, Side side);
std::u32string to_utf32(std::string_view text);

}  // namespace hob::text::jinja
