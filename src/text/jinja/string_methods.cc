// str.split, str.strip, str.replace and their like, as thin shells over string_ops and unicode.
#include "text/jinja/string_methods.h"

#include <algorithm>

#include "base/utf8.h"
#include "text/jinja/compare.h"
#include "text/jinja/format.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/objects.h"
#include "text/jinja/parameters.h"
#include "text/jinja/slice.h"
#include "text/jinja/string_ops.h"
#include "text/jinja/unicode.h"

namespace hob::text::jinja {
namespace {

// A method with the bookkeeping done: arguments bound, the scan of the text charged.
using Code = Value (*)(Interpreter& in, const Value& self, Parameters& parameters);

template <Code kCode>
Value shell(Interpreter& in, const Value& self, Arguments arguments) {
  in.budget().charge_bytes(self.text().size());
  Parameters parameters("this string method", std::move(arguments));
  Value result = kCode(in, self, parameters);
  parameters.done();
  if (result.is_string()) in.budget().charge_bytes(result.text().size());
  if (result.is_sequence()) in.budget().charge(result.items().size());
  return result;
}

Value markup_like(const Value& self, Text text) {
  text.markup = self.text().markup;
  return Value::string(std::move(text));
}

template <Side kSide>
Value strip_method(Interpreter&, const Value& self, Parameters& parameters) {
  Value chars = parameters.optional("chars").value_or(Value::none());
  if (chars.is_none()) return Value::string(strip(self.text(), std::nullopt, kSide));
  return Value::string(strip(self.text(), require_text(chars, "strip()").view(), kSide));
}

template <bool kRight>
Value split_method(Interpreter&, const Value& self, Parameters& parameters) {
  Value separator = parameters.optional("sep").value_or(Value::none());
  Integer limit = parameters.integer("maxsplit", -1);
  if (separator.is_none())
    return Value::sequence(kRight ? split_spaces_from_right(self.text(), limit)
                                  : split_spaces(self.text(), limit));
  std::string_view by = require_text(separator, "split()").view();
  return Value::sequence(kRight ? split_from_right(self.text(), by, limit)
                                : split(self.text(), by, limit));
}

Value splitlines_method(Interpreter&, const Value& self, Parameters& parameters) {
  return Value::sequence(split_lines(self.text(), parameters.flag("keepends", false)));
}

template <bool kEnd>
Value affix_method(Interpreter&, const Value& self, Parameters& parameters) {
  Value affixes = parameters.required("prefix");
  std::vector<Value> any =
      affixes.is_sequence(Sequence::Flavor::tuple) ? affixes.items() : std::vector<Value>{affixes};
  std::string_view text = self.text().view();
  return Value::boolean(std::any_of(any.begin(), any.end(), [&](const Value& affix) {
    std::string_view wanted = require_text(affix, kEnd ? "endswith()" : "startswith()").view();
    return kEnd ? text.ends_with(wanted) : text.starts_with(wanted);
  }));
}

template <bool kEnd>
Value remove_affix_method(Interpreter&, const Value& self, Parameters& parameters) {
  Value affix = parameters.required("affix");
  std::string_view text = self.text().view(), wanted = require_text(affix, "removeprefix()").view();
  if (kEnd ? !text.ends_with(wanted) : !text.starts_with(wanted)) return self;
  return Value::string(kEnd ? self.text().slice(0, text.size() - wanted.size())
                            : self.text().slice(wanted.size(), text.size()));
}

template <Text (*kConvert)(const Text&)>
Value convert_method(Interpreter&, const Value& self, Parameters&) {
  return markup_like(self, kConvert(self.text()));
}

Value replace_method(Interpreter& in, const Value& self, Parameters& parameters) {
  Value from = parameters.required("old"), to = parameters.required("new");
  Integer count = parameters.integer("count", -1);
  return markup_like(self, replace(self.text(), require_text(from, "replace()"),
                                   require_text(to, "replace()"), count, in.budget()));
}

// Byte ranges for find and count, from optional character positions.
std::string_view window(const Value& self, Parameters& parameters, size_t& before, Budget& budget) {
  Value start = parameters.optional("start").value_or(Value::none());
  Value end = parameters.optional("end").value_or(Value::none());
  before = 0;
  if (start.is_none() && end.is_none()) return self.text().view();
  Value part = slice(self, start, end, Value::none(), budget);
  Value ahead = slice(self, Value::none(), start, Value::none(), budget);
  size_t skipped = start.is_none() ? 0 : ahead.text().size();
  before = count_code_points(self.text().view().substr(0, skipped));
  return self.text().view().substr(skipped, part.text().size());
}

template <bool kRight, bool kMustFind>
Value find_method(Interpreter& in, const Value& self, Parameters& parameters) {
  Value wanted = parameters.required("sub");
  size_t before = 0;
  std::string_view text = window(self, parameters, before, in.budget());
  std::string_view sub = require_text(wanted, "find()").view();
  size_t found = kRight ? text.rfind(sub) : text.find(sub);
  if (found == text.npos) {
    if (kMustFind) stop("substring not found");
    return Value::integer(-1);
  }
  return Value::integer(static_cast<Integer>(before + count_code_points(text.substr(0, found))));
}

Value count_method(Interpreter& in, const Value& self, Parameters& parameters) {
  Value wanted = parameters.required("sub");
  size_t before = 0;
  std::string_view text = window(self, parameters, before, in.budget());
  std::string_view sub = require_text(wanted, "count()").view();
  if (sub.empty()) return Value::integer(static_cast<Integer>(count_code_points(text) + 1));
  Integer n = 0;
  for (size_t at = text.find(sub); at != text.npos; at = text.find(sub, at + sub.size())) ++n;
  return Value::integer(n);
}

Value join_method(Interpreter& in, const Value& self, Parameters& parameters) {
  std::vector<Value> parts = iterate(parameters.required("iterable"), in.budget());
  for (const Value& part : parts)
    if (!part.is_string()) stop("join() wants strings, not {}", part.type_name());
  return Value::string(join(parts, self.text(), in.budget()));
}

template <Align kAlign>
Value pad_method(Interpreter& in, const Value& self, Parameters& parameters) {
  Integer width = require_integer(parameters.required("width"), "width");
  Text fill = parameters.text("fillchar", " ");
  return Value::string(pad(self.as_string(), width, fill, kAlign, in.budget()));
}

Value zfill_method(Interpreter& in, const Value& self, Parameters& parameters) {
  Integer width = std::max<Integer>(require_integer(parameters.required("width"), "width"), 1);
  Text zero("0", true);
  bool sign = self.bytes().starts_with('-') || self.bytes().starts_with('+');
  if (!sign) return Value::string(pad(self.as_string(), width, zero, Align::right, in.budget()));
  Value digits = Value::string(self.text().slice(1, self.text().size()));
  Text out = self.text().slice(0, 1);
  out.append(pad(digits.as_string(), width - 1, zero, Align::right, in.budget()));
  return Value::string(std::move(out));
}

template <bool kRight>
Value partition_method(Interpreter&, const Value& self, Parameters& parameters) {
  Value separator = parameters.required("sep");
  const Text& by = require_text(separator, "partition()");
  if (by.empty()) stop("empty separator");
  const Text& text = self.text();
  size_t found = kRight ? text.view().rfind(by.view()) : text.view().find(by.view());
  if (found == std::string_view::npos)
    return kRight ? Value::tuple({Value::word(""), Value::word(""), self})
                  : Value::tuple({self, Value::word(""), Value::word("")});
  return Value::tuple({Value::string(text.slice(0, found)), separator,
                       Value::string(text.slice(found + by.size(), text.size()))});
}

template <bool (*kHolds)(char32_t)>
Value all_method(Interpreter&, const Value& self, Parameters&) {
  std::u32string text = to_utf32(self.text().view());
  return Value::boolean(!text.empty() && std::all_of(text.begin(), text.end(), kHolds));
}

bool is_alphanumeric(char32_t c) {
  return c != U'_' && is_word(c);
}

// islower, isupper: at least one cased character, and none of the other case.
template <bool (*kWanted)(char32_t), bool (*kOther)(char32_t)>
Value case_method(Interpreter&, const Value& self, Parameters&) {
  std::u32string text = to_utf32(self.text().view());
  return Value::boolean(std::any_of(text.begin(), text.end(), kWanted) &&
                        std::none_of(text.begin(), text.end(), kOther));
}

Value swapcase_method(Interpreter&, const Value& self, Parameters&) {
  Text out;
  std::vector<size_t> offsets = code_point_offsets(self.text().view());
  for (size_t i = 0; i + 1 < offsets.size(); ++i) {
    Text one = self.text().slice(offsets[i], offsets[i + 1]);
    char32_t c = decode_utf8(one.view(), 0).value;
    out.append(is_upper(c) ? to_lower(one) : is_lower(c) ? to_upper(one) : one);
  }
  return Value::string(std::move(out));
}

Value expandtabs_method(Interpreter& in, const Value& self, Parameters& parameters) {
  Integer width = std::clamp<Integer>(parameters.integer("tabsize", 8), 0, 1000);
  Text out;
  Integer column = 0;
  std::vector<size_t> offsets = code_point_offsets(self.text().view());
  for (size_t i = 0; i + 1 < offsets.size(); ++i) {
    char c = self.text().view()[offsets[i]];
    if (c == '\t') {
      auto n = static_cast<size_t>(width == 0 ? 0 : width - column % width);
      in.budget().charge(n / 16);
      out.append(std::string(n, ' '), self.text().trusted_at(offsets[i]));
      column += static_cast<Integer>(n);
      continue;
    }
    column = c == '\n' || c == '\r' ? 0 : column + 1;
    out.append(self.text(), offsets[i], offsets[i + 1]);
  }
  return Value::string(std::move(out));
}

Value format_method(Interpreter& in, const Value& self, Parameters& parameters) {
  Arguments arguments;
  arguments.positional = parameters.rest();
  arguments.named = parameters.rest_named();
  return markup_like(self, format_braces(self.text(), arguments, in));
}

struct Method {
  std::string_view name;
  Function::Code code;
};

constexpr Method kMethods[] = {
    {"strip", shell<strip_method<Side::both>>},
    {"lstrip", shell<strip_method<Side::left>>},
    {"rstrip", shell<strip_method<Side::right>>},
    {"split", shell<split_method<false>>},
    {"rsplit", shell<split_method<true>>},
    {"splitlines", shell<splitlines_method>},
    {"startswith", shell<affix_method<false>>},
    {"endswith", shell<affix_method<true>>},
    {"removeprefix", shell<remove_affix_method<false>>},
    {"removesuffix", shell<remove_affix_method<true>>},
    {"upper", shell<convert_method<to_upper>>},
    {"lower", shell<convert_method<to_lower>>},
    {"casefold", shell<convert_method<to_lower>>},
    {"title", shell<convert_method<to_title>>},
    {"capitalize", shell<convert_method<to_capitalized>>},
    {"swapcase", shell<swapcase_method>},
    {"replace", shell<replace_method>},
    {"find", shell<find_method<false, false>>},
    {"rfind", shell<find_method<true, false>>},
    {"index", shell<find_method<false, true>>},
    {"rindex", shell<find_method<true, true>>},
    {"count", shell<count_method>},
    {"join", shell<join_method>},
    {"center", shell<pad_method<Align::center>>},
    {"ljust", shell<pad_method<Align::left>>},
    {"rjust", shell<pad_method<Align::right>>},
    {"zfill", shell<zfill_method>},
    {"partition", shell<partition_method<false>>},
    {"rpartition", shell<partition_method<true>>},
    {"expandtabs", shell<expandtabs_method>},
    {"isspace", shell<all_method<is_space>>},
    {"isdigit", shell<all_method<is_digit>>},
    {"isdecimal", shell<all_method<is_digit>>},
    {"isnumeric", shell<all_method<is_digit>>},
    {"isalpha", shell<all_method<is_letter>>},
    {"isalnum", shell<all_method<is_alphanumeric>>},
    {"islower", shell<case_method<is_lower, is_upper>>},
    {"isupper", shell<case_method<is_upper, is_lower>>},
    {"format", shell<format_method>},
};

}  // namespace

std::optional<Value> find_string_method(const Value& string, std::string_view name) {
  auto found = std::find_if(std::begin(kMethods), std::end(kMethods),
                            [&](const Method& m) { return m.name == name; });
  if (found == std::end(kMethods)) return std::nullopt;
  return Value::object(std::make_shared<Function>(found->code, string));
}

}  // namespace hob::text::jinja
