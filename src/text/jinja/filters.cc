// The lookup over all filter files.
#include "text/jinja/filters.h"

namespace hob::text::jinja {

FilterCode find_filter(std::string_view name) {
  for (auto entries : {text_filters(), sequence_filters(), value_filters()})
    for (const FilterEntry& entry : entries)
      if (entry.name == name) return entry.code;
  return nullptr;
}

}  // namespace hob::text::jinja
