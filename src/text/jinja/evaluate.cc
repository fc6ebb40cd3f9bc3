// Expressions to values: one short function for each kind of node, and the rules by which Jinja
// looks up attributes and items.
#include <algorithm>

#include "text/jinja/arithmetic.h"
#include "text/jinja/compare.h"
#include "text/jinja/filters.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/methods.h"
#include "text/jinja/objects.h"
#include "text/jinja/print.h"
#include "text/jinja/slice.h"
#include "text/jinja/tests.h"
#include "text/jinja/unicode.h"

namespace hob::text::jinja {
namespace {

bool subscriptable(const Value& value) {
  using Flavor = Sequence::Flavor;
  return value.is_sequence(Flavor::list) || value.is_sequence(Flavor::tuple) ||
         value.is_sequence(Flavor::range);
}

std::string printable_name(const Value& key) {
  return key.is_string()    ? key.bytes()
         : key.is_integer() ? print_integer(key.as_integer())
                            : std::string(key.type_name());
}

}  // namespace

Value Interpreter::evaluate(const Expr& expression) {
  Budget::Deeper deeper(budget_);
  budget_.charge();
  offset_ = expression.offset;
  return std::visit([this](const auto& node) { return evaluate(node); }, expression.node);
}

Value Interpreter::evaluate(const node::Constant& n) {
  return n.value;
}

Value Interpreter::evaluate(const node::Name& n) {
  for (const Scope* scope = scope_.get(); scope; scope = scope->parent.get())
    if (auto found = scope->variables.find(n.name); found != scope->variables.end())
      return found->second;
  return Value::undefined(fmt::format("'{}' is undefined", n.name));
}

Value Interpreter::evaluate(const node::List& n) {
  std::vector<Value> items;
  for (const ExprPtr& item : n.items) items.push_back(evaluate(*item));
  return Value::sequence(std::move(items),
                         n.tuple ? Sequence::Flavor::tuple : Sequence::Flavor::list);
}

Value Interpreter::evaluate(const node::Dict& n) {
  std::vector<Dict::Entry> entries;
  for (const auto& [key, value] : n.entries) {
    Value k = evaluate(*key);
    entries.emplace_back(std::move(k), evaluate(*value));
  }
  return Value::dict(std::move(entries), budget_);
}

Value Interpreter::evaluate(const node::Attribute& n) {
  size_t here = offset_;
  Value object = evaluate(*n.object);
  offset_ = here;
  return attribute(object, n.name);
}

Value Interpreter::evaluate(const node::Subscript& n) {
  size_t here = offset_;
  Value object = evaluate(*n.object);
  Value index = evaluate(*n.index);
  offset_ = here;
  return item(object, index);
}

Value Interpreter::evaluate(const node::Slice& n) {
  size_t here = offset_;
  Value object = evaluate(*n.object);
  auto part = [this](const ExprPtr& e) { return e ? evaluate(*e) : Value::none(); };
  Value start = part(n.start), end = part(n.stop), step = part(n.step);
  offset_ = here;
  return slice(object, start, end, step, budget_);
}

Value Interpreter::evaluate(const node::Call& n) {
  size_t here = offset_;
  Value callee = evaluate(*n.callee);
  Arguments arguments = evaluate_arguments(n.arguments);
  offset_ = here;
  return call(callee, std::move(arguments));
}

Value Interpreter::evaluate(const node::Filter& n) {
  size_t here = offset_;
  Value input = n.input ? evaluate(*n.input) : block_text_;
  Arguments arguments = evaluate_arguments(n.arguments);
  offset_ = here;
  return filter(n.name, input, std::move(arguments));
}

Value Interpreter::evaluate(const node::Test& n) {
  size_t here = offset_;
  Value input = evaluate(*n.input);
  Arguments arguments = evaluate_arguments(n.arguments);
  offset_ = here;
  return Value::boolean(test(n.name, input, std::move(arguments)) != n.negated);
}

Value Interpreter::evaluate(const node::Not& n) {
  return Value::boolean(!truthy(evaluate(*n.operand)));
}

Value Interpreter::evaluate(const node::Sign& n) {
  size_t here = offset_;
  Value operand = evaluate(*n.operand);
  offset_ = here;
  return n.negative ? negative(operand) : positive(operand);
}

Value Interpreter::evaluate(const node::Arithmetic& n) {
  Value result = evaluate(*n.first);
  for (const auto& [op, operand] : n.rest) {
    Value right = evaluate(*operand);
    offset_ = operand->offset;
    result = arithmetic(op, result, right, *this);
  }
  return result;
}

Value Interpreter::evaluate(const node::Concat& n) {
  Text joined;
  for (const ExprPtr& part : n.parts) {
    Value value = evaluate(*part);
    budget_.charge_bytes(joined.size() + (value.is_string() ? value.text().size() : 0));
    joined.append(to_text(value, budget_));
  }
  return Value::string(std::move(joined));
}

Value Interpreter::evaluate(const node::Logic& n) {
  Value result;
  for (const ExprPtr& operand : n.operands) {
    result = evaluate(*operand);
    if (truthy(result) != n.all) break;
  }
  return result;
}

Value Interpreter::evaluate(const node::Compare& n) {
  Value left = evaluate(*n.first);
  for (const auto& [op, operand] : n.rest) {
    Value right = evaluate(*operand);
    offset_ = operand->offset;
    if (!compare(op, left, right)) return Value::boolean(false);
    left = std::move(right);
  }
  return Value::boolean(true);
}

bool Interpreter::compare(Comparison op, const Value& a, const Value& b) {
  switch (op) {
    case Comparison::eq:
      return equal(a, b, budget_);
    case Comparison::ne:
      return !equal(a, b, budget_);
    case Comparison::lt:
      return order(a, b, "<", budget_) < 0;
    case Comparison::le:
      return order(a, b, "<=", budget_) <= 0;
    case Comparison::gt:
      return order(a, b, ">", budget_) > 0;
    case Comparison::ge:
      return order(a, b, ">=", budget_) >= 0;
    case Comparison::in:
      return contains(b, a, budget_);
    case Comparison::not_in:
      return !contains(b, a, budget_);
  }
  return false;
}

Value Interpreter::evaluate(const node::Conditional& n) {
  if (truthy(evaluate(*n.condition))) return evaluate(*n.then);
  if (n.otherwise) return evaluate(*n.otherwise);
  return Value::undefined(
      "the inline if-expression evaluated to false and no else section was defined");
}

Arguments Interpreter::evaluate_arguments(const CallArguments& call) {
  Arguments arguments;
  for (const ExprPtr& e : call.positional) arguments.positional.push_back(evaluate(*e));
  for (const auto& [name, e] : call.named) arguments.named.emplace_back(name, evaluate(*e));
  if (call.unpacked)
    for (Value& value : iterate(evaluate(*call.unpacked), budget_))
      arguments.positional.push_back(std::move(value));
  if (call.unpacked_named) {
    Value named = evaluate(*call.unpacked_named);
    if (!named.is_dict()) stop("'**' wants a dict, not {}", named.type_name());
    for (const auto& [key, value] : named.as_dict().entries()) {
      if (!key.is_string()) stop("'**' wants a dict with strings for keys");
      arguments.named.emplace_back(key.bytes(), value);
    }
  }
  return arguments;
}

Value Interpreter::call(const Value& callee, Arguments arguments) {
  if (callee.is_undefined()) stop("{}", callee.why_undefined());
  if (!callee.is_object()) stop("'{}' object is not callable", callee.type_name());
  Budget::Deeper deeper(budget_);
  return callee.as_object()->call(*this, std::move(arguments));
}

// Python attributes come before keys in object.name …
Value Interpreter::attribute(const Value& object, std::string_view name) {
  if (object.is_undefined()) stop("{}", object.why_undefined());
  if (auto method = find_method(object, name)) return *method;
  if (object.is_object()) {
    if (auto found = object.as_object()->attribute(name)) return *found;
  } else if (object.is_dict()) {
    if (const Value* found = object.as_dict().find(name)) return *found;
  }
  return Value::undefined(
      fmt::format("'{} object' has no attribute '{}'", object.type_name(), name));
}

// … and after them in object[key].
Value Interpreter::item(const Value& object, const Value& key) {
  if (object.is_undefined()) stop("{}", object.why_undefined());
  bool index = key.is_integer() || key.is_boolean();
  if (object.is_dict()) {
    bool hashable =
        !key.is_dict() && (!key.is_sequence() || key.is_sequence(Sequence::Flavor::tuple));
    if (const Value* found = hashable ? object.as_dict().find(key, budget_) : nullptr)
      return *found;
  } else if (index && (object.is_string() || subscriptable(object))) {
    Value found = element(object, key.as_integer(), budget_);
    if (!found.is_undefined() || subscriptable(object)) return found;
  }
  if (key.is_string()) {
    if (auto method = find_method(object, key.bytes())) return *method;
    if (object.is_object())
      if (auto found = object.as_object()->attribute(key.bytes())) return *found;
  }
  return Value::undefined(
      fmt::format("'{} object' has no element '{}'", object.type_name(), printable_name(key)));
}

Value Interpreter::filter(std::string_view name, const Value& input, Arguments arguments) {
  FilterCode code = find_filter(name);
  if (!code) stop("there is no filter named '{}'", name);
  budget_.charge();
  if (input.is_string()) budget_.charge_scan(input.text().size());
  Value result =
      code(*this, input, Parameters(fmt::format("filter '{}'", name), std::move(arguments)));
  if (result.is_string()) budget_.charge_bytes(result.text().size());
  return result;
}

bool Interpreter::test(std::string_view name, const Value& input, Arguments arguments) {
  TestCode code = find_test(name);
  if (!code) stop("there is no test named '{}'", name);
  budget_.charge();
  return code(*this, input, Parameters(fmt::format("test '{}'", name), std::move(arguments)));
}

}  // namespace hob::text::jinja
