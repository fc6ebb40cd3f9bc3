// The methods of str. Every result keeps the trust of the bytes it is made from.
#pragma once

#include <optional>
#include <string_view>

#include "text/jinja/value.h"

namespace hob::text::jinja {

std::optional<Value> find_string_method(const Value& string, std::string_view name);

}  // namespace hob::text::jinja
