// The string operations that filters and methods share: split, replace, join, pad. All keep trust.
#pragma once

#include <optional>
#include <vector>

#include "text/jinja/unicode.h"
#include "text/jinja/value.h"

namespace hob::text::jinja {

// limit < 0: no limit. An empty separator is an error.
std::vector<Value> split(const Text& text, std::string_view separator, Integer limit);
std::vector<Value> split_from_right(const Text& text, std::string_view separator, Integer limit);
std::vector<Value> split_spaces(const Text& text, Integer limit);
std::vector<Value> split_spaces_from_right(const Text& text, Integer limit);
std::vector<Value> split_lines(const Text& text, bool keep_ends);

Text replace(const Text& text, const Text& from, const Text& to, Integer limit, Budget& budget);
Text join(const std::vector<Value>& parts, const Text& separator, Budget& budget);  // by str()
Text strip(const Text& text, std::optional<std::string_view> chars, Side side);

// As Python's str.center, ljust, rjust: filled up to `width` characters.
enum class Align { left, center, right };
Text pad(const String& string, Integer width, const Text& fill, Align align, Budget& budget);

}  // namespace hob::text::jinja
