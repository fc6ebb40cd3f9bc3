// Parameter binding: see parameters.h.
#include "text/jinja/parameters.h"

#include <algorithm>

#include "text/jinja/compare.h"

namespace hob::text::jinja {

std::optional<Value> Parameters::optional(std::string_view name) {
  auto named = std::find_if(arguments_.named.begin(), arguments_.named.end(),
                            [&](const auto& entry) { return entry.first == name; });
  if (next_ < arguments_.positional.size()) {
    if (named != arguments_.named.end()) stop("{} got two values for '{}'", what_, name);
    return std::move(arguments_.positional[next_++]);
  }
  if (named == arguments_.named.end()) return std::nullopt;
  Value value = std::move(named->second);
  arguments_.named.erase(named);
  return value;
}

Value Parameters::required(std::string_view name) {
  auto value = optional(name);
  if (!value) stop("{} misses its argument '{}'", what_, name);
  return std::move(*value);
}

bool Parameters::flag(std::string_view name, bool fallback) {
  auto value = optional(name);
  return value ? truthy(*value) : fallback;
}

Integer Parameters::integer(std::string_view name, Integer fallback) {
  auto value = optional(name);
  return value ? require_integer(*value, what_) : fallback;
}

Text Parameters::text(std::string_view name, std::string_view fallback) {
  auto value = optional(name);
  return value ? require_text(*value, what_) : Text(std::string(fallback), true);
}

std::vector<Value> Parameters::rest() {
  std::vector<Value> left(arguments_.positional.begin() + static_cast<std::ptrdiff_t>(next_),
                          arguments_.positional.end());
  next_ = arguments_.positional.size();
  return left;
}

std::vector<std::pair<std::string, Value>> Parameters::rest_named() {
  return std::exchange(arguments_.named, {});
}

void Parameters::done() const {
  if (next_ < arguments_.positional.size()) stop("{} got too many arguments", what_);
  if (!arguments_.named.empty())
    stop("{} has no parameter '{}'", what_, arguments_.named.front().first);
}

Integer require_integer(const Value& value, std::string_view what) {
  if (value.is_undefined()) stop("{}", value.why_undefined());
  if (value.is_integer() || value.is_boolean()) return value.as_integer();
  stop("{} wants an integer, not {}", what, value.type_name());
}

const Text& require_text(const Value& value, std::string_view what) {
  if (value.is_undefined()) stop("{}", value.why_undefined());
  if (!value.is_string()) stop("{} wants a string, not {}", what, value.type_name());
  return value.text();
}

}  // namespace hob::text::jinja
