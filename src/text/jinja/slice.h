// Python's subscripts by position: one element, and start:stop:step slices.
#pragma once

#include "text/jinja/value.h"

namespace hob::text::jinja {

// sequence[index] of a string or sequence, negative from the end; undefined beyond its ends.
Value element(const Value& sequence, Integer index, Budget& budget);

// sequence[start:stop:step]; none where a part is left out. Error for what has no slices.
Value slice(const Value& sequence, const Value& start, const Value& stop, const Value& step,
            Budget& budget);

// The first `count` characters, at most.
Text head(const String& string, size_t count);

}  // namespace hob::text::jinja
