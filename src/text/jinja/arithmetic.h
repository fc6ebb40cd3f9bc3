// The arithmetic operators, with Python's meaning for numbers, strings and lists.
#pragma once

#include "text/jinja/ast.h"
#include "text/jinja/value.h"

namespace hob::text::jinja {

Value arithmetic(Operator op, const Value& a, const Value& b, Interpreter& interpreter);
Value negative(const Value& value);
Value positive(const Value& value);

// "&", "<", ">", quotes as HTML entities.
Text escape_markup(const Text& text);

}  // namespace hob::text::jinja
