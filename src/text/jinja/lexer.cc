// The lexer walks between two states: text up to the next tag, and the tokens inside a tag. The
// rules for trimming are those of jinja2's own lexer (trim_blocks, lstrip_blocks, "-" and "+"
// signs).
#include "text/jinja/lexer.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/utf8.h"
#include "text/jinja/budget.h"
#include "text/jinja/string_literal.h"

namespace hob::text::jinja {
namespace {

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool continues_name(char c) {
  return begins_name(c) || is_digit(c);
}

[[noreturn]] void stop_at(size_t offset, std::string message) {
  throw TemplateError{std::move(message), false, true, offset};
}

class Lexer {
 public:
  Lexer(std::string_view source, const Syntax& syntax) : source_(source), syntax_(syntax) {}

  std::vector<Token> run() {
    while (at_ < source_.size()) {
      size_t tag = find_tag(at_);
      if (tag == source_.npos) {
        emit(TokenKind::data, std::string(source_.substr(at_)), at_);
        at_ = source_.size();
      } else {
        lex_tag(tag);
      }
    }
    emit(TokenKind::end, "", source_.size());
    return std::move(tokens_);
  }

 private:
  bool looking_at(std::string_view text, size_t at) const {
    return source_.substr(std::min(at, source_.size()), text.size()) == text;
  }
  size_t skip_blanks(size_t at) const {
    while (at < source_.size() && is_blank(source_[at])) ++at;
    return at;
  }
  void emit(TokenKind kind, std::string text, size_t offset) {
    tokens_.push_back({kind, std::move(text), offset});
  }

  size_t find_tag(size_t from) const {
    for (size_t at = source_.find('{', from); at != source_.npos; at = source_.find('{', at + 1)) {
      char next = at + 1 < source_.size() ? source_[at + 1] : '\0';
      if (next == '{' || next == '%' || next == '#') return at;
    }
    return source_.npos;
  }

  // The text before a tag, trimmed as its sign and lstrip_blocks ask.
  void emit_text(size_t from, size_t tag, char sign, bool is_variable) {
    std::string_view text = source_.substr(from, tag - from);
    if (sign == '-') {
      while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    } else if (sign != '+' && syntax_.lstrip_blocks && !is_variable) {
      size_t newline = text.rfind('\n');
      size_t line = newline == text.npos ? 0 : newline + 1;
      bool begins_line = newline != text.npos || line_starting_;
      if (begins_line &&
          std::all_of(text.begin() + static_cast<std::ptrdiff_t>(line), text.end(), is_blank))
        text = text.substr(0, line);
    }
    if (!text.empty()) emit(TokenKind::data, std::string(text), from);
  }

  void lex_tag(size_t tag) {
    char kind = source_[tag + 1];
    size_t inside = tag + 2;
    char sign = inside < source_.size() ? source_[inside] : '\0';
    if (sign == '-' || sign == '+')
      ++inside;
    else
      sign = '\0';
    emit_text(at_, tag, sign, kind == '{');
    if (kind == '#') {
      lex_comment(tag, inside);
    } else if (auto body = kind == '%' ? raw_body(inside) : std::nullopt) {
      lex_raw(tag, *body);
    } else {
      emit(kind == '{' ? TokenKind::variable_begin : TokenKind::block_begin, "", tag);
      lex_expression(tag, inside, kind == '%');
    }
    line_starting_ = at_ > 0 && source_[at_ - 1] == '\n';
  }

  // Sets at_ behind a tag that ends at `end`.
  void leave_tag(size_t end, char sign, bool trims) {
    at_ = end;
    if (sign == '-')
      at_ = skip_blanks(end);
    else if (sign != '+' && trims && syntax_.trim_blocks && looking_at("\n", end))
      ++at_;
  }

  void lex_comment(size_t tag, size_t inside) {
    size_t end = source_.find("#}", inside);
    if (end == source_.npos) stop_at(tag, "this comment is not closed with '#}'");
    leave_tag(end + 2, end > inside ? source_[end - 1] : '\0', true);
  }

  // Where the text of a raw block begins, if `inside` is within the tag that opens one.
  std::optional<size_t> raw_body(size_t inside) const {
    size_t at = skip_blanks(inside);
    if (!looking_at("raw", at)) return std::nullopt;
    at = skip_blanks(at + 3);
    if (looking_at("%}", at)) return at + 2;
    if (looking_at("-%}", at)) return skip_blanks(at + 3);
    return std::nullopt;
  }

  void lex_raw(size_t tag, size_t body) {
    line_starting_ = source_[body - 1] == '\n';
    for (size_t open = source_.find("{%", body); open != source_.npos;
         open = source_.find("{%", open + 1)) {
      char sign = open + 2 < source_.size() ? source_[open + 2] : '\0';
      if (sign != '-' && sign != '+') sign = '\0';
      size_t at = skip_blanks(open + 2 + (sign ? 1 : 0));
      if (!looking_at("endraw", at)) continue;
      at = skip_blanks(at + 6);
      char end_sign = looking_at("-", at) || looking_at("+", at) ? source_[at] : '\0';
      if (end_sign) ++at;
      if (!looking_at("%}", at)) continue;
      emit_text(body, open, sign, false);
      return leave_tag(at + 2, end_sign, true);
    }
    stop_at(tag, "this raw block has no endraw");
  }

