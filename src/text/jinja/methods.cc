// Which methods exist, and those of dict and list. Those of str are in string_methods.cc.
#include "text/jinja/methods.h"

#include <algorithm>
#include <array>

#include "text/jinja/compare.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/objects.h"
#include "text/jinja/parameters.h"
#include "text/jinja/string_methods.h"

namespace hob::text::jinja {
namespace {

using Flavor = Sequence::Flavor;

std::vector<Value> picked(const Dict& dict, bool keys, bool values, Budget& budget) {
  budget.charge(dict.entries().size());
  std::vector<Value> out;
  for (const auto& [key, value] : dict.entries())
    out.push_back(keys && values ? Value::tuple({key, value}) : keys ? key : value);
  return out;
}

Value dict_items(Interpreter& in, const Value& self, Arguments arguments) {
  Parameters("dict.items()", std::move(arguments)).done();
  return Value::sequence(picked(self.as_dict(), true, true, in.budget()), Flavor::dict_items);
}

Value dict_keys(Interpreter& in, const Value& self, Arguments arguments) {
  Parameters("dict.keys()", std::move(arguments)).done();
  return Value::sequence(picked(self.as_dict(), true, false, in.budget()), Flavor::dict_keys);
}

Value dict_values(Interpreter& in, const Value& self, Arguments arguments) {
  Parameters("dict.values()", std::move(arguments)).done();
  return Value::sequence(picked(self.as_dict(), false, true, in.budget()), Flavor::dict_values);
}

Value dict_get(Interpreter& in, const Value& self, Arguments arguments) {
  if (!arguments.named.empty()) stop("dict.get() takes no keyword arguments");
  Parameters parameters("dict.get()", std::move(arguments));
  Value key = parameters.required("key");
  Value fallback = parameters.optional("default").value_or(Value::none());
  parameters.done();
  const Value* found = self.as_dict().find(key, in.budget());
  return found ? *found : fallback;
}

Value copy(Interpreter&, const Value& self, Arguments arguments) {
  Parameters("copy()", std::move(arguments)).done();
  return self;
}

Value list_index(Interpreter& in, const Value& self, Arguments arguments) {
  Parameters parameters("index()", std::move(arguments));
  Value wanted = parameters.required("value");
  parameters.done();
  for (size_t i = 0; i < self.items().size(); ++i)
    if (equal(self.items()[i], wanted, in.budget())) return Value::integer(static_cast<Integer>(i));
  stop("the value is not in the list");
}

Value list_count(Interpreter& in, const Value& self, Arguments arguments) {
  Parameters parameters("count()", std::move(arguments));
  Value wanted = parameters.required("value");
  parameters.done();
  Integer n = 0;
  for (const Value& item : self.items()) n += equal(item, wanted, in.budget()) ? 1 : 0;
  return Value::integer(n);
}

struct Method {
  std::string_view name;
  Function::Code code;
};

constexpr Method kDictMethods[] = {{"items", dict_items},
                                   {"keys", dict_keys},
                                   {"values", dict_values},
                                   {"get", dict_get},
                                   {"copy", copy}};
constexpr Method kListMethods[] = {{"index", list_index}, {"count", list_count}, {"copy", copy}};
constexpr std::string_view kDictMutators[] = {"clear", "pop", "popitem", "setdefault", "update"};
constexpr std::string_view kListMutators[] = {"append", "clear", "pop",    "reverse",
                                              "insert", "sort",  "extend", "remove"};

template <size_t N>
std::optional<Value> lookup(const Method (&methods)[N], const Value& object,
                            std::string_view name) {
  auto found = std::find_if(std::begin(methods), std::end(methods),
                            [&](const Method& m) { return m.name == name; });
  if (found == std::end(methods)) return std::nullopt;
  return Value::object(std::make_shared<Function>(found->code, object));
}

Value unsafe(const Value& object, std::string_view name) {
  return Value::undefined(
      fmt::format("access to attribute '{}' of '{}' object is unsafe", name, object.type_name()));
}

template <size_t N>
bool holds(const std::string_view (&names)[N], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

}  // namespace

std::optional<Value> find_method(const Value& object, std::string_view name) {
  if (name.starts_with("__")) {
    bool is_key = object.is_dict() && object.as_dict().find(name);
    return is_key ? std::nullopt : std::optional(unsafe(object, name));
  }
  if (object.is_string()) return find_string_method(object, name);
  if (object.is_dict()) {
    if (holds(kDictMutators, name)) return unsafe(object, name);
    return lookup(kDictMethods, object, name);
  }
  if (object.is_sequence(Flavor::list)) {
    if (holds(kListMutators, name)) return unsafe(object, name);
    return lookup(kListMethods, object, name);
  }
  if (object.is_sequence(Flavor::tuple) && name != "copy")
    return lookup(kListMethods, object, name);
  return std::nullopt;
}

}  // namespace hob::text::jinja
