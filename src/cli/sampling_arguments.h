// The sampling options of a command line, with the model's own recommendations for what the user
// left open.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "sample/sampler.h"
#include "tensor/metadata.h"

namespace hob::cli {

class SamplingArguments {
 public:
  void add_options(CLI::App& app);

  // What the user gave, else what the model's general.sampling.* keys say, else the documented
  // defaults. Without --seed the seed is random; it is in the result, so that an answer can be
  // repeated. Errors name the option and its range.
  Result<sample::SamplerOptions> resolve(const tensor::Metadata& metadata) const;

 private:
  sample::SamplerOptions options_;
  std::vector<std::string> logit_bias_;
  CLI::App* app_ = nullptr;
};

}  // namespace hob::cli
