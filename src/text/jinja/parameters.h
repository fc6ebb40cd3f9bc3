// Binds the arguments of a call to a builtin's parameters, in the order they are asked for: by
// position first, else by name.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "text/jinja/value.h"

namespace hob::text::jinja {

class Parameters {
 public:
  // `what` names the function in messages: "filter 'join'".
  Parameters(std::string what, Arguments arguments)
      : what_(std::move(what)), arguments_(std::move(arguments)) {}

  std::optional<Value> optional(std::string_view name);
  Value required(std::string_view name);
  bool flag(std::string_view name, bool fallback);
  Integer integer(std::string_view name, Integer fallback);
  Text text(std::string_view name, std::string_view fallback);  // must be a string if given

  // The positional arguments not yet taken; the named ones that are left.
  std::vector<Value> rest();
  std::vector<std::pair<std::string, Value>> rest_named();
  void done() const;  // Error when arguments are left over

  const std::string& what() const { return what_; }

 private:
  std::string what_;
  Arguments arguments_;
  size_t next_ = 0;
};

Integer require_integer(const Value& value, std::string_view what);
const Text& require_text(const Value& value, std::string_view what);

}  // namespace hob::text::jinja
