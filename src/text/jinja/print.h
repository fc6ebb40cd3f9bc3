// Python's str() and repr() of values, keeping the trust of the strings inside.
#pragma once

#include <string>

#include "text/jinja/value.h"

namespace hob::text::jinja {

Text to_text(const Value& value, Budget& budget);    // str()
Text represent(const Value& value, Budget& budget);  // repr()

std::string print_integer(Integer value);
std::string print_real(double value);  // the shortest digits that read back as the same number

// Whether every string inside is trusted. Brackets and quotes printed around strings share this, so
// that a printed container does not fall apart into many runs.
bool all_trusted(const Value& value, Budget& budget);

}  // namespace hob::text::jinja
