// Jinja's filters by name. They live by what they work on: filters_text.cc, filters_sequence.cc,
// filters_value.cc.
#pragma once

#include <span>
#include <string_view>

#include "text/jinja/parameters.h"
#include "text/jinja/value.h"

namespace hob::text::jinja {

using FilterCode = Value (*)(Interpreter& in, const Value& input, Parameters parameters);

struct FilterEntry {
  std::string_view name;
  FilterCode code;
};

FilterCode find_filter(std::string_view name);  // null when there is none

std::span<const FilterEntry> text_filters();
std::span<const FilterEntry> sequence_filters();
std::span<const FilterEntry> value_filters();

}  // namespace hob::text::jinja
