// Statements: output, branches, loops, assignments, macros and the blocks that capture text. Loops,
// macros and capturing blocks open a scope; `if` does not.
#include <utility>

#include "text/jinja/compare.h"
#include "text/jinja/functions.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/objects.h"
#include "text/jinja/print.h"

namespace hob::text::jinja {

// A scope for as long as it lives.
class Interpreter::InScope {
 public:
  InScope(Interpreter& interpreter, std::shared_ptr<Scope> parent)
      : interpreter_(interpreter), outer_(std::move(interpreter.scope_)) {
    interpreter_.scope_ = std::make_shared<Scope>();
    interpreter_.scope_->parent = std::move(parent);
  }
  ~InScope() { interpreter_.scope_ = std::move(outer_); }
  InScope(const InScope&) = delete;
  InScope& operator=(const InScope&) = delete;

 private:
  Interpreter& interpreter_;
  std::shared_ptr<Scope> outer_;
};

// Output goes into text() for as long as it lives.
class Interpreter::Capture {
 public:
  explicit Capture(Interpreter& interpreter)
      : interpreter_(interpreter), outer_(std::exchange(interpreter.out_, &text_)) {}
  ~Capture() { interpreter_.out_ = outer_; }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  Text& text() { return text_; }

 private:
  Interpreter& interpreter_;
  Text text_;
  Text* outer_;
};

Interpreter::Interpreter(const TemplateLimits& limits, std::optional<int64_t> now)
    : budget_(limits), now_(now), scope_(std::make_shared<Scope>()) {
  for (const auto& [name, code] : kFunctions)
    set_variable(name, Value::object(std::make_shared<Function>(code, Value())));
}

Interpreter::~Interpreter() {
  for (const auto& scope : captured_scopes_) scope->variables.clear();
  for (const auto& made : namespaces_) made->attributes.clear();
}

void Interpreter::set_variable(std::string_view name, Value value) {
  scope_->variables.insert_or_assign(std::string(name), std::move(value));
}

Text Interpreter::run(const Body& body) {
  Capture capture(*this);
  execute(body);
  return std::move(capture.text());
}

Value Interpreter::make_namespace(std::shared_ptr<Namespace> made) {
  budget_.charge(16);  // it lives until the end
  namespaces_.push_back(made);
  return Value::object(std::move(made));
}

Interpreter::Flow Interpreter::execute(const Body& body) {
  Budget::Deeper deeper(budget_);
  for (const Statement& statement : body) {
    budget_.charge();
    offset_ = statement.offset;
    Flow flow = std::visit([this](const auto& node) { return execute(node); }, statement.node);
    if (flow != Flow::normal) return flow;
  }
  return Flow::normal;
}

void Interpreter::write(const Value& value) {
  if (value.is_string()) {
    budget_.charge(value.text().size() / 64);
    out_->append(value.text());
  } else {
    out_->append(to_text(value, budget_));
  }
  if (static_cast<int64_t>(out_->size()) > budget_.max_text_bytes())
    stop("its output grows beyond {} bytes", budget_.max_text_bytes());
}

Interpreter::Flow Interpreter::execute(const node::Data& n) {
  write(n.text);
  return Flow::normal;
}

Interpreter::Flow Interpreter::execute(const node::Output& n) {
  write(evaluate(*n.expression));
  return Flow::normal;
}

Interpreter::Flow Interpreter::execute(const node::If& n) {
  for (const auto& [condition, body] : n.branches)
    if (truthy(evaluate(*condition))) return execute(body);
  return execute(n.otherwise);
}

std::vector<Value> Interpreter::loop_items(const node::For& loop, const Value& iterable) {
  std::vector<Value> items = iterate(iterable, budget_);
  if (!loop.filter) return items;
  std::vector<Value> kept;
  for (Value& item : items) {
    InScope scope(*this, scope_);
    assign(loop.target, item);
    if (truthy(evaluate(*loop.filter))) kept.push_back(std::move(item));
  }
  return kept;
}

Interpreter::Flow Interpreter::run_loop(const node::For& loop, const Value& iterable, int depth) {
  std::vector<Value> items = loop_items(loop, iterable);
  if (items.empty()) {
    InScope scope(*this, scope_);
    return execute(loop.otherwise);
  }
  auto state =
      std::make_shared<Loop>(loop, std::move(items), loop.recursive ? scope_ : nullptr, depth);
  for (size_t i = 0; i < state->items().size(); ++i) {
    InScope scope(*this, scope_);
    state->go_to(i);
    assign(loop.target, state->items()[i]);
    set_variable("loop", Value::object(state));
    if (execute(loop.body) == Flow::broken) break;
  }
  return Flow::normal;
}

Interpreter::Flow Interpreter::execute(const node::For& n) {
  Value iterable = evaluate(*n.iterable);
  offset_ = n.iterable->offset;
  return run_loop(n, iterable, 1);
}

Value Interpreter::run_recursive_loop(const node::For& loop,
                                      const std::shared_ptr<Scope>& defined_in,
                                      const Value& iterable, int depth) {
  InScope scope(*this, defined_in);
  Capture capture(*this);
  run_loop(loop, iterable, depth);
  return Value::string(std::move(capture.text()));
}

void Interpreter::assign(const Target& target, const Value& value) {
  if (target.kind == Target::Kind::name) return set_variable(target.name, value);
  offset_ = target.offset;
  if (target.kind == Target::Kind::attribute) {
    Value object = evaluate(node::Name{target.name});
    auto* space = object.is_object() ? dynamic_cast<Namespace*>(object.as_object().get()) : nullptr;
    if (!space) stop("cannot assign to an attribute of '{}': it is no namespace", target.name);
    space->attributes.insert_or_assign(target.attribute, value);
    return;
  }
  std::vector<Value> items = iterate(value, budget_);
  if (items.size() != target.items.size())
    stop("cannot unpack {} values into {} names", items.size(), target.items.size());
  for (size_t i = 0; i < items.size(); ++i) assign(target.items[i], items[i]);
}

Interpreter::Flow Interpreter::execute(const node::Set& n) {
  assign(n.target, evaluate(*n.value));
  return Flow::normal;
}

Value Interpreter::captured(const Body& body) {
  InScope scope(*this, scope_);
  Capture capture(*this);
  execute(body);
  return Value::string(std::move(capture.text()));
}

Value Interpreter::filtered(const ExprPtr& filter, const Body& body) {
  Value text = captured(body);
  if (!filter) return text;
  std::swap(text, block_text_);
  Value result = evaluate(*filter);
  std::swap(text, block_text_);
  return result;
}

Interpreter::Flow Interpreter::execute(const node::SetBlock& n) {
  assign(n.target, filtered(n.filter, n.body));
  return Flow::normal;
}

Interpreter::Flow Interpreter::execute(const node::FilterBlock& n) {
  write(filtered(n.filter, n.body));
  return Flow::normal;
}

Interpreter::Flow Interpreter::execute(const node::Scoped& n) {
  std::vector<Value> values;  // all are evaluated outside
  for (const auto& variable : n.variables) values.push_back(evaluate(*variable.second));
  InScope scope(*this, scope_);
  for (size_t i = 0; i < values.size(); ++i) assign(n.variables[i].first, values[i]);
  return execute(n.body);
}

Interpreter::Flow Interpreter::execute(const node::Break&) {
  return Flow::broken;
}
Interpreter::Flow Interpreter::execute(const node::Continue&) {
  return Flow::continued;
}

Value Interpreter::make_macro(std::shared_ptr<const MacroDefinition> definition) {
  budget_.charge(16);  // its scope lives until the end
  captured_scopes_.push_back(scope_);
  return Value::object(std::make_shared<Macro>(std::move(definition), scope_));
}

Interpreter::Flow Interpreter::execute(const node::Macro& n) {
  set_variable(n.definition->name, make_macro(n.definition));
  return Flow::normal;
}

Interpreter::Flow Interpreter::execute(const node::CallBlock& n) {
  const auto& call_node = std::get<node::Call>(n.call->node);
  Value callee = evaluate(*call_node.callee);
  Arguments arguments = evaluate_arguments(call_node.arguments);
  arguments.named.emplace_back("caller", make_macro(n.body));
  offset_ = n.call->offset;
  write(call(callee, std::move(arguments)));
  return Flow::normal;
}

Value Interpreter::call_macro(const MacroDefinition& macro,
                              const std::shared_ptr<Scope>& defined_in, Arguments arguments) {
  auto take_named = [&](std::string_view name) -> std::optional<Value> {
    for (auto it = arguments.named.begin(); it != arguments.named.end(); ++it) {
      if (it->first != name) continue;
      Value value = std::move(it->second);
      arguments.named.erase(it);
      return value;
    }
    return std::nullopt;
  };
  InScope scope(*this, defined_in);
  Capture capture(*this);
  size_t n_given = std::min(arguments.positional.size(), macro.parameters.size());
  for (size_t i = 0; i < macro.parameters.size(); ++i) {
    const Parameter& parameter = macro.parameters[i];
    std::optional<Value> value =
        i < n_given ? std::move(arguments.positional[i]) : take_named(parameter.name);
    if (!value && parameter.fallback) value = evaluate(*parameter.fallback);
    if (!value)
      value = Value::undefined(fmt::format("parameter '{}' was not provided", parameter.name));
    set_variable(parameter.name, std::move(*value));
  }
  if (macro.uses_caller) {
    auto caller = take_named("caller");
    if (!scope_->variables.contains("caller"))
      set_variable("caller", caller ? *caller : Value::undefined("no caller is defined"));
  }
  arguments.positional.erase(arguments.positional.begin(),
                             arguments.positional.begin() + static_cast<std::ptrdiff_t>(n_given));
  if (macro.uses_kwargs) {
    std::vector<Dict::Entry> entries;
    for (auto& [name, value] : arguments.named)
      entries.emplace_back(Value::string(name, false), std::move(value));
    set_variable("kwargs", Value::dict(std::move(entries), budget_));
  } else if (!arguments.named.empty()) {
    stop("macro '{}' has no parameter '{}'", macro.name, arguments.named.front().first);
  }
  if (macro.uses_varargs)
    set_variable("varargs", Value::tuple(std::move(arguments.positional)));
  else if (!arguments.positional.empty())
    stop("macro '{}' takes not more than {} arguments", macro.name, macro.parameters.size());
  execute(macro.body);
  return Value::string(std::move(capture.text()));
}

}  // namespace hob::text::jinja
