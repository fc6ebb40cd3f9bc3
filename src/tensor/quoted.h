// Foreign text made safe for a message: quoted, control bytes and bytes that are no UTF-8 escaped,
// the middle left out where it is long.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hob::tensor {

// quoted("a\nb") is 'a\nb' with a backslash and an n. At most about `limit` bytes of the text are
// shown.
std::string quoted(std::string_view text, size_t limit = 64);

}  // namespace hob::tensor
