// Any bytes as a template: parse and render must end, within limits, without a crash.
#include <boost/json/parse.hpp>
#include <cstddef>
#include <cstdint>

#include "text/jinja/template.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hob::text;
  static const boost::json::object vars = boost::json::parse(R"({
    "messages": [{"role": "user", "content": "Hällo <b> \u2028 'x'"}, {"role": "assistant", "content": ""}],
    "tools": [{"type": "function", "function": {"name": "f", "parameters": {"a": [1, 2.5, null, true]}}}],
    "n": 3, "s": "text", "x": "y", "d": {"a": 1, "b": "two"}, "l": [3, 1, 2], "add_generation_prompt": true
  })")
                                              .as_object();
  TemplateLimits limits;
  limits.max_steps = 20'000;
  limits.max_output_bytes = 1 << 16;
  limits.max_depth = 50;
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  auto parsed = jinja::Template::parse(source, {}, limits);
  if (parsed) {
    auto text = parsed->render(vars, {{"bos_token", "<s>"}}, 0, limits);
    if (text && static_cast<int64_t>(text->size()) > limits.max_output_bytes) __builtin_trap();
  }
  return 0;
}
