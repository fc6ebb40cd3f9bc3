// Chat templates: the Jinja source a model carries, parsed once, rendered in a sandbox (step, depth
// and output limits, no I/O) to segments with trust: the template's own text is trusted, text that
// came in through a variable is not.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "text/tokenizer.h"

namespace hob::text {

struct TemplateLimits {
  int64_t max_steps = 10'000'000;  // evaluated nodes
  int64_t max_output_bytes = 64 << 20;
  int max_depth = 200;  // nesting of expressions, macros and blocks
};

class ChatTemplate {
 public:
  // Errors carry line and column: "chat template, line 3, column 14: …".
  static Result<ChatTemplate> parse(std::string_view source);

  // vars: the template's variables (messages, tools, add_generation_prompt, bos_token, …). As in
  // the Hugging Face configuration: trim_blocks, lstrip_blocks, loop controls, raise_exception,
  // strftime_now, tojson without HTML escaping. Adjacent segments of equal trust are merged.
  Result<std::vector<Segment>> render(const boost::json::object& vars,
                                      TemplateLimits limits = {}) const;

  ChatTemplate(ChatTemplate&&) noexcept;
  ChatTemplate& operator=(ChatTemplate&&) noexcept;
  ~ChatTemplate();

 private:
  struct Impl;
  explicit ChatTemplate(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hob::text
