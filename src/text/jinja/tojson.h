// The tojson filter of Hugging Face's templates: Python's json.dumps, without HTML escaping.
#pragma once

#include <optional>

#include "text/jinja/value.h"

namespace hob::text::jinja {

struct JsonStyle {
  bool ensure_ascii = false;
  bool sort_keys = false;
  std::optional<Text> indent;  // of one level; absent: all on one line
  Text item_separator{", ", true};
  Text key_separator{": ", true};
};

// Strings keep their trust; brackets, quotes and separators are trusted only when everything inside
// is, so that JSON from a client stays one untrusted run.
Text to_json(const Value& value, const JsonStyle& style, Budget& budget);

}  // namespace hob::text::jinja
