// Python's two ways to put values into a string: "%s" % value and "{}".format(value).
#pragma once

#include "text/jinja/value.h"

namespace hob::text::jinja {

// `values`: a tuple, a dict for %(name)s, or a single value.
Text format_percent(const Text& format, const Value& values, Interpreter& interpreter);
Text format_braces(const Text& format, const Arguments& arguments, Interpreter& interpreter);

}  // namespace hob::text::jinja
