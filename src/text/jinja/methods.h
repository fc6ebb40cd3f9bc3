// The methods of str, dict and list that a template may call.
#pragma once

#include <optional>
#include <string_view>

#include "text/jinja/value.h"

namespace hob::text::jinja {

// object.name as a callable. Methods that would change a list or dict, and names with two leading
// underscores, come as an undefined value that says so; nullopt where there is no such method.
std::optional<Value> find_method(const Value& object, std::string_view name);

}  // namespace hob::text::jinja
