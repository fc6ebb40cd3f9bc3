// How many single-character changes make one word into another (Levenshtein), for "did you mean
// …?".
#pragma once

#include <cstddef>
#include <string_view>

namespace hob {

size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace hob
