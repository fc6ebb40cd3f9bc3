// Filters on text: trim, upper, replace, indent, truncate, … Their input is turned into text first,
// as Jinja's soft_str does.
#include <algorithm>
#include <cctype>

#include "base/utf8.h"
#include "text/jinja/arithmetic.h"
#include "text/jinja/compare.h"
#include "text/jinja/filters.h"
#include "text/jinja/format.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/print.h"
#include "text/jinja/slice.h"
#include "text/jinja/string_ops.h"
#include "text/jinja/unicode.h"

namespace hob::text::jinja {
namespace {

// str(), but text marked safe stays marked.
Text soft_text(const Value& value, Budget& budget) {
  return value.is_string() ? value.text() : to_text(value, budget);
}

Value like(const Text& model, Text text) {
  text.markup = model.markup;
  return Value::string(std::move(text));
}

template <Text (*kConvert)(const Text&)>
Value convert(Interpreter& in, const Value& input, Parameters parameters) {
  parameters.done();
  Text text = soft_text(input, in.budget());
  return like(text, kConvert(text));
}

// Jinja's title: words begin after white space, hyphens and opening brackets.
Text title_words(const Text& text) {
  static constexpr std::string_view kBegins = "-([{<";
  Text out;
  bool begins = true;
  std::vector<size_t> offsets = code_point_offsets(text.view());
  for (size_t i = 0; i + 1 < offsets.size(); ++i) {
    Text one = text.slice(offsets[i], offsets[i + 1]);
    char32_t c = decode_utf8(one.view(), 0).value;
    bool separator =
        is_space(c) || (c < 0x80 && kBegins.find(static_cast<char>(c)) != kBegins.npos);
    out.append(separator ? one : begins ? to_upper(one) : to_lower(one));
    begins = separator;
  }
  return out;
}

Value trim(Interpreter& in, const Value& input, Parameters parameters) {
  Value chars = parameters.optional("chars").value_or(Value::none());
  parameters.done();
  Text text = soft_text(input, in.budget());
  if (chars.is_none()) return Value::string(strip(text, std::nullopt, Side::both));
  return Value::string(strip(text, require_text(chars, "filter 'trim'").view(), Side::both));
}

Value replace_filter(Interpreter& in, const Value& input, Parameters parameters) {
  Text from = to_text(parameters.required("old"), in.budget());
  Text to = to_text(parameters.required("new"), in.budget());
  Value count = parameters.optional("count").value_or(Value::none());
  parameters.done();
  Integer limit = count.is_none() ? -1 : require_integer(count, "filter 'replace'");
  return Value::string(replace(to_text(input, in.budget()), from, to, limit, in.budget()));
}

Value indent(Interpreter& in, const Value& input, Parameters parameters) {
  Value width = parameters.optional("width").value_or(Value::integer(4));
  bool first = parameters.flag("first", false), blank = parameters.flag("blank", false);
  parameters.done();
  Budget& budget = in.budget();
  Text indention;
  if (width.is_string()) {
    indention = width.text();
  } else {
    Integer spaces = std::max<Integer>(require_integer(width, "filter 'indent'"), 0);
    if (spaces > budget.max_text_bytes())
      stop("a text grows beyond {} bytes", budget.max_text_bytes());
    indention.append(std::string(static_cast<size_t>(spaces), ' '), true);
  }
  Text text = require_text(input, "filter 'indent'");
  text.append("\n", true);  // as Jinja does: an empty text has one line, a final newline no other
  Text out;
  bool first_line = true;
  for (const Value& line : split_lines(text, false)) {
    budget.charge(1 + indention.size() / 64);
    if (!first_line) out.append("\n", true);
    bool indents = first_line ? first : blank || !line.text().empty();
    if (indents) out.append(indention);
    out.append(line.text());
    first_line = false;
    if (static_cast<int64_t>(out.size()) > budget.max_text_bytes())
      stop("a text grows beyond {} bytes", budget.max_text_bytes());
  }
  return Value::string(std::move(out));
}

Value truncate(Interpreter& in, const Value& input, Parameters parameters) {
  Integer length = parameters.integer("length", 255);
  bool kill_words = parameters.flag("killwords", false);
  Text end = parameters.text("end", "...");
  Value leeway_value = parameters.optional("leeway").value_or(Value::none());
  parameters.done();
  Integer leeway = leeway_value.is_none() ? 5 : require_integer(leeway_value, "filter 'truncate'");
  auto end_length = static_cast<Integer>(count_code_points(end.view()));
  if (length < end_length)
    stop("filter 'truncate' wants a length of {} or more", print_integer(end_length));
  if (leeway < 0) stop("filter 'truncate' wants a leeway of 0 or more");
  if (input.is_undefined()) return input;
  require_text(input, "filter 'truncate'");
  auto size = static_cast<Integer>(count_code_points(input.text().view()));
  if (size <= length || size - length <= leeway) return input;
  Text kept = head(input.as_string(), static_cast<size_t>(length - end_length));
  if (!kill_words) kept = split_from_right(kept, " ", 1).front().text();
  kept.append(end);
  in.budget().charge_bytes(kept.size());
  return Value::string(std::move(kept));
}

Value center(Interpreter& in, const Value& input, Parameters parameters) {
  Integer width = parameters.integer("width", 80);
  parameters.done();
  Value text = Value::string(soft_text(input, in.budget()));
  return Value::string(pad(text.as_string(), width, Text(" ", true), Align::center, in.budget()));
}

Value wordcount(Interpreter& in, const Value& input, Parameters parameters) {
  parameters.done();
  Integer n = 0;
  bool inside = false;
  for (char32_t c : to_utf32(soft_text(input, in.budget()).view())) {
    if (is_word(c) && !inside) ++n;
    inside = is_word(c);
  }
  return Value::integer(n);
}

// Greedy filling, words longer than a line are cut. Not textwrap's every refinement: hyphens are no
// places to break.
Value wordwrap(Interpreter& in, const Value& input, Parameters parameters) {
  Integer width = parameters.integer("width", 79);
  bool cut = parameters.flag("break_long_words", true);
  Value wrap = parameters.optional("wrapstring").value_or(Value::none());
  parameters.flag("break_on_hyphens", true);
  parameters.done();
  if (width <= 0) stop("filter 'wordwrap' wants a width above 0");
  Text newline = wrap.is_none() ? Text("\n", true) : require_text(wrap, "filter 'wordwrap'");
  auto most = static_cast<size_t>(std::min<Integer>(width, 1 << 30));
  Text out;
  bool first_line = true;
  for (const Value& line : split_lines(require_text(input, "filter 'wordwrap'"), false)) {
    if (!std::exchange(first_line, false)) out.append(newline);
    size_t used = 0;
    for (const Value& word : split_spaces(line.text(), -1)) {
      in.budget().charge(1 + newline.size() / 64);
      std::vector<size_t> offsets = code_point_offsets(word.text().view());
      size_t size = offsets.size() - 1, from = 0;
      if (used > 0 && used + 1 + size > most) {
        out.append(newline);
        used = 0;
      }
      if (used > 0) out.append(" ", true);
      for (; cut && size - from > most; from += most) {
        out.append(word.text(), offsets[from], offsets[from + most]);
        out.append(newline);
        in.budget().charge(1 + newline.size() / 64);
      }
      out.append(word.text(), offsets[from], offsets[size]);
      used += (used > 0 ? 1 : 0) + size - from;
    }
  }
  return Value::string(std::move(out));
}

Value escape(Interpreter& in, const Value& input, Parameters parameters) {
  parameters.done();
  if (input.is_string() && input.text().markup) return input;
  return Value::string(escape_markup(to_text(input, in.budget())));
}

Value force_escape(Interpreter& in, const Value& input, Parameters parameters) {
  parameters.done();
  return Value::string(escape_markup(to_text(input, in.budget())));
}

Value safe(Interpreter& in, const Value& input, Parameters parameters) {
  parameters.done();
  Text text = to_text(input, in.budget());
  text.markup = true;
  return Value::string(std::move(text));
}

Text url_quote(const Text& text, bool in_query) {
  Text out;
  size_t begin = 0;
  for (const Text::Run& run : text.runs()) {
    std::string quoted;
    for (char c : text.view().substr(begin, run.end - begin)) {
      bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' ||
                   c == '-' || c == '~' || (c == '/' && !in_query);
      if (plain)
        quoted.push_back(c);
      else if (c == ' ' && in_query)
        quoted.push_back('+');
      else
        quoted += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    out.append(quoted, run.trusted);
    begin = run.end;
  }
  return out;
}

Value urlencode(Interpreter& in, const Value& input, Parameters parameters) {
  parameters.done();
  Budget& budget = in.budget();
  if (input.is_string() || !iterable(input))
    return Value::string(url_quote(to_text(input, budget), false));
  Text out;
  auto pair = [&](const Value& key, const Value& value) {
    if (!out.empty()) out.append("&", true);
    out.append(url_quote(to_text(key, budget), true));
    out.append("=", true);
    out.append(url_quote(to_text(value, budget), true));
    budget.charge(1);
  };
  if (input.is_dict()) {
    for (const auto& [key, value] : input.as_dict().entries()) pair(key, value);
  } else {
    for (const Value& item : iterate(input, budget)) {
      std::vector<Value> parts = iterate(item, budget);
      if (parts.size() != 2) stop("filter 'urlencode' wants pairs");
      pair(parts[0], parts[1]);
    }
  }
  return Value::string(std::move(out));
}

Value format(Interpreter& in, const Value& input, Parameters parameters) {
  Text text = soft_text(input, in.budget());
  auto named = parameters.rest_named();
  std::vector<Value> positional = parameters.rest();
  if (named.empty())
    return Value::string(format_percent(text, Value::tuple(std::move(positional)), in));
  if (!positional.empty()) stop("filter 'format' takes positional or named arguments, not both");
  std::vector<Dict::Entry> entries;
  for (auto& [name, value] : named)
    entries.emplace_back(Value::string(name, false), std::move(value));
  return Value::string(format_percent(text, Value::dict(std::move(entries), in.budget()), in));
}

constexpr FilterEntry kFilters[] = {
    {"upper", convert<to_upper>},
    {"lower", convert<to_lower>},
    {"capitalize", convert<to_capitalized>},
    {"title", convert<title_words>},
    {"trim", trim},
    {"replace", replace_filter},
    {"indent", indent},
    {"truncate", truncate},
    {"center", center},
    {"wordcount", wordcount},
    {"wordwrap", wordwrap},
    {"escape", escape},
    {"e", escape},
    {"forceescape", force_escape},
    {"safe", safe},
    {"urlencode", urlencode},
    {"format", format},
};

}  // namespace

std::span<const FilterEntry> text_filters() {
  return kFilters;
}

}  // namespace hob::text::jinja
