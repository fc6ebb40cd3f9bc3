// The escapes of a quoted string in a template: Python's.
#pragma once

#include <string>
#include <string_view>

namespace hob::text::jinja {

// `body` is what stands between the quotes. Unknown escapes keep their backslash.
std::string decode_string_literal(std::string_view body);

}  // namespace hob::text::jinja
