// hob show: what is in a model file.
#include <algorithm>
#include <map>

#include "cli/command.h"
#include "cli/human.h"
#include "cli/options.h"
#include "cli/print_json.h"
#include "model/spec.h"
#include "store/resolve.h"
#include "tensor/quant/convert.h"

namespace hob::cli {

namespace {

struct FormatUse {
  int64_t n_tensors = 0;
  uint64_t n_bytes = 0;
};

struct Summary {
  std::string name, architecture, title, licence, tokenizer, chat_template;
  bool architecture_known = false;
  uint64_t n_parameters = 0, weight_bytes = 0, file_bytes = 0, context = 0, dim = 0, n_layer = 0,
           n_vocab = 0;
  uint32_t version = 0;
  int n_parts = 1;
  size_t n_tensors = 0;
  std::map<std::string, FormatUse> formats;
};

// A key's text or number; "" or 0 where it is absent or of another type (this command shows what is
// there).
std::string text_of(const tensor::Metadata& metadata, const std::string& key) {
  auto value = metadata.string(key);
  return value && *value ? std::string(**value) : "";
}
uint64_t number_of(const tensor::Metadata& metadata, const std::string& key) {
  auto value = metadata.unsigned_integer(key);
  return value && *value ? **value : 0;
}

Summary summarize(const store::ResolvedModel& model) {
  const tensor::GgufFile& file = *model.file;
  const tensor::Metadata& metadata = file.metadata();
  Summary s;
  s.name = model.display_name;
  s.architecture = text_of(metadata, "general.architecture");
  s.architecture_known = model::find_spec(s.architecture) != nullptr;
  s.title = text_of(metadata, "general.name");
  s.licence = text_of(metadata, "general.license");
  s.tokenizer = text_of(metadata, "tokenizer.ggml.model");
  if (const std::string pre = text_of(metadata, "tokenizer.ggml.pre"); !pre.empty())
    s.tokenizer += " (" + pre + ")";
  s.chat_template = text_of(metadata, "tokenizer.chat_template");
  s.context = number_of(metadata, s.architecture + ".context_length");
  s.dim = number_of(metadata, s.architecture + ".embedding_length");
  s.n_layer = number_of(metadata, s.architecture + ".block_count");
  if (const tensor::Value* tokens = metadata.find("tokenizer.ggml.tokens"))
    if (const auto* array = std::get_if<tensor::Array>(&tokens->data)) s.n_vocab = array->count;
  s.version = file.version();
  s.n_parts = file.n_parts();
  s.file_bytes = file.file_bytes();
  s.n_tensors = file.tensors().size();
  for (const tensor::Tensor& t : file.tensors()) {
    s.n_parameters += t.n_elements();
    s.weight_bytes += t.bytes.size();
    FormatUse& use = s.formats[std::string(tensor::info(t.format).name)];
    use.n_tensors++;
    use.n_bytes += t.bytes.size();
  }
  return s;
}

void print_text(const Summary& s) {
  const auto line = [](const char* what, const std::string& value) {
    if (!value.empty()) fmt::print("{:<14}{}\n", what, value);
  };
  line("model", s.name);
  line("name", s.title);
  line("architecture", s.architecture.empty() ? "not given"
                       : s.architecture_known ? s.architecture
                                              : s.architecture + " (hob cannot run it yet)");
  line("parameters", s.n_parameters ? human_count(s.n_parameters) : "none: a vocabulary only");
  if (s.n_layer) line("layers", fmt::format("{} of width {}", s.n_layer, s.dim));
  if (s.context) line("context", fmt::format("{} tokens", s.context));
  if (s.n_vocab) line("vocabulary", fmt::format("{} tokens, {}", s.n_vocab, s.tokenizer));
  line("file", fmt::format("GGUF v{}, {}{}", s.version, human_bytes(s.file_bytes),
                           s.n_parts > 1 ? fmt::format(" in {} parts", s.n_parts) : ""));
  std::vector<std::pair<std::string, FormatUse>> formats(s.formats.begin(), s.formats.end());
  std::ranges::sort(
      formats, [](const auto& a, const auto& b) { return a.second.n_bytes > b.second.n_bytes; });
  for (const auto& [name, use] : formats)
    line(name == formats.front().first ? "formats" : " ",
         fmt::format("{:<8}{:>5} tensors {:>10}  {:>3.0f} %", name, use.n_tensors,
                     human_bytes(use.n_bytes),
                     100.0 * static_cast<double>(use.n_bytes) /
                         static_cast<double>(std::max<uint64_t>(1, s.weight_bytes))));
  line("licence", s.licence.empty() ? "not given" : s.licence);
  if (s.chat_template.empty())
    line("template", "none");
  else
    fmt::print("{:<14}{} bytes of Jinja:\n{}\n", "template", s.chat_template.size(),
               s.chat_template);
}

boost::json::value to_json(const Summary& s) {
  boost::json::object formats;
  for (const auto& [name, use] : s.formats)
    formats[name] = {{"tensors", use.n_tensors}, {"bytes", use.n_bytes}};
  return {{"model", s.name},
          {"name", s.title},
          {"architecture", s.architecture},
          {"architecture_known", s.architecture_known},
          {"parameters", s.n_parameters},
          {"layers", s.n_layer},
          {"embedding_length", s.dim},
          {"context_length", s.context},
          {"vocabulary", s.n_vocab},
          {"tokenizer", s.tokenizer},
          {"gguf_version", s.version},
          {"parts", s.n_parts},
          {"file_bytes", s.file_bytes},
          {"weight_bytes", s.weight_bytes},
          {"tensors", s.n_tensors},
          {"formats", formats},
          {"license", s.licence},
          {"chat_template", s.chat_template}};
}

}  // namespace

void add_show(CLI::App& program, int& exit_code) {
  struct Options {
    std::string model;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* app = program.add_subcommand("show", "Show what is in a model file");
  app->add_option("MODEL", options->model, "Model file, or 'builtin'")->required();
  add_option(*app, "json", options->json);
  app->callback([options, &exit_code] {
    auto model = store::resolve(options->model);
    if (!model) {
      exit_code = report(model.error());
      return;
    }
    const Summary summary = summarize(*model);
    options->json ? print_json(to_json(summary)) : print_text(summary);
  });
}

}  // namespace hob::cli
