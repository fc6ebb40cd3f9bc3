// Splitting, replacing, joining, padding: byte searches over the text, slices that keep trust.
#include "text/jinja/string_ops.h"

#include <algorithm>

#include "base/utf8.h"
#include "text/jinja/print.h"

namespace hob::text::jinja {
namespace {

void require_separator(std::string_view separator) {
  if (separator.empty()) stop("empty separator");
}

// The bytes of the white space character at `at`, 0 when there is none.
size_t space_at(std::string_view text, size_t at) {
  CodePoint c = decode_utf8(text, at);
  return is_space(c.value) ? static_cast<size_t>(c.length) : 0;
}

size_t line_break_at(std::string_view text, size_t at) {
  char c = text[at];
  if (c == '\r') return at + 1 < text.size() && text[at + 1] == '\n' ? 2 : 1;
  if (c == '\n' || c == '\v' || c == '\f' || (c >= 0x1C && c <= 0x1E)) return 1;
  if (static_cast<unsigned char>(c) < 0x80) return 0;
  CodePoint point = decode_utf8(text, at);
  bool breaks = point.value == 0x85 || point.value == 0x2028 || point.value == 0x2029;
  return breaks ? static_cast<size_t>(point.length) : 0;
}

struct Word {
  size_t begin, end;
};

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  bool inside = false;
  for (size_t at = 0; at < text.size();) {
    auto length = static_cast<size_t>(decode_utf8(text, at).length);
    bool space = space_at(text, at) > 0;
    if (!space && !inside) words.push_back({at, at});
    if (!space) words.back().end = at + length;
    inside = !space;
    at += length;
  }
  return words;
}

}  // namespace

std::vector<Value> split(const Text& text, std::string_view separator, Integer limit) {
  require_separator(separator);
  std::vector<Value> parts;
  size_t from = 0;
  while (limit != 0) {
    size_t found = text.view().find(separator, from);
    if (found == std::string_view::npos) break;
    parts.push_back(Value::string(text.slice(from, found)));
    from = found + separator.size();
    if (limit > 0) --limit;
  }
  parts.push_back(Value::string(text.slice(from, text.size())));
  return parts;
}

std::vector<Value> split_from_right(const Text& text, std::string_view separator, Integer limit) {
  require_separator(separator);
  std::vector<Value> parts;
  size_t to = text.size();
  while (limit != 0 && to >= separator.size()) {
    size_t found = text.view().rfind(separator, to - separator.size());
    if (found == std::string_view::npos) break;
    parts.push_back(Value::string(text.slice(found + separator.size(), to)));
    to = found;
    if (limit > 0) --limit;
  }
  parts.push_back(Value::string(text.slice(0, to)));
  std::reverse(parts.begin(), parts.end());
  return parts;
}

std::vector<Value> split_spaces(const Text& text, Integer limit) {
  std::vector<Value> parts;
  for (const Word& word : words_of(text.view())) {
    bool last = limit >= 0 && static_cast<Integer>(parts.size()) == limit;
    parts.push_back(Value::string(text.slice(word.begin, last ? text.size() : word.end)));
    if (last) break;
  }
  return parts;
}

std::vector<Value> split_spaces_from_right(const Text& text, Integer limit) {
  std::vector<Value> parts;
  std::vector<Word> words = words_of(text.view());
  for (auto word = words.rbegin(); word != words.rend(); ++word) {
    bool last = limit >= 0 && static_cast<Integer>(parts.size()) == limit;
    parts.push_back(Value::string(text.slice(last ? 0 : word->begin, word->end)));
    if (last) break;
  }
  std::reverse(parts.begin(), parts.end());
  return parts;
}

std::vector<Value> split_lines(const Text& text, bool keep_ends) {
  std::vector<Value> lines;
  size_t from = 0;
  for (size_t at = 0; at < text.size();) {
    size_t length = line_break_at(text.view(), at);
    if (length == 0) {
      ++at;
      continue;
    }
    lines.push_back(Value::string(text.slice(from, keep_ends ? at + length : at)));
    from = at += length;
  }
  if (from < text.size()) lines.push_back(Value::string(text.slice(from, text.size())));
  return lines;
}

Text replace(const Text& text, const Text& from, const Text& to, Integer limit, Budget& budget) {
  Text out;
  auto put = [&](const Text& piece, size_t begin, size_t end) {
    if (static_cast<int64_t>(out.size() + (end - begin)) > budget.max_text_bytes())
      stop("a text grows beyond {} bytes", budget.max_text_bytes());
    out.append(piece, begin, end);
  };
  size_t at = 0;
  while (limit != 0) {
    size_t found = text.view().find(from.view(), at);
    if (found == std::string_view::npos) break;
    budget.charge(1 + to.size() / 64);
    put(text, at, found);
    put(to, 0, to.size());
    at = found + from.size();
    if (limit > 0) --limit;
    if (!from.empty()) continue;
    // An empty pattern matches before every character, and at the end.
    if (found == text.size()) return out;
    at = found + static_cast<size_t>(decode_utf8(text.view(), found).length);
    put(text, found, at);
    if (at == text.size() && limit != 0) {
      put(to, 0, to.size());
      return out;
    }
  }
  put(text, at, text.size());
  return out;
}

Text join(const std::vector<Value>& parts, const Text& separator, Budget& budget) {
  Text out;
  bool first = true;
  for (const Value& part : parts) {
    budget.charge(1 + separator.size() / 64);
    if (!first) out.append(separator);
    first = false;
    out.append(to_text(part, budget));
    if (static_cast<int64_t>(out.size()) > budget.max_text_bytes())
      stop("a text grows beyond {} bytes", budget.max_text_bytes());
  }
  return out;
}

Text strip(const Text& text, std::optional<std::string_view> chars, Side side) {
  std::u32string set = chars ? to_utf32(*chars) : std::u32string();
  auto [from, to] = strip_range(text.view(), set, !chars, side);
  return text.slice(from, to);
}

Text pad(const String& string, Integer width, const Text& fill, Align align, Budget& budget) {
  if (count_code_points(fill.view()) != 1) stop("the fill must be exactly one character long");
  auto size = static_cast<Integer>(count_code_points(string.text.view()));
  if (width <= size) return string.text;
  Integer missing = width - size;
  if (missing > budget.max_text_bytes())
    stop("a text grows beyond {} bytes", budget.max_text_bytes());
  budget.charge_bytes(static_cast<uint64_t>(missing) * fill.size());
  budget.charge(static_cast<uint64_t>(missing) / 16);
  // CPython puts the odd one on the left only when both the rest and the width are odd.
  Integer left = align == Align::left    ? 0
                 : align == Align::right ? missing
                                         : missing / 2 + (missing & width & 1);
  Text out;
  for (Integer i = 0; i < left; ++i) out.append(fill);
  out.append(string.text);
  for (Integer i = left; i < missing; ++i) out.append(fill);
  return out;
}

}  // namespace hob::text::jinja
