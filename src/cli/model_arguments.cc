#include "cli/model_arguments.h"

#include <cstdio>

#include "cli/options.h"

namespace hob::cli {

void ModelArguments::add_options(CLI::App& app) {
  add_option(app, "ctx", ctx);
  add_option(app, "threads", threads);
  add_option(app, "isa", isa);
  add_option(app, "backend", backend);
}

engine::LoadOptions ModelArguments::load_options() const {
  engine::LoadOptions options;
  options.context = ctx;
  options.n_threads = threads;
  options.isa = isa;
  options.backend = backend;
  return options;
}

Result<engine::LoadedModel> ModelArguments::load(const engine::LoadOptions& options) const {
  auto resolved = store::resolve(name);
  if (!resolved) return resolved.error();
  auto loaded = engine::load(resolved->file, options);
  if (!loaded) return loaded.error();
  for (const std::string& warning : loaded->warnings) fmt::print(stderr, "hob: {}\n", warning);
  if (loaded->tokenizer)
    for (const std::string& note : loaded->tokenizer->notes())
      fmt::print(stderr, "hob: {}\n", note);
  return loaded;
}

}  // namespace hob::cli
