// Objects that come from template code itself: macros (and call blocks' bodies), bound methods, and
// the `loop` of a for statement.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "text/jinja/interpreter.h"

namespace hob::text::jinja {

class Macro : public Object {
 public:
  Macro(std::shared_ptr<const MacroDefinition> definition, std::shared_ptr<Scope> defined_in)
      : definition_(std::move(definition)), defined_in_(std::move(defined_in)) {}
  std::string_view type_name() const override { return "Macro"; }
  std::optional<Value> attribute(std::string_view name) override;
  bool callable() const override { return true; }
  Value call(Interpreter& interpreter, Arguments arguments) override {
    return interpreter.call_macro(*definition_, defined_in_, std::move(arguments));
  }

 private:
  std::shared_ptr<const MacroDefinition> definition_;
  std::shared_ptr<Scope> defined_in_;
};

// A C++ function with, perhaps, the value it is a method of.
class Function : public Object {
 public:
  using Code = Value (*)(Interpreter& interpreter, const Value& self, Arguments arguments);
  Function(Code code, Value self) : code_(code), self_(std::move(self)) {}
  std::string_view type_name() const override { return "function"; }
  bool callable() const override { return true; }
  Value call(Interpreter& interpreter, Arguments arguments) override {
    return code_(interpreter, self_, std::move(arguments));
  }

 private:
  Code code_;
  Value self_;
};

class Loop : public Object, public std::enable_shared_from_this<Loop> {
 public:
  Loop(const node::For& loop, std::vector<Value> items, std::shared_ptr<Scope> defined_in,
       int depth)
      : loop_(loop), items_(std::move(items)), defined_in_(std::move(defined_in)), depth_(depth) {}
  std::string_view type_name() const override { return "LoopContext"; }
  std::optional<Value> attribute(std::string_view name) override;
  bool callable() const override { return true; }
  Value call(Interpreter& interpreter, Arguments arguments) override;

  const std::vector<Value>& items() const { return items_; }
  void go_to(size_t index) { index_ = index; }
  Value cycle(Arguments arguments) const;
  bool changed(Interpreter& interpreter, Arguments arguments);

 private:
  const node::For& loop_;
  std::vector<Value> items_;
  std::shared_ptr<Scope> defined_in_;  // null unless recursive
  int depth_;                          // 1 for the outermost
  size_t index_ = 0;
  std::optional<Value> last_changed_;
};

}  // namespace hob::text::jinja
