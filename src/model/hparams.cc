// Reads hyper-parameters, each with the range in which it makes sense. Keys as in the GGUF
// specification.

#include "model/hparams.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/spec.h"
#include "tensor/quoted.h"

namespace hob::model {

namespace {

// Far above any real model, and small enough that no product of two of them overflows.
constexpr int64_t kMaxLayers = 512, kMaxHeads = 1 << 16, kMaxWidth = 1 << 24,
                  kMaxContext = int64_t{1} << 31, kMaxHeadDim = 1 << 16;

// Reads "{architecture}.key"s. The first error sticks and later reads return their fallback, so
// that the reading code needs no branches.
class Keys {
 public:
  Keys(const tensor::Metadata& metadata, std::string architecture)
      : metadata_(metadata), architecture_(std::move(architecture)) {}

  const Status& status() const { return status_; }
  bool has(std::string_view key) const { return metadata_.has(full(key)); }
  void refuse(Error error) {
    if (status_) status_ = std::move(error);
  }

  int64_t integer(std::string_view key, int64_t fallback, int64_t min, int64_t max) {
    auto value = metadata_.unsigned_integer(full(key));
    if (!value) return refuse(value.error()), fallback;
    if (!*value) return fallback;
    if (**value < uint64_t(min) || **value > uint64_t(max)) {
      refuse(fail("{} is {}; it must lie between {} and {}", full(key), **value, min, max));
      return fallback;
    }
    return int64_t(**value);
  }

  int64_t required(std::string_view key, int64_t min, int64_t max) {
    if (!has(key)) refuse(fail("{} is missing, and the model cannot be run without it", full(key)));
    return integer(key, min, min, max);
  }

  // Finite and in (above, at_most].
  double number(std::string_view key, double fallback, double above, double at_most) {
    auto value = metadata_.number(full(key));
    if (!value) return refuse(value.error()), fallback;
    if (!*value) return fallback;
    if (!(**value > above && **value <= at_most)) {  // false for NaN too
      refuse(
          fail("{} is {}; it must be above {} and at most {}", full(key), **value, above, at_most));
      return fallback;
    }
    return **value;
  }

  // One value for each layer; a scalar stands for all.
  std::vector<int64_t> per_layer(std::string_view key, int64_t n_layer, int64_t max) {
    auto values = metadata_.numbers(full(key), uint64_t(n_layer));
    std::vector<int64_t> result;
    if (!values) return refuse(values.error()), result;
    if (!*values) return result;
    if (int64_t((*values)->size()) != n_layer) {
      refuse(fail("{} has {} values for {} layers", full(key), (*values)->size(), n_layer));
      return result;
    }
    for (double value : **values) {
      if (!(value >= 1 && value <= double(max)) || value != std::floor(value)) {
        refuse(fail("{} is {} in layer {}; it must lie between 1 and {}", full(key), value,
                    result.size(), max));
        return {};
      }
      result.push_back(int64_t(value));
    }
    return result;
  }

  std::string string(std::string_view key, std::string_view fallback) {
    auto value = metadata_.string(full(key));
    if (!value) refuse(value.error());
    return std::string(value && *value ? **value : fallback);
  }

  std::string full(std::string_view key) const { return fmt::format("{}.{}", architecture_, key); }
  const tensor::Metadata& metadata() const { return metadata_; }

