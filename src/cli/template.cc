// hob template: render a chat template with given variables, nothing added.
#include <boost/json.hpp>
#include <cstdio>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/print_json.h"
#include "cli/read_input.h"
#include "store/resolve.h"
#include "text/chat_template.h"

namespace hob::cli {

namespace {

struct TemplateOptions {
  std::string model, template_file, input = "-";
  bool json = false;
};

Result<std::string> template_source(const TemplateOptions& options) {
  if (!options.template_file.empty()) return read_input(options.template_file);
  auto model = store::resolve(options.model);
  if (!model) return model.error();
  auto source = model->file->metadata().string("tokenizer.chat_template");
  if (!source) return source.error();
  if (!*source)
    return fail("{}: has no chat template (no tokenizer.chat_template)", model->display_name);
  return std::string(**source);
}

Status render(const TemplateOptions& options) {
  if (options.model.empty() == options.template_file.empty())
    return Error{"template: give either a MODEL or --template FILE"};
  auto source = template_source(options);
  if (!source) return source.error();
  auto chat_template = text::ChatTemplate::parse(*source);
  if (!chat_template) return chat_template.error();
  auto input = read_input(options.input);
  if (!input) return input.error();
  boost::system::error_code wrong;
  const boost::json::value vars = boost::json::parse(*input, wrong);
  if (wrong) return fail("{}: is no JSON: {}", options.input, wrong.message());
  if (!vars.is_object())
    return fail("{}: must be a JSON object with the template's variables", options.input);
  auto segments = chat_template->render(vars.as_object());
  if (!segments) return segments.error();
  if (options.json) {
    boost::json::array list;
    for (const text::Segment& s : *segments)
      list.push_back({{"text", s.text}, {"trusted", s.trusted}});
    print_json(list);
    return {};
  }
  for (const text::Segment& s : *segments) std::fwrite(s.text.data(), 1, s.text.size(), stdout);
  return {};
}

}  // namespace

void add_template(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<TemplateOptions>();
  CLI::App* app = program.add_subcommand(
      "template", "Render a model's chat template with variables from a JSON file");
  app->add_option("MODEL", options->model, "Model file, or 'builtin'");
  add_option(*app, "template", options->template_file);
  add_option(*app, "input", options->input);
  add_option(*app, "json", options->json);
  app->callback([options, &exit_code] {
    if (Status done = render(*options); !done) exit_code = report(done.error());
  });
}

}  // namespace hob::cli
