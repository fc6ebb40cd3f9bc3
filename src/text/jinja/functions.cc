// The global functions. strftime_now is the only look at the world outside, and the host may fix
// what it sees.
#include "text/jinja/functions.h"

#include <algorithm>

#include "text/jinja/compare.h"
#include "text/jinja/parameters.h"
#include "text/jinja/print.h"
#include "text/jinja/strftime.h"

namespace hob::text::jinja {
namespace {

constexpr Integer kMaxRange = 100'000;  // as in jinja2's sandbox

class Cycler : public Object {
 public:
  explicit Cycler(std::vector<Value> items) : items_(std::move(items)) {}
  std::string_view type_name() const override { return "Cycler"; }
  std::optional<Value> attribute(std::string_view name) override {
    if (name == "current") return items_[at_];
    return std::nullopt;
  }
  bool callable() const override { return true; }
  Value call(Interpreter&, Arguments) override {  // as its next()
    Value value = items_[at_];
    at_ = (at_ + 1) % items_.size();
    return value;
  }

 private:
  std::vector<Value> items_;
  size_t at_ = 0;
};

class Joiner : public Object {
 public:
  explicit Joiner(Value separator) : separator_(std::move(separator)) {}
  std::string_view type_name() const override { return "Joiner"; }
  bool callable() const override { return true; }
  Value call(Interpreter&, Arguments) override {
    return std::exchange(used_, true) ? separator_ : Value::word("");
  }

 private:
  Value separator_;
  bool used_ = false;
};

// Both dict() and namespace(): a mapping or pairs first, then names.
std::vector<Dict::Entry> entries_of(Interpreter& in, Arguments arguments, std::string_view what) {
  std::vector<Dict::Entry> entries;
  if (arguments.positional.size() > 1) stop("{} takes at most one positional argument", what);
  if (!arguments.positional.empty()) {
    const Value& source = arguments.positional.front();
    if (source.is_dict()) {
      entries = source.as_dict().entries();
    } else {
      for (const Value& item : iterate(source, in.budget())) {
        std::vector<Value> pair = iterate(item, in.budget());
        if (pair.size() != 2) stop("{} wants pairs", what);
        entries.emplace_back(pair[0], pair[1]);
      }
    }
  }
  for (auto& [name, value] : arguments.named)
    entries.emplace_back(Value::string(name, false), std::move(value));
  in.budget().charge(entries.size());
  return entries;
}

}  // namespace

Value range_function(Interpreter& in, const Value&, Arguments arguments) {
  Parameters parameters("range()", std::move(arguments));
  Integer start = 0, end = require_integer(parameters.required("stop"), "range()");
  if (auto second = parameters.optional("")) {
    start = end;
    end = require_integer(*second, "range()");
  }
  Integer step = parameters.integer("", 1);
  parameters.done();
  if (step == 0) stop("range() wants a step other than zero");
  constexpr Integer kFar = Integer{1} << 100;
  if (start > kFar || start < -kFar || end > kFar || end < -kFar || step > kFar || step < -kFar)
    stop("range() got a number that is too large");
  Integer span = step > 0 ? end - start : start - end, stride = step > 0 ? step : -step;
  Integer count = span <= 0 ? 0 : (span + stride - 1) / stride;
  if (count > kMaxRange)
    stop("range() would have {} numbers; at most {} are allowed", print_integer(count),
         print_integer(kMaxRange));
  in.budget().charge(static_cast<uint64_t>(count));
  std::vector<Value> items;
  for (Integer i = 0; i < count; ++i) items.push_back(Value::integer(start + i * step));
  return Value::sequence(std::move(items), Sequence::Flavor::range);
}

Value dict_function(Interpreter& in, const Value&, Arguments arguments) {
  return Value::dict(entries_of(in, std::move(arguments), "dict()"), in.budget());
}

Value namespace_function(Interpreter& in, const Value&, Arguments arguments) {
  auto made = std::make_shared<Namespace>();
  for (auto& [key, value] : entries_of(in, std::move(arguments), "namespace()"))
    if (key.is_string()) made->attributes.insert_or_assign(key.bytes(), std::move(value));
  return in.make_namespace(std::move(made));
}

Value raise_function(Interpreter& in, const Value&, Arguments arguments) {
  Parameters parameters("raise_exception()", std::move(arguments));
  Text message = to_text(parameters.required("message"), in.budget());
  parameters.done();
  throw TemplateError{message.bytes(), true, false, 0};
}

Value strftime_function(Interpreter& in, const Value&, Arguments arguments) {
  Parameters parameters("strftime_now()", std::move(arguments));
  Value format = parameters.required("format");
  parameters.done();
  const Text& text = require_text(format, "strftime_now()");
  in.budget().charge(1 + text.size());
  return Value::string(format_time(text.view(), in.now()), text.all_trusted());
}

Value cycler_function(Interpreter&, const Value&, Arguments arguments) {
  if (arguments.positional.empty()) stop("cycler() wants at least one item");
  return Value::object(std::make_shared<Cycler>(std::move(arguments.positional)));
}

Value joiner_function(Interpreter&, const Value&, Arguments arguments) {
  Parameters parameters("joiner()", std::move(arguments));
  Value separator = parameters.optional("sep").value_or(Value::word(", "));
  parameters.done();
  return Value::object(std::make_shared<Joiner>(std::move(separator)));
}

}  // namespace hob::text::jinja
