// Template source to tokens, with Jinja's whitespace control already applied to the text between
// tags.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hob::text::jinja {

// Defaults as Hugging Face sets them.
struct Syntax {
  bool trim_blocks = true;    // the newline after a block tag is dropped
  bool lstrip_blocks = true;  // so are blanks before a block tag that begins its line
};

enum class TokenKind : uint8_t {
  data,            // text to print as it is
  variable_begin,  // {{
  variable_end,
  block_begin,  // {%
  block_end,
  name,
  string,  // decoded
  integer,
  real,
  symbol,  // operators and brackets
  end
};

struct Token {
  TokenKind kind;
  std::string text;
  size_t offset;  // into the normalized source

  bool is(TokenKind k, std::string_view t) const { return kind == k && text == t; }
  bool symbol(std::string_view t) const { return is(TokenKind::symbol, t); }
  bool name(std::string_view t) const { return is(TokenKind::name, t); }
};

// Newlines become "\n"; one at the very end is dropped, as Jinja does.
std::string normalize_source(std::string_view source);

// `source` is normalized. Throws TemplateError with an offset.
std::vector<Token> lex(std::string_view source, const Syntax& syntax);

}  // namespace hob::text::jinja
