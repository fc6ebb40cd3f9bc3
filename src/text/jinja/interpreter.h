// Walks the tree: evaluates expressions to values, executes statements into a Text. One Interpreter
// serves one rendering. Evaluation is in evaluate.cc, statements in execute.cc, macros and loops'
// objects in objects.h.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/jinja/ast.h"
#include "text/jinja/budget.h"
#include "text/jinja/value.h"

namespace hob::text::jinja {

// Variables of one block; lookups go on to the parent.
struct Scope {
  std::map<std::string, Value, std::less<>> variables;
  std::shared_ptr<Scope> parent;
};

class Interpreter {
 public:
  // now: seconds since 1970 UTC for strftime_now, which then speaks UTC; absent: this machine's
  // clock and time zone.
  Interpreter(const TemplateLimits& limits, std::optional<int64_t> now);
  ~Interpreter();
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

  void set_variable(std::string_view name, Value value);
  Text run(const Body& body);

  Value evaluate(const Expr& expression);
  Value call(const Value& callee, Arguments arguments);
  Value attribute(const Value& object, std::string_view name);  // object.name
  Value item(const Value& object, const Value& key);            // object[key]
  Value filter(std::string_view name, const Value& input, Arguments arguments);
  bool test(std::string_view name, const Value& input, Arguments arguments);

  // For the objects that run template code: a macro, a recursive loop.
  Value call_macro(const MacroDefinition& macro, const std::shared_ptr<Scope>& defined_in,
                   Arguments arguments);
  Value run_recursive_loop(const node::For& loop, const std::shared_ptr<Scope>& defined_in,
                           const Value& iterable, int depth);

  // Namespaces may hold each other in circles; the interpreter takes them apart at the end.
  Value make_namespace(std::shared_ptr<Namespace> made);

  Budget& budget() { return budget_; }
  std::optional<int64_t> now() const { return now_; }
  size_t offset() const { return offset_; }  // where in the source it is

 private:
  enum class Flow : uint8_t { normal, broken, continued };
  class InScope;
  class Capture;

  // Expressions.
  Value evaluate(const node::Constant& n);
  Value evaluate(const node::Name& n);
  Value evaluate(const node::List& n);
  Value evaluate(const node::Dict& n);
  Value evaluate(const node::Attribute& n);
  Value evaluate(const node::Subscript& n);
  Value evaluate(const node::Slice& n);
  Value evaluate(const node::Call& n);
  Value evaluate(const node::Filter& n);
  Value evaluate(const node::Test& n);
  Value evaluate(const node::Not& n);
  Value evaluate(const node::Sign& n);
  Value evaluate(const node::Arithmetic& n);
  Value evaluate(const node::Concat& n);
  Value evaluate(const node::Logic& n);
  Value evaluate(const node::Compare& n);
  Value evaluate(const node::Conditional& n);
  bool compare(Comparison op, const Value& a, const Value& b);
  Arguments evaluate_arguments(const CallArguments& arguments);

  // Statements.
  Flow execute(const Body& body);
  Flow execute(const node::Data& n);
  Flow execute(const node::Output& n);
  Flow execute(const node::If& n);
  Flow execute(const node::For& n);
  Flow execute(const node::Set& n);
  Flow execute(const node::SetBlock& n);
  Flow execute(const node::Macro& n);
  Flow execute(const node::CallBlock& n);
  Flow execute(const node::FilterBlock& n);
  Flow execute(const node::Scoped& n);
  Flow execute(const node::Break& n);
  Flow execute(const node::Continue& n);
  Flow run_loop(const node::For& loop, const Value& iterable, int depth);
  std::vector<Value> loop_items(const node::For& loop, const Value& iterable);
  void assign(const Target& target, const Value& value);
  void write(const Value& value);
  Value captured(const Body& body);
  Value filtered(const ExprPtr& filter, const Body& body);
  Value make_macro(std::shared_ptr<const MacroDefinition> definition);

  Budget budget_;
  std::optional<int64_t> now_;
  std::shared_ptr<Scope> scope_;
  Text* out_ = nullptr;
  Value block_text_;  // input of the innermost filter of a filter or set block
  size_t offset_ = 0;
  std::vector<std::shared_ptr<Scope>> captured_scopes_;  // that macros hold on to
  std::vector<std::shared_ptr<Namespace>> namespaces_;
};

}  // namespace hob::text::jinja