  // The tokens of a tag, up to its end. Inside brackets "}}" closes brackets, not the tag.
  void lex_expression(size_t tag, size_t at, bool block) {
    std::string_view close = block ? "%}" : "}}";
    std::string open_brackets;
    while (true) {
      at = skip_blanks(at);
      if (at >= source_.size())
        stop_at(tag, fmt::format("this tag is not closed with '{}'", close));
      if (open_brackets.empty()) {
        char sign = source_[at] == '-' || (block && source_[at] == '+') ? source_[at] : '\0';
        if (looking_at(close, at + (sign ? 1 : 0))) {
          emit(block ? TokenKind::block_end : TokenKind::variable_end, "", at);
          return leave_tag(at + (sign ? 3 : 2), sign, block);
        }
      }
      at = lex_token(at, open_brackets);
    }
  }

  size_t lex_token(size_t at, std::string& open_brackets) {
    char c = source_[at];
    if (is_digit(c)) return lex_number(at);
    if (begins_name(c)) {
      size_t end = at;
      while (end < source_.size() && continues_name(source_[end])) ++end;
      emit(TokenKind::name, std::string(source_.substr(at, end - at)), at);
      return end;
    }
    if (c == '"' || c == '\'') {
      size_t end = at + 1;
      while (end < source_.size() && source_[end] != c) end += source_[end] == '\\' ? 2 : 1;
      if (end >= source_.size()) stop_at(at, "this string is not closed");
      try {
        emit(TokenKind::string, decode_string_literal(source_.substr(at + 1, end - at - 1)), at);
      } catch (const TemplateError& error) {
        stop_at(at, error.message);
      }
      return end + 1;
    }
    return lex_symbol(at, open_brackets);
  }

  size_t digits_end(size_t at, bool (*accepts)(char)) const {
    while (at < source_.size() &&
           (accepts(source_[at]) ||
            (source_[at] == '_' && at + 1 < source_.size() && accepts(source_[at + 1]))))
      ++at;
    return at;
  }

  size_t lex_number(size_t at) {
    size_t end = digits_end(at, is_digit);
    TokenKind kind = TokenKind::integer;
    char prefix = at + 1 < source_.size() ? static_cast<char>(source_[at + 1] | 0x20) : '\0';
    if (source_[at] == '0' && (prefix == 'x' || prefix == 'o' || prefix == 'b')) {
      end = digits_end(
          at + 2, [](char c) { return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); });
    } else if (at == 0 || source_[at - 1] != '.') {  // "a.0.1" are two subscripts
      size_t behind = end;
      if (behind + 1 < source_.size() && source_[behind] == '.' && is_digit(source_[behind + 1]))
        behind = digits_end(behind + 1, is_digit);
      if (behind < source_.size() && (source_[behind] | 0x20) == 'e') {
        size_t exponent = behind + 1;
        if (looking_at("+", exponent) || looking_at("-", exponent)) ++exponent;
        if (exponent < source_.size() && is_digit(source_[exponent]))
          behind = digits_end(exponent, is_digit);
      }
      if (behind != end) kind = TokenKind::real;
      end = behind;
    }
    std::string digits(source_.substr(at, end - at));
    std::erase(digits, '_');
    emit(kind, std::move(digits), at);
    return end;
  }

  size_t lex_symbol(size_t at, std::string& open_brackets) {
    static constexpr std::array<std::string_view, 26> kSymbols = {
        "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[",
        "]",  "(",  ")",  "{",  "}",  ">",  "<", "=", ".", ":", "|", ",", ";"};
    auto symbol = std::find_if(kSymbols.begin(), kSymbols.end(),
                               [&](std::string_view s) { return looking_at(s, at); });
    if (symbol == kSymbols.end())
      stop_at(at, fmt::format("unexpected character '{}'", source_.substr(at, 1)));
    char c = source_[at];
    if (c == '(' || c == '[' || c == '{') {
      open_brackets.push_back(c == '(' ? ')' : static_cast<char>(c + 2));
    } else if (c == ')' || c == ']' || c == '}') {
      if (open_brackets.empty()) stop_at(at, fmt::format("unexpected '{}'", c));
      if (open_brackets.back() != c)
        stop_at(at, fmt::format("unexpected '{}', expected '{}'", c, open_brackets.back()));
      open_brackets.pop_back();
    }
    emit(TokenKind::symbol, std::string(*symbol), at);
    return at + symbol->size();
  }

  std::string_view source_;
  Syntax syntax_;
  size_t at_ = 0;
  bool line_starting_ = true;
  std::vector<Token> tokens_;
};

}  // namespace

std::string normalize_source(std::string_view source) {
  std::string out;
  out.reserve(source.size());
  for (size_t i = 0; i < source.size(); ++i) {
    if (source[i] == '\r') {
      out.push_back('\n');
      if (i + 1 < source.size() && source[i + 1] == '\n') ++i;
    } else {
      out.push_back(source[i]);
    }
  }
  if (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

std::vector<Token> lex(std::string_view source, const Syntax& syntax) {
  return Lexer(source, syntax).run();
}

}  // namespace hob::text::jinja
