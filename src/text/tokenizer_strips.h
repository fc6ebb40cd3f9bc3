// Special tokens that swallow the white space beside them. The format has no key for this, so the
// models that need it are told by name.
#pragma once

#include <string_view>
#include <vector>

#include "text/tokenizer_specials.h"
#include "text/vocabulary.h"

namespace hob::text {

// general_name: general.name. [tokens], or empty where nothing is stripped.
std::vector<Strip> strips_of(std::string_view general_name, std::string_view pre_name,
                             const Vocabulary& vocabulary);

}  // namespace hob::text
