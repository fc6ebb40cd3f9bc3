// The attributes of `loop`, and what recursive loops and macros answer to.
#include "text/jinja/objects.h"

#include "text/jinja/compare.h"

namespace hob::text::jinja {
namespace {

Value integer(size_t value) {
  return Value::integer(static_cast<Integer>(value));
}

Value call_cycle(Interpreter&, const Value& self, Arguments arguments) {
  return static_cast<Loop&>(*self.as_object()).cycle(std::move(arguments));
}

Value call_changed(Interpreter& interpreter, const Value& self, Arguments arguments) {
  auto& loop = static_cast<Loop&>(*self.as_object());
  return Value::boolean(loop.changed(interpreter, std::move(arguments)));
}

}  // namespace

std::optional<Value> Macro::attribute(std::string_view name) {
  if (name == "name") return Value::word(definition_->name);
  return std::nullopt;
}

std::optional<Value> Loop::attribute(std::string_view name) {
  size_t n = items_.size();
  if (name == "index") return integer(index_ + 1);
  if (name == "index0") return integer(index_);
  if (name == "revindex") return integer(n - index_);
  if (name == "revindex0") return integer(n - index_ - 1);
  if (name == "first") return Value::boolean(index_ == 0);
  if (name == "last") return Value::boolean(index_ + 1 == n);
  if (name == "length") return integer(n);
  if (name == "depth") return Value::integer(depth_);
  if (name == "depth0") return Value::integer(depth_ - 1);
  if (name == "previtem")
    return index_ > 0 ? items_[index_ - 1] : Value::undefined("there is no previous item");
  if (name == "nextitem")
    return index_ + 1 < n ? items_[index_ + 1] : Value::undefined("there is no next item");
  // Bound methods hold the loop, the loop does not hold them: no circle.
  if (name == "cycle")
    return Value::object(std::make_shared<Function>(call_cycle, Value::object(shared_from_this())));
  if (name == "changed")
    return Value::object(
        std::make_shared<Function>(call_changed, Value::object(shared_from_this())));
  return std::nullopt;
}

Value Loop::call(Interpreter& interpreter, Arguments arguments) {
  if (!loop_.recursive) stop("only a loop marked 'recursive' can be called");
  if (arguments.positional.size() != 1 || !arguments.named.empty())
    stop("loop() takes the list to go through, and nothing else");
  return interpreter.run_recursive_loop(loop_, defined_in_, arguments.positional[0], depth_ + 1);
}

Value Loop::cycle(Arguments arguments) const {
  if (arguments.positional.empty()) stop("loop.cycle() has nothing to go through");
  return arguments.positional[index_ % arguments.positional.size()];
}

bool Loop::changed(Interpreter& interpreter, Arguments arguments) {
  Value now = Value::tuple(std::move(arguments.positional));
  if (last_changed_ && equal(*last_changed_, now, interpreter.budget())) return false;
  last_changed_ = std::move(now);
  return true;
}

}  // namespace hob::text::jinja
