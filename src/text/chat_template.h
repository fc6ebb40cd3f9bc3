// Chat templates: the Jinja source a model carries, parsed once, rendered in a sandbox (step, depth
// and output limits, no I/O) to segments with trust: the template's own text is trusted, text that
// came in through a variable is not, however it was cut, joined or filtered on the way.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "text/jinja/template.h"
#include "text/tokenizer.h"

namespace hob::text {

struct RenderOptions {
  // Variables from the host itself, such as bos_token and eos_token: their strings are trusted.
  // They win over vars of the same name, so that a client's variables cannot take their place.
  boost::json::object trusted;
  // What strftime_now sees: seconds since 1970, shown as UTC. Absent: this machine's clock and time
  // zone.
  std::optional<int64_t> now;
  TemplateLimits limits;
};

class ChatTemplate {
 public:
  // Errors carry line and column: "chat template, line 3, column 14: …".
  static Result<ChatTemplate> parse(std::string_view source);

  // vars: the template's variables (messages, tools, add_generation_prompt, …). As in the Hugging
  // Face configuration: trim_blocks, lstrip_blocks, loop controls, raise_exception, strftime_now,
  // tojson without HTML escaping. Adjacent segments of equal trust are merged. A template that
  // refuses with raise_exception is an error with its own words.
  Result<std::vector<Segment>> render(const boost::json::object& vars,
                                      const RenderOptions& options = {}) const;

 private:
  explicit ChatTemplate(jinja::Template parsed) : template_(std::move(parsed)) {}
  jinja::Template template_;
};

}  // namespace hob::text
