// The tests, one line each where Python's own question is one line.
#include "text/jinja/tests.h"

#include <algorithm>

#include "text/jinja/arithmetic.h"
#include "text/jinja/compare.h"
#include "text/jinja/filters.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/print.h"
#include "text/jinja/unicode.h"

namespace hob::text::jinja {
namespace {

using Flavor = Sequence::Flavor;

template <bool (Value::*kHolds)() const>
bool of_kind(Interpreter&, const Value& input, Parameters parameters) {
  parameters.done();
  return (input.*kHolds)();
}

template <bool kWanted>
bool is_boolean(Interpreter&, const Value& input, Parameters parameters) {
  parameters.done();
  return input.is_boolean() && input.as_boolean() == kWanted;
}

bool is_defined(Interpreter&, const Value& input, Parameters parameters) {
  parameters.done();
  return !input.is_undefined();
}

bool is_sequence(Interpreter&, const Value& input, Parameters parameters) {
  parameters.done();
  return input.is_undefined() || input.is_string() || input.is_dict() ||
         input.is_sequence(Flavor::list) || input.is_sequence(Flavor::tuple) ||
         input.is_sequence(Flavor::range);
}

bool is_iterable(Interpreter&, const Value& input, Parameters parameters) {
  parameters.done();
  return iterable(input);
}

bool is_callable(Interpreter&, const Value& input, Parameters parameters) {
  parameters.done();
  return input.is_undefined() || (input.is_object() && input.as_object()->callable());
}

Integer remainder(const Value& input, Integer divisor, Interpreter& in) {
  if (input.is_undefined()) stop("{}", input.why_undefined());
  if (!input.is_number()) stop("this test wants a number, not {}", input.type_name());
  Value result = arithmetic(Operator::modulo, input, Value::integer(divisor), in);
  return result.is_real() ? (result.as_real() == 0   ? 0
                             : result.as_real() == 1 ? 1
                                                     : 2)
                          : result.as_integer();
}

bool is_odd(Interpreter& in, const Value& input, Parameters parameters) {
  parameters.done();
  return remainder(input, 2, in) == 1;
}

bool is_even(Interpreter& in, const Value& input, Parameters parameters) {
  parameters.done();
  return remainder(input, 2, in) == 0;
}

bool is_divisible(Interpreter& in, const Value& input, Parameters parameters) {
  Integer divisor = require_integer(parameters.required("num"), "test 'divisibleby'");
  parameters.done();
  return remainder(input, divisor, in) == 0;
}

template <bool (*kWanted)(char32_t), bool (*kOther)(char32_t)>
bool has_case(Interpreter& in, const Value& input, Parameters parameters) {
  parameters.done();
  std::u32string text = to_utf32(to_text(input, in.budget()).view());
  return std::any_of(text.begin(), text.end(), kWanted) &&
         std::none_of(text.begin(), text.end(), kOther);
}

bool is_same(Interpreter&, const Value& input, Parameters parameters) {
  Value other = parameters.required("other");
  parameters.done();
  return input.same_object(other);
}

bool is_in(Interpreter& in, const Value& input, Parameters parameters) {
  Value container = parameters.required("seq");
  parameters.done();
  return contains(container, input, in.budget());
}

bool is_escaped(Interpreter&, const Value& input, Parameters parameters) {
  parameters.done();
  return input.is_string() && input.text().markup;
}

bool is_filter(Interpreter&, const Value& input, Parameters parameters) {
  parameters.done();
  return input.is_string() && find_filter(input.bytes()) != nullptr;
}

bool is_test(Interpreter&, const Value& input, Parameters parameters) {
  parameters.done();
  return input.is_string() && find_test(input.bytes()) != nullptr;
}

template <Comparison kOp>
bool compares(Interpreter& in, const Value& input, Parameters parameters) {
  Value other = parameters.required("other");
  parameters.done();
  Budget& budget = in.budget();
  switch (kOp) {
    case Comparison::eq:
      return equal(input, other, budget);
    case Comparison::ne:
      return !equal(input, other, budget);
    case Comparison::lt:
      return order(input, other, "<", budget) < 0;
    case Comparison::le:
      return order(input, other, "<=", budget) <= 0;
    case Comparison::gt:
      return order(input, other, ">", budget) > 0;
    default:
      return order(input, other, ">=", budget) >= 0;
  }
}

struct Entry {
  std::string_view name;
  TestCode code;
};

constexpr Entry kTests[] = {
    {"defined", is_defined},
    {"undefined", of_kind<&Value::is_undefined>},
    {"none", of_kind<&Value::is_none>},
    {"boolean", of_kind<&Value::is_boolean>},
    {"true", is_boolean<true>},
    {"false", is_boolean<false>},
    {"integer", of_kind<&Value::is_integer>},
    {"float", of_kind<&Value::is_real>},
    {"number", of_kind<&Value::is_number>},
    {"string", of_kind<&Value::is_string>},
    {"mapping", of_kind<&Value::is_dict>},
    {"sequence", is_sequence},
    {"iterable", is_iterable},
    {"callable", is_callable},
    {"odd", is_odd},
    {"even", is_even},
    {"divisibleby", is_divisible},
    {"lower", has_case<is_lower, is_upper>},
    {"upper", has_case<is_upper, is_lower>},
    {"sameas", is_same},
    {"in", is_in},
    {"escaped", is_escaped},
    {"filter", is_filter},
    {"test", is_test},
    {"eq", compares<Comparison::eq>},
    {"==", compares<Comparison::eq>},
    {"equalto", compares<Comparison::eq>},
    {"ne", compares<Comparison::ne>},
    {"!=", compares<Comparison::ne>},
    {"lt", compares<Comparison::lt>},
    {"<", compares<Comparison::lt>},
    {"lessthan", compares<Comparison::lt>},
    {"le", compares<Comparison::le>},
    {"<=", compares<Comparison::le>},
    {"gt", compares<Comparison::gt>},
    {">", compares<Comparison::gt>},
    {"greaterthan", compares<Comparison::gt>},
    {"ge", compares<Comparison::ge>},
    {">=", compares<Comparison::ge>},
};

}  // namespace

TestCode find_test(std::string_view name) {
  auto found = std::find_if(std::begin(kTests), std::end(kTests),
                            [&](const Entry& entry) { return entry.name == name; });
  return found == std::end(kTests) ? nullptr : found->code;
}

}  // namespace hob::text::jinja
