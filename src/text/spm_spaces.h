// SentencePiece's spelling of spaces: ' ' is '▁' (U+2581).
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace hob::text {

inline constexpr std::string_view kSpaceMark = "\u2581";

inline void append_escaped(std::string& out, std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t space = std::min(text.find(' ', at), text.size());
    out += text.substr(at, space - at);
    if (space < text.size()) out += kSpaceMark;
    at = space + 1;
  }
}

inline void append_unescaped(std::string& out, std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t mark = std::min(text.find(kSpaceMark, at), text.size());
    out += text.substr(at, mark - at);
    if (mark < text.size()) out += ' ';
    at = mark + kSpaceMark.size();
  }
}

}  // namespace hob::text
