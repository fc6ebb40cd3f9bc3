// Filters on single values: default, conversions, numbers, JSON.
#include <charconv>
#include <cmath>

#include "text/jinja/arithmetic.h"
#include "text/jinja/compare.h"
#include "text/jinja/filters.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/print.h"
#include "text/jinja/string_ops.h"
#include "text/jinja/tojson.h"

namespace hob::text::jinja {
namespace {

Value default_filter(Interpreter&, const Value& input, Parameters parameters) {
  Value fallback = parameters.optional("default_value").value_or(Value::word(""));
  bool falsy_too = parameters.flag("boolean", false);
  parameters.done();
  return input.is_undefined() || (falsy_too && !truthy(input)) ? fallback : input;
}

Value string(Interpreter& in, const Value& input, Parameters parameters) {
  parameters.done();
  return input.is_string() ? input : Value::string(to_text(input, in.budget()));
}

std::optional<Integer> parse_integer(std::string_view text, int base) {
  bool minus = text.starts_with('-');
  if (minus || text.starts_with('+')) text.remove_prefix(1);
  char prefix = text.size() > 2 && text[0] == '0' ? static_cast<char>(text[1] | 0x20) : '\0';
  int prefix_base = prefix == 'x' ? 16 : prefix == 'o' ? 8 : prefix == 'b' ? 2 : 0;
  if (prefix_base != 0 && (base == prefix_base || base == 0)) {
    text.remove_prefix(2);
    base = prefix_base;
  }
  if (base == 0) base = 10;
  if (text.empty()) return std::nullopt;
  Integer value = 0;
  char before = '_';
  for (char c : text) {
    if (c == '_' && before != '_') {
      before = c;
      continue;
    }
    int digit = c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' ? (c | 0x20) - 'a' + 10 : 99;
    if (digit >= base || c == '_' || static_cast<unsigned char>(c) >= 0x80) return std::nullopt;
    if (__builtin_mul_overflow(value, base, &value) || __builtin_add_overflow(value, digit, &value))
      stop("an integer grows beyond 128 bits");
    before = c;
  }
  if (before == '_') return std::nullopt;
  return minus ? -value : value;
}

std::optional<double> parse_real(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Integer> truncated(double value) {
  if (!(std::fabs(value) < 1e38)) return std::nullopt;
  return static_cast<Integer>(value);
}

Value int_filter(Interpreter&, const Value& input, Parameters parameters) {
  Value fallback = parameters.optional("default").value_or(Value::integer(0));
  Integer base = parameters.integer("base", 10);
  parameters.done();
  if (base != 0 && (base < 2 || base > 36)) stop("filter 'int' wants a base from 2 to 36");
  if (input.is_integer() || input.is_boolean()) return Value::integer(input.as_integer());
  std::optional<Integer> value;
  if (input.is_real()) {
    value = truncated(input.as_real());
  } else if (input.is_string()) {
    Text text = strip(input.text(), std::nullopt, Side::both);
    value = parse_integer(text.view(), static_cast<int>(base));
    if (!value)
      if (auto real = parse_real(text.view())) value = truncated(*real);
  } else if (input.is_undefined()) {
    stop("{}", input.why_undefined());
  }
  return value ? Value::integer(*value) : fallback;
}

Value float_filter(Interpreter&, const Value& input, Parameters parameters) {
  Value fallback = parameters.optional("default").value_or(Value::real(0));
  parameters.done();
  if (input.is_undefined()) stop("{}", input.why_undefined());
  if (input.is_number()) return Value::real(input.as_real());
  if (input.is_string())
    if (auto real = parse_real(strip(input.text(), std::nullopt, Side::both).view()))
      return Value::real(*real);
  return fallback;
}

Value abs_filter(Interpreter&, const Value& input, Parameters parameters) {
  parameters.done();
  if (input.is_undefined()) stop("{}", input.why_undefined());
  if (!input.is_number()) stop("filter 'abs' wants a number, not {}", input.type_name());
  if (input.is_real()) return Value::real(std::fabs(input.as_real()));
  return input.as_integer() < 0 ? negative(input) : positive(input);
}

Value round_filter(Interpreter&, const Value& input, Parameters parameters) {
  Integer precision = parameters.integer("precision", 0);
  Text method = parameters.text("method", "common");
  parameters.done();
  if (input.is_undefined()) stop("{}", input.why_undefined());
  if (!input.is_number()) stop("filter 'round' wants a number, not {}", input.type_name());
  if (precision < -300 || precision > 300) stop("filter 'round': this precision is out of range");
  int digits = static_cast<int>(precision);
  double value = input.as_real();
  if (method.view() == "common") {
    if (!input.is_real() && digits >= 0) return Value::integer(input.as_integer());
    // The decimal digits decide, as in Python: 2.675 is below the half.
    double rounded = digits >= 0
                         ? std::stod(fmt::format("{:.{}f}", value, digits))
                         : std::nearbyint(value / std::pow(10, -digits)) * std::pow(10, -digits);
    return input.is_real() ? Value::real(rounded)
                           : Value::integer(truncated(rounded).value_or(input.as_integer()));
  }
  double scale = std::pow(10.0, digits);
  if (method.view() == "ceil") return Value::real(std::ceil(value * scale) / scale);
  if (method.view() == "floor") return Value::real(std::floor(value * scale) / scale);
  stop("filter 'round' knows the methods common, ceil and floor");
}

Value attr(Interpreter& in, const Value& input, Parameters parameters) {
  Value name = parameters.required("name");
  parameters.done();
  require_text(name, "filter 'attr'");
  if (input.is_dict() && !input.is_undefined()) {
    Value found = in.attribute(input, name.bytes());
    bool is_method = found.is_object() && found.as_object()->callable();
    return is_method ? found : Value::undefined(fmt::format("no attribute '{}'", name.bytes()));
  }
  return in.attribute(input, name.bytes());
}

Value tojson_filter(Interpreter& in, const Value& input, Parameters parameters) {
  JsonStyle style;
  style.ensure_ascii = parameters.flag("ensure_ascii", false);
  Value indent = parameters.optional("indent").value_or(Value::none());
  Value separators = parameters.optional("separators").value_or(Value::none());
  style.sort_keys = parameters.flag("sort_keys", false);
  parameters.done();
  if (indent.is_string()) {
    style.indent = indent.text();
  } else if (!indent.is_none()) {
    Integer width = std::max<Integer>(require_integer(indent, "filter 'tojson'"), 0);
    if (width > 1000) stop("filter 'tojson' wants an indent of at most 1000");
    style.indent = Text(std::string(static_cast<size_t>(width), ' '), true);
  }
  if (!separators.is_none()) {
    std::vector<Value> pair = iterate(separators, in.budget());
    if (pair.size() != 2) stop("filter 'tojson' wants two separators");
    style.item_separator = require_text(pair[0], "separators");
    style.key_separator = require_text(pair[1], "separators");
  } else if (style.indent) {
    style.item_separator = Text(",", true);
  }
  return Value::string(to_json(input, style, in.budget()));
}

Value pprint(Interpreter& in, const Value& input, Parameters parameters) {
  parameters.done();
  return Value::string(represent(input, in.budget()));
}

constexpr FilterEntry kFilters[] = {
    {"default", default_filter}, {"d", default_filter},   {"string", string},
    {"int", int_filter},         {"float", float_filter}, {"abs", abs_filter},
    {"round", round_filter},     {"attr", attr},          {"tojson", tojson_filter},
    {"pprint", pprint},
};

}  // namespace

std::span<const FilterEntry> value_filters() {
  return kFilters;
}

}  // namespace hob::text::jinja
