// Integers are exact or an error; "/" is always real; "//" and "%" round towards minus infinity.
#include "text/jinja/arithmetic.h"

#include <cmath>

#include "text/jinja/format.h"
#include "text/jinja/interpreter.h"

namespace hob::text::jinja {
namespace {

constexpr std::string_view symbol(Operator op) {
  constexpr std::string_view kSymbols[] = {"+", "-", "*", "/", "//", "%", "**"};
  return kSymbols[static_cast<size_t>(op)];
}

[[noreturn]] void too_large() {
  stop("an integer grows beyond 128 bits");
}

Integer floor_divide(Integer a, Integer b) {
  Integer q = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

Value integer_power(Integer base, Integer exponent) {
  if (exponent < 0)
    return Value::real(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
  Integer result = 1;
  while (exponent > 0) {
    if ((exponent & 1) && __builtin_mul_overflow(result, base, &result)) too_large();
    exponent >>= 1;
    if (exponent > 0 && __builtin_mul_overflow(base, base, &base)) too_large();
  }
  return Value::integer(result);
}

Value integers(Operator op, Integer a, Integer b) {
  Integer result = 0;
  switch (op) {
    case Operator::add:
      if (__builtin_add_overflow(a, b, &result)) too_large();
      return Value::integer(result);
    case Operator::subtract:
      if (__builtin_sub_overflow(a, b, &result)) too_large();
      return Value::integer(result);
    case Operator::multiply:
      if (__builtin_mul_overflow(a, b, &result)) too_large();
      return Value::integer(result);
    case Operator::power:
      if (a == 0 && b < 0) stop("zero cannot be raised to a negative power");
      return integer_power(a, b);
    default:
      break;
  }
  if (b == 0) stop("division by zero");
  if (op == Operator::divide) return Value::real(static_cast<double>(a) / static_cast<double>(b));
  if (b == -1)
    return op == Operator::modulo ? Value::integer(0) : integers(Operator::subtract, 0, a);
  Integer quotient = floor_divide(a, b);
  return Value::integer(op == Operator::floor_divide ? quotient : a - quotient * b);
}

Value reals(Operator op, double a, double b) {
  switch (op) {
    case Operator::add:
      return Value::real(a + b);
    case Operator::subtract:
      return Value::real(a - b);
    case Operator::multiply:
      return Value::real(a * b);
    case Operator::power:
      if (a == 0 && b < 0) stop("zero cannot be raised to a negative power");
      return Value::real(std::pow(a, b));
    default:
      break;
  }
  if (b == 0) stop("division by zero");
  if (op == Operator::divide) return Value::real(a / b);
  double remainder = std::fmod(a, b);
  if (remainder != 0 && (remainder < 0) != (b < 0)) remainder += b;
  if (op == Operator::modulo)
    return Value::real(remainder == 0 ? std::copysign(0.0, b) : remainder);
  return Value::real(std::round((a - remainder) / b));
}

Value join_strings(const Value& a, const Value& b, Budget& budget) {
  budget.charge_bytes(a.text().size() + b.text().size());
  bool markup = a.text().markup || b.text().markup;
  Text joined = markup && !a.text().markup ? escape_markup(a.text()) : a.text();
  joined.append(markup && !b.text().markup ? escape_markup(b.text()) : b.text());
  joined.markup = markup;
  return Value::string(std::move(joined));
}

bool same_listlike(const Value& a, const Value& b) {
  using Flavor = Sequence::Flavor;
  return (a.is_sequence(Flavor::list) && b.is_sequence(Flavor::list)) ||
         (a.is_sequence(Flavor::tuple) && b.is_sequence(Flavor::tuple));
}

Value repeat(const Value& value, Integer times, Budget& budget) {
  if (times < 0) times = 0;
  constexpr Integer kMost = Integer{1} << 40;
  size_t size = value.is_string() ? value.text().size() : value.items().size();
  if (times > kMost) times = size == 0 ? 0 : kMost;
  auto n = static_cast<uint64_t>(times);
  if (value.is_string()) {
    budget.charge_bytes(size == 0 ? 0 : n * std::min<uint64_t>(size, 1 << 20));
    budget.charge(n / 8);
    Text text;
    for (uint64_t i = 0; i < n && size > 0; ++i) text.append(value.text());
    return Value::string(std::move(text));
  }
  budget.charge(n * std::min<uint64_t>(size, 1 << 20));
  std::vector<Value> items;
  for (uint64_t i = 0; i < n && size > 0; ++i)
    items.insert(items.end(), value.items().begin(), value.items().end());
  return Value::sequence(std::move(items), value.as_sequence().flavor);
}

bool repeatable(const Value& v) {
  return v.is_string() || v.is_sequence(Sequence::Flavor::list) ||
         v.is_sequence(Sequence::Flavor::tuple);
}

bool whole(const Value& v) {
  return v.is_integer() || v.is_boolean();
}

}  // namespace

Value arithmetic(Operator op, const Value& a, const Value& b, Interpreter& interpreter) {
  Budget& budget = interpreter.budget();
  budget.charge();
  if (a.is_undefined()) stop("{}", a.why_undefined());
  if (op == Operator::modulo && a.is_string())
    return Value::string(format_percent(a.text(), b, interpreter));
  if (b.is_undefined()) stop("{}", b.why_undefined());
  if (whole(a) && whole(b)) return integers(op, a.as_integer(), b.as_integer());
  if (a.is_number() && b.is_number()) return reals(op, a.as_real(), b.as_real());
  if (op == Operator::add && a.is_string() && b.is_string()) return join_strings(a, b, budget);
  if (op == Operator::add && same_listlike(a, b)) {
    budget.charge(a.items().size() + b.items().size());
    std::vector<Value> items = a.items();
    items.insert(items.end(), b.items().begin(), b.items().end());
    return Value::sequence(std::move(items), a.as_sequence().flavor);
  }
  if (op == Operator::multiply && repeatable(a) && whole(b))
    return repeat(a, b.as_integer(), budget);
  if (op == Operator::multiply && whole(a) && repeatable(b))
    return repeat(b, a.as_integer(), budget);
  if (op == Operator::add && a.is_string())
    stop("can only concatenate str (not \"{}\") to str", b.type_name());
  stop("'{}' does not work between {} and {}", symbol(op), a.type_name(), b.type_name());
}

Value negative(const Value& value) {
  if (value.is_undefined()) stop("{}", value.why_undefined());
  if (value.is_real()) return Value::real(-value.as_real());
  if (!value.is_number()) stop("'-' does not work for {}", value.type_name());
  return integers(Operator::subtract, 0, value.as_integer());
}

Value positive(const Value& value) {
  if (value.is_undefined()) stop("{}", value.why_undefined());
  if (value.is_real()) return value;
  if (!value.is_number()) stop("'+' does not work for {}", value.type_name());
  return Value::integer(value.as_integer());
}

Text escape_markup(const Text& text) {
  Text out;
  size_t begin = 0;
  for (const Text::Run& run : text.runs()) {
    std::string escaped;
    for (char c : text.view().substr(begin, run.end - begin)) {
      switch (c) {
        case '&':
          escaped += "&amp;";
          break;
        case '<':
          escaped += "&lt;";
          break;
        case '>':
          escaped += "&gt;";
          break;
        case '\'':
          escaped += "&#39;";
          break;
        case '"':
          escaped += "&#34;";
          break;
        default:
          escaped.push_back(c);
      }
    }
    out.append(escaped, run.trusted);
    begin = run.end;
  }
  out.markup = true;
  return out;
}

}  // namespace hob::text::jinja
