// The functions a template can call by name: range, namespace, raise_exception, …
#pragma once

#include <string_view>

#include "text/jinja/objects.h"

namespace hob::text::jinja {

Value range_function(Interpreter& in, const Value& self, Arguments arguments);
Value dict_function(Interpreter& in, const Value& self, Arguments arguments);
Value namespace_function(Interpreter& in, const Value& self, Arguments arguments);
Value raise_function(Interpreter& in, const Value& self, Arguments arguments);
Value strftime_function(Interpreter& in, const Value& self, Arguments arguments);
Value cycler_function(Interpreter& in, const Value& self, Arguments arguments);
Value joiner_function(Interpreter& in, const Value& self, Arguments arguments);

struct NamedFunction {
  std::string_view name;
  Function::Code code;
};

inline constexpr NamedFunction kFunctions[] = {
    {"range", range_function},           {"dict", dict_function},
    {"namespace", namespace_function},   {"raise_exception", raise_function},
    {"strftime_now", strftime_function}, {"cycler", cycler_function},
    {"joiner", joiner_function},
};

}  // namespace hob::text::jinja
