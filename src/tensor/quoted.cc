#include "tensor/quoted.h"

#include <fmt/format.h>

#include "base/utf8.h"

namespace hob::tensor {
namespace {

// Invisible or direction-changing code points could make a message say something else.
bool is_deceptive(char32_t c) {
  return (c >= 0x80 && c < 0xa0) || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x2069) || c == 0xfeff;
}

void append_escaped(std::string& out, std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const auto c = static_cast<unsigned char>(text[at]);
    const CodePoint point = decode_utf8(text, at);
    const bool bad = c >= 0x80 && point.length == 1;
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\'' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c < 0x20 || c == 0x7f || bad) {
      out += fmt::format("\\x{:02x}", c);
    } else if (is_deceptive(point.value)) {
      out += fmt::format("\\u{{{:x}}}", static_cast<uint32_t>(point.value));
    } else {
      out += text.substr(at, point.length);
    }
    at += point.length;
  }
}

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

}  // namespace

std::string quoted(std::string_view text, size_t limit) {
  std::string out = "'";
  if (text.size() <= limit) {
    append_escaped(out, text);
    return out += '\'';
  }
  // A code point has at most three continuation bytes: do not cut inside it.
  size_t head = limit / 2, tail = text.size() - limit / 2;
  for (int i = 0; i < 3 && head > 0 && continues(text[head]); ++i) --head;
  for (int i = 0; i < 3 && tail < text.size() && continues(text[tail]); ++i) ++tail;
  append_escaped(out, text.substr(0, head));
  out += "…";
  append_escaped(out, text.substr(tail));
  return out += fmt::format("' ({} bytes long)", text.size());
}

}  // namespace hob::tensor
