// The options that say how a model is loaded, shared by the commands that run one.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "base/result.h"
#include "engine/load.h"
#include "store/resolve.h"

namespace hob::cli {

struct ModelArguments {
  std::string name = store::kBuiltinName;
  int64_t ctx = 0;
  int threads = 0;
  std::string isa, backend = "cpu";

  void add_options(CLI::App& app);  // --ctx --threads --isa --backend
  engine::LoadOptions load_options() const;

  // Resolves and loads; warnings go to stderr as "hob: …".
  Result<engine::LoadedModel> load(const engine::LoadOptions& options) const;
};

}  // namespace hob::cli
