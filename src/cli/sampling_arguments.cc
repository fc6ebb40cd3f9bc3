#include "cli/sampling_arguments.h"

#include <charconv>
#include <random>

#include "cli/options.h"

namespace hob::cli {

namespace {

Result<std::pair<int32_t, float>> parse_bias(const std::string& text) {
  const size_t equals = text.find('=');
  int32_t token = 0;
  float bias = 0;
  const char* end = text.data() + text.size();
  const char* middle = equals == std::string::npos ? end : text.data() + equals;
  const auto id = std::from_chars(text.data(), middle, token);
  const auto value = std::from_chars(middle == end ? end : middle + 1, end, bias);
  if (middle == end || id.ec != std::errc() || id.ptr != middle || value.ec != std::errc() ||
      value.ptr != end)
    return fail("--logit-bias {}: must look like ID=X, such as 42=-5 or 42=-inf", text);
  return std::pair(token, bias);
}

}  // namespace

void SamplingArguments::add_options(CLI::App& app) {
  app_ = &app;
  add_option(app, "temp", options_.temperature);
  add_option(app, "top-k", options_.top_k);
  add_option(app, "top-p", options_.top_p);
  add_option(app, "min-p", options_.min_p);
  add_option(app, "typical-p", options_.typical_p);
  add_option(app, "repeat-penalty", options_.repeat_penalty);
  add_option(app, "presence-penalty", options_.presence_penalty);
  add_option(app, "frequency-penalty", options_.frequency_penalty);
  add_option(app, "repeat-last-n", options_.penalty_last_n);
  add_option(app, "seed", options_.seed)->default_str("random");
  add_option(app, "logit-bias", logit_bias_)->take_all();
}

Result<sample::SamplerOptions> SamplingArguments::resolve(const tensor::Metadata& metadata) const {
  sample::SamplerOptions options = options_;
  const auto open = [&](const char* flag) { return app_->get_option(flag)->count() == 0; };
  const auto recommended = [&](const char* key) -> std::optional<double> {
    auto value = metadata.number(std::string("general.sampling.") + key);
    return value ? *value : std::nullopt;
  };
  if (const auto v = recommended("temp"); v && open("--temp"))
    options.temperature = static_cast<float>(*v);
  if (const auto v = recommended("top_k"); v && open("--top-k"))
    options.top_k = static_cast<int32_t>(*v);
  if (const auto v = recommended("top_p"); v && open("--top-p"))
    options.top_p = static_cast<float>(*v);
  if (const auto v = recommended("min_p"); v && open("--min-p"))
    options.min_p = static_cast<float>(*v);
  if (const auto v = recommended("penalty_repeat"); v && open("--repeat-penalty"))
    options.repeat_penalty = static_cast<float>(*v);
  if (const auto v = recommended("penalty_last_n"); v && open("--repeat-last-n"))
    options.penalty_last_n = static_cast<int32_t>(*v);
  if (open("--seed")) options.seed = std::random_device()();
  for (const std::string& text : logit_bias_) {
    auto bias = parse_bias(text);
    if (!bias) return bias.error();
    options.logit_bias.push_back(*bias);
  }
  if (Status valid = sample::check(options); !valid) return valid.error();
  return options;
}

}  // namespace hob::cli
