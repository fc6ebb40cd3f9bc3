#include "cli/receipt.h"

#include <boost/json.hpp>

#include "cli/human.h"

namespace hob::cli {

namespace {

double per_second(int64_t n, double seconds) {
  return seconds > 0 ? static_cast<double>(n) / seconds : 0;
}

int64_t prefilled(const engine::Timings& t) {
  return t.prompt_tokens - t.cached_tokens;
}

}  // namespace

std::string receipt_line(const engine::Receipt& receipt, uint64_t seed) {
  const engine::Timings& t = receipt.timings;
  return fmt::format(
      "prompt {} tokens ({} cached) at {:.1f} t/s, answer {} tokens at {:.1f} t/s, ended by {}, "
      "seed {}",
      t.prompt_tokens, t.cached_tokens, per_second(prefilled(t), t.prefill_seconds),
      t.generated_tokens, per_second(t.decode_steps, t.decode_seconds),
      engine::name(receipt.finish), seed);
}

boost::json::value receipt_json(const engine::Receipt& receipt, const std::string& model,
                                uint64_t seed) {
  const engine::Timings& t = receipt.timings;
  return {{"model", model},
          {"text", receipt.text},
          {"finish", std::string(engine::name(receipt.finish))},
          {"stop_string", receipt.stop_string},
          {"prompt_tokens", t.prompt_tokens},
          {"cached_tokens", t.cached_tokens},
          {"generated_tokens", t.generated_tokens},
          {"prefill_seconds", t.prefill_seconds},
          {"decode_seconds", t.decode_seconds},
          {"prefill_tps", per_second(prefilled(t), t.prefill_seconds)},
          {"decode_tps", per_second(t.decode_steps, t.decode_seconds)},
          {"seed", seed}};
}

std::string early_end(const engine::Receipt& receipt) {
  if (receipt.finish == engine::Finish::context_full)
    return fmt::format(
        "the answer was cut: the context is full after {} tokens; give a larger --ctx or begin a "
        "new chat",
        receipt.timings.prompt_tokens + receipt.timings.generated_tokens);
  if (receipt.finish == engine::Finish::max_tokens)
    return fmt::format("the answer was cut after {} tokens (--max-tokens)",
                       receipt.timings.generated_tokens);
  return "";
}

std::string loaded_line(const engine::LoadedModel& loaded, const std::string& name) {
  uint64_t n_parameters = 0;
  for (const tensor::Tensor& t : loaded.model->file->tensors()) n_parameters += t.n_elements();
  return fmt::format("{}: {}, {} parameters, {} of weights, context {}, {} threads, {} backend",
                     name, loaded.model->hparams.architecture, human_count(n_parameters),
                     human_bytes(loaded.model->file->file_bytes()), loaded.context,
                     loaded.n_threads, loaded.engine->backend().name());
}

}  // namespace hob::cli
