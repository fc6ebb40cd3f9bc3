// Parse and render, with every TemplateError turned into one sentence that names line and column.
#include "text/jinja/template.h"

#include <algorithm>
#include <new>

#include "text/jinja/interpreter.h"
#include "text/jinja/parser.h"
#include "text/jinja/unicode.h"

namespace hob::text::jinja {
namespace {

Error at_place(std::string_view source, size_t offset, const TemplateError& error) {
  std::string_view before = source.substr(0, std::min(offset, source.size()));
  auto line = 1 + std::count(before.begin(), before.end(), '\n');
  size_t newline = before.rfind('\n');
  size_t column =
      1 + count_code_points(newline == before.npos ? before : before.substr(newline + 1));
  if (error.raised)
    return fail(
        "the model's chat template refuses this conversation: {} (template line {}, column {})",
        error.message, line, column);
  return fail("chat template, line {}, column {}: {}", line, column, error.message);
}

}  // namespace

struct Template::Impl {
  std::string source;
  Body body;
};

Template::Template(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Template::Template(Template&&) noexcept = default;
Template& Template::operator=(Template&&) noexcept = default;
Template::~Template() = default;

Result<Template> Template::parse(std::string_view source, const Syntax& syntax,
                                 const TemplateLimits& limits) {
  auto impl = std::make_unique<Impl>();
  impl->source = normalize_source(source);
  try {
    impl->body = Parser(lex(impl->source, syntax), limits.max_depth).parse();
  } catch (const TemplateError& error) {
    return at_place(impl->source, error.offset, error);
  } catch (const std::bad_alloc&) {
    return fail("chat template: out of memory");
  }
  return Template(std::move(impl));
}

Result<Text> Template::render(const boost::json::object& vars, const boost::json::object& trusted,
                              std::optional<int64_t> now, const TemplateLimits& limits) const {
  Interpreter interpreter(limits, now);
  try {
    for (const auto& entry : vars)
      interpreter.set_variable(std::string_view(entry.key()),
                               Value::from_json(entry.value(), false, interpreter.budget()));
    for (const auto& entry : trusted)
      interpreter.set_variable(std::string_view(entry.key()),
                               Value::from_json(entry.value(), true, interpreter.budget()));
    return interpreter.run(impl_->body);
  } catch (const TemplateError& error) {
    return at_place(impl_->source, error.has_offset ? error.offset : interpreter.offset(), error);
  } catch (const std::bad_alloc&) {
    return fail("chat template: out of memory");
  }
}

}  // namespace hob::text::jinja
