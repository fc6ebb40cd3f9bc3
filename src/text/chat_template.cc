// From the interpreter's Text to segments.
#include "text/chat_template.h"

namespace hob::text {

Result<ChatTemplate> ChatTemplate::parse(std::string_view source) {
  auto parsed = jinja::Template::parse(source);
  if (!parsed) return parsed.error();
  return ChatTemplate(std::move(*parsed));
}

Result<std::vector<Segment>> ChatTemplate::render(const boost::json::object& vars,
                                                  const RenderOptions& options) const {
  auto text = template_.render(vars, options.trusted, options.now, options.limits);
  if (!text) return text.error();
  std::vector<Segment> segments;
  size_t begin = 0;
  for (const jinja::Text::Run& run : text->runs()) {
    segments.push_back({text->bytes().substr(begin, run.end - begin), run.trusted});
    begin = run.end;
  }
  return segments;
}

}  // namespace hob::text
