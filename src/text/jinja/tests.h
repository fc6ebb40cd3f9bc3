// Jinja's tests ("x is defined") by name.
#pragma once

#include <string_view>

#include "text/jinja/parameters.h"

namespace hob::text::jinja {

using TestCode = bool (*)(Interpreter& in, const Value& input, Parameters parameters);

TestCode find_test(std::string_view name);  // null when there is none

}  // namespace hob::text::jinja
