// See checks.h.

#include "model/checks.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "base/edit_distance.h"
#include "tensor/quoted.h"

namespace hob::model {

namespace {

// Keys under "{architecture}." that are fine as long as they are absent or have a neutral value.
struct UnknownFeature {
  std::string_view key;
  std::array<double, 2> neutral;
  std::string_view what;
};
constexpr UnknownFeature kUnknownFeatures[] = {
    {"expert_count", {0, 0}, "a mixture of experts"},
    {"attention.causal", {1, 1}, "attention in both directions (an encoder)"},
    {"attention.clamp_kqv", {0, 0}, "clamped queries, keys and values"},
    {"attention.max_alibi_bias", {0, 0}, "ALiBi positions"},
    {"attention.shared_kv_layers", {0, 0}, "keys and values shared between layers"},
    {"attention.temperature_scale", {0, 0}, "queries scaled by position"},
    {"attention.q_lora_rank", {0, 0}, "latent attention"},
    {"attention.kv_lora_rank", {0, 0}, "latent attention"},
    {"nextn_predict_layers", {0, 0}, "layers that predict several tokens"},
    {"use_parallel_residual", {0, 0}, "attention and feed-forward side by side"},
    {"embedding_scale", {0, 1}, "scaled embeddings"},
    {"residual_scale", {0, 1}, "scaled residuals"},
    {"logit_scale", {0, 1}, "scaled logits"},
};

double scalar_of(const tensor::Value& value) {
  if (const auto* flag = std::get_if<bool>(&value.data)) return *flag ? 1 : 0;
  if (const auto* u = std::get_if<uint64_t>(&value.data)) return double(*u);
  if (const auto* i = std::get_if<int64_t>(&value.data)) return double(*i);
  if (const auto* d = std::get_if<double>(&value.data)) return *d;
  return -1;  // a string or an array: not neutral
}

std::string known_names() {
  std::vector<std::string_view> names;
  for (const Spec& spec : all_specs()) names.push_back(spec.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string nearest_names(std::string_view name) {
  std::vector<std::string_view> nearest;
  size_t best = 3;  // farther than two changes is another word
  for (const Spec& spec : all_specs()) {
    const size_t distance = edit_distance(name.substr(0, 64), spec.name);
    if (distance < best) nearest.clear(), best = distance;
    if (distance == best && best < 3) nearest.push_back(spec.name);
  }
  return fmt::format("{}", fmt::join(nearest, ", "));
}

// The layer that "blk.12.attn_q.weight" belongs to; -1 for other names.
int64_t layer_of(std::string_view name) {
  if (!name.starts_with("blk.")) return -1;
  int64_t layer = -1;
  std::from_chars(name.data() + 4, name.data() + name.size(), layer);
  return layer;
}

// Old converters stored rope tables, newer ones calibration scales; neither is a part of the sum.
bool is_harmless(std::string_view name) {
  return name.find(".attn_rot_embd") != name.npos || name.find(".rope_freqs") != name.npos ||
         name.ends_with(".input_scale");
}

}  // namespace

Result<const Spec*> find_architecture(const tensor::GgufFile& file) {
  auto name = file.metadata().string("general.architecture");
  if (!name) return fail("{}: {}", file.path(), name.error().message);
  if (!*name)
    return fail("{}: general.architecture is missing, so this is no model that can be run",
                file.path());
  auto type = file.metadata().string("general.type");
  if (type && *type && **type != "model")
    return fail("{}: this file is of the type {} and no model on its own", file.path(),
                tensor::quoted(**type));
  if (const Spec* spec = find_spec(**name)) return spec;
  const std::string nearest = nearest_names(**name);
  return fail("{}: the architecture {} is not known yet; {}: {}", file.path(),
              tensor::quoted(**name), nearest.empty() ? "hob knows" : "the nearest that hob knows",
              nearest.empty() ? known_names() : nearest);
}

Status check_supported(const tensor::GgufFile& file, const Hparams& h) {
  for (const UnknownFeature& feature : kUnknownFeatures) {
    const std::string key = fmt::format("{}.{}", h.architecture, feature.key);
    const tensor::Value* value = file.metadata().find(key);
    if (!value) continue;
    const double scalar = scalar_of(*value);
    if (scalar != feature.neutral[0] && scalar != feature.neutral[1])
      return fail("{}: {} asks for {}, which hob cannot run yet", file.path(), key, feature.what);
  }
  if (h.rope_scaling == "longrope" || file.find("rope_factors_long.weight") ||
      file.find("rope_factors_short.weight"))
    return fail("{}: the model stretches its context by longrope, which hob cannot run yet",
                file.path());
  return {};
}

Status check_vocabulary(const tensor::GgufFile& file, int64_t n_vocab) {
  auto kind = file.metadata().string("tokenizer.ggml.model");
  if (!kind) return fail("{}: {}", file.path(), kind.error().message);
  if (*kind && (**kind == "none" || **kind == "no_vocab")) return {};
  if (!file.metadata().has("tokenizer.ggml.tokens"))
    return fail("{}: tokenizer.ggml.tokens is missing, so the model has no vocabulary",
                file.path());
  for (std::string_view key :
       {"tokenizer.ggml.tokens", "tokenizer.ggml.token_type", "tokenizer.ggml.scores"}) {
    const tensor::Value* value = file.metadata().find(key);
    if (!value) continue;
    const auto* array = std::get_if<tensor::Array>(&value->data);
    if (!array) return fail("{}: {} is not an array", file.path(), key);
    if (array->count != uint64_t(n_vocab))
      return fail("{}: {} has {} entries, but the embedding has {} rows", file.path(), key,
                  array->count, n_vocab);
  }
  return {};
}

Status check_unused(const std::vector<std::string>& unused, int64_t n_layer,
                    const std::string& architecture) {
  for (const std::string& name : unused) {
    const int64_t layer = layer_of(name);
    if (layer < 0 || layer >= n_layer || is_harmless(name)) continue;
    return fail(
        "tensor {} has no place in what hob knows of {}, and a model run without it would "
        "give wrong answers",
        tensor::quoted(name), architecture);
  }
  return {};
}

}  // namespace hob::model