 private:
  const tensor::Metadata& metadata_;
  std::string architecture_;
  Status status_;
};

void read_heads(Keys& keys, Hparams& h) {
  h.n_head = keys.per_layer("attention.head_count", h.n_layer, kMaxHeads);
  if (h.n_head.empty()) {
    keys.refuse(fail("{} is missing, and the model cannot be run without it",
                     keys.full("attention.head_count")));
    return;
  }
  h.n_head_kv = keys.per_layer("attention.head_count_kv", h.n_layer, kMaxHeads);
  if (h.n_head_kv.empty()) h.n_head_kv = h.n_head;
  for (int64_t i = 0; i < h.n_layer; ++i)
    if (h.n_head[i] % h.n_head_kv[i] != 0)
      return keys.refuse(fail("{} ({}) is not a multiple of {} ({}) in layer {}",
                              keys.full("attention.head_count"), h.n_head[i],
                              keys.full("attention.head_count_kv"), h.n_head_kv[i], i));

  if (!keys.has("attention.key_length") && h.dim % h.n_head[0] != 0)
    return keys.refuse(fail("{} ({}) is not a multiple of {} ({}), and {} is not given",
                            keys.full("embedding_length"), h.dim, keys.full("attention.head_count"),
                            h.n_head[0], keys.full("attention.key_length")));
  const int64_t even_share = std::min(h.dim / h.n_head[0], kMaxHeadDim);
  h.head_dim_k = keys.integer("attention.key_length", even_share, 1, kMaxHeadDim);
  h.head_dim_v = keys.integer("attention.value_length", even_share, 1, kMaxHeadDim);
}

void read_rope(Keys& keys, Hparams& h) {
  h.n_rot = keys.integer("rope.dimension_count", h.head_dim_k, 2, kMaxHeadDim);
  if (h.n_rot > h.head_dim_k)
    keys.refuse(fail("{} is {}, but a head has {} values only", keys.full("rope.dimension_count"),
                     h.n_rot, h.head_dim_k));
  if (h.n_rot % 2 != 0)
    keys.refuse(fail("{} is {}; it must be even, because dimensions rotate in pairs",
                     keys.full("rope.dimension_count"), h.n_rot));
  h.rope_base = keys.number("rope.freq_base", 10000, 1, 1e15);
  h.rope_base_local = keys.number("rope.freq_base_swa", 0, 1, 1e15);

  h.rope_factor = keys.number("rope.scale_linear", 1, 0, 1e6);  // the name of the first files
  h.rope_factor = keys.number("rope.scaling.factor", h.rope_factor, 0, 1e6);
  h.rope_scaling = keys.string("rope.scaling.type", h.rope_factor == 1 ? "none" : "linear");
  if (h.rope_scaling != "none" && h.rope_scaling != "linear" && h.rope_scaling != "yarn" &&
      h.rope_scaling != "longrope")
    keys.refuse(
        fail("{} is not one of none, linear, yarn, longrope", keys.full("rope.scaling.type")));
  h.rope_original_context =
      keys.integer("rope.scaling.original_context_length", h.n_context, 1, kMaxContext);
  h.rope_attn_factor = keys.number("rope.scaling.attn_factor", 1, 0, 1e6) *
                       keys.number("rope.scaling.yarn_attn_factor", 1, 0, 1e6);
  h.yarn_beta_fast = keys.number("rope.scaling.yarn_beta_fast", 32, 0, 1e6);
  h.yarn_beta_slow = keys.number("rope.scaling.yarn_beta_slow", 1, 0, 1e6);
  h.yarn_ext_factor = keys.number("rope.scaling.yarn_ext_factor", 1, 0, 1e6);
  h.yarn_log_multiplier = keys.number("rope.scaling.yarn_log_multiplier", 0, 0, 1e6);
}

// A period n (the last of each n layers is full) or one flag for each layer.
void read_window_pattern(Keys& keys, Hparams& h) {
  constexpr std::string_view kKey = "attention.sliding_window_pattern";
  const tensor::Value* pattern = keys.metadata().find(keys.full(kKey));
  if (!pattern) return;
  if (const auto* flags = std::get_if<tensor::Array>(&pattern->data)) {
    if (flags->element == tensor::ValueType::string || int64_t(flags->count) != h.n_layer)
      return keys.refuse(fail("{} needs one flag for each of the {} layers, and has {} values",
                              keys.full(kKey), h.n_layer, flags->count));
    for (double flag : flags->numbers()) h.local.push_back(flag != 0);
    return;
  }
  const int64_t period = keys.integer(kKey, 1, 1, kMaxLayers);
  for (int64_t i = 0; i < h.n_layer; ++i) h.local.push_back(i % period < period - 1);
}

void read_attention(Keys& keys, Hparams& h) {
  const Spec* spec = find_spec(h.architecture);
  const double tiny_below = -std::numeric_limits<double>::min();  // so that 0 itself is accepted
  h.window = keys.integer("attention.sliding_window", spec ? spec->window : 0, 0, kMaxContext);
  read_window_pattern(keys, h);
  h.attn_softcap =
      float(keys.number("attn_logit_softcapping", spec ? spec->attn_softcap : 0, tiny_below, 1e6));
  h.final_softcap = float(
      keys.number("final_logit_softcapping", spec ? spec->final_softcap : 0, tiny_below, 1e6));
  h.attn_scale = float(keys.number("attention.scale", 0, tiny_below, 1e6));
}

// The embedding table decides; a file without one (a vocabulary alone) is asked for its tokens.
int64_t read_n_vocab(Keys& keys, const tensor::GgufFile& file) {
  if (const tensor::Tensor* table = file.find("token_embd.weight")) {
    if (table->shape[1] > uint64_t(kMaxWidth))
      keys.refuse(fail("token_embd.weight has {} rows; at most {} tokens are supported",
                       table->shape[1], kMaxWidth));
    return int64_t(std::min<uint64_t>(table->shape[1], kMaxWidth));
  }
  if (const tensor::Value* tokens = file.metadata().find("tokenizer.ggml.tokens"))
    if (const auto* array = std::get_if<tensor::Array>(&tokens->data))
      return int64_t(std::min<uint64_t>(array->count, kMaxWidth));
  return keys.required("vocab_size", 1, kMaxWidth);
}

// Names go into keys and messages as they are.
bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

}  // namespace

Result<Hparams> read_hparams(const tensor::GgufFile& file) {
  auto architecture = file.metadata().string("general.architecture");
  if (!architecture) return fail("{}: {}", file.path(), architecture.error().message);
  if (!*architecture)
    return fail("{}: general.architecture is missing, so this is no model that can be run",
                file.path());

  if (!is_plain_name(**architecture))
    return fail("{}: general.architecture is {}, which is no name of an architecture", file.path(),
                tensor::quoted(**architecture));

  Hparams h;
  h.architecture = **architecture;
  Keys keys(file.metadata(), h.architecture);
  h.n_layer = keys.required("block_count", 1, kMaxLayers);
  h.dim = keys.required("embedding_length", 1, kMaxWidth);
  h.n_context = keys.required("context_length", 1, kMaxContext);
  h.n_vocab = read_n_vocab(keys, file);
  h.n_ff = keys.per_layer("feed_forward_length", h.n_layer, kMaxWidth);
  if (h.n_ff.empty())
    keys.refuse(fail("{} is missing, and the model cannot be run without it",
                     keys.full("feed_forward_length")));
  if (!keys.has("attention.layer_norm_rms_epsilon"))
    keys.refuse(fail("{} is missing, and the model cannot be run without it",
                     keys.full("attention.layer_norm_rms_epsilon")));
  h.norm_eps = float(keys.number("attention.layer_norm_rms_epsilon", 1e-5, 0, 1));
  if (keys.status()) read_heads(keys, h);
  if (keys.status()) read_rope(keys, h);
  if (keys.status()) read_attention(keys, h);
  if (!keys.status()) return fail("{}: {}", file.path(), keys.status().error().message);
  return h;
}

}  // namespace hob::model
