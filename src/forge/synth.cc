// Puts the pieces of forge/synth/ together: shape and mix decide the tensors, a seed their values.

#include "forge/synth.h"

#include <algorithm>
#include <cmath>

#include "forge/synth/mixes.h"
#include "forge/synth/random.h"
#include "forge/synth/rows.h"
#include "forge/synth/shapes.h"
#include "forge/synth/vocabulary.h"
#include "tensor/gguf_writer.h"

namespace hob::forge {

namespace {

// How large the parts of a model are, so that its text, though noise, is that of a working model. A
// token's own embedding is kEmbeddingShare of what the layers add, and the output's rows are those
// of the embedding: so most tokens are followed by a clear favourite, as in real text, while every
// layer is felt in the other logits. (With independent output rows the two best of 512 logits
// nearly tie at each tenth position, and the 8-bit activations of any program decide.)
constexpr float kEmbeddingShare = 0.6f;
constexpr float kLayerRms = 0.6f;  // what one layer adds, where nothing follows its projections
constexpr float kLogitDeviation = 1.0f;

// Root mean square of what all layers add to the residual stream.
float layers_rms(const Shape& shape, const Parts& parts) {
  const float n = static_cast<float>(shape.n_layer);
  return parts.post_norms ? std::sqrt(2 * n) : kLayerRms * std::sqrt(n);
}

struct PlannedTensor {
  std::string name;
  tensor::Format format = tensor::Format::f32;
  int64_t row_length = 0, n_rows = 1;
  bool is_matrix = true;  // else one dimension
  float mean = 0, deviation = 0;
  std::string_view like = {};      // the tensor whose random values it shares
  std::vector<float> values = {};  // instead of random ones
};

class Planner {
 public:
  Planner(const Shape& shape, const Mix& mix) : shape_(shape), mix_(mix) {}

  std::vector<PlannedTensor> plan() {
    const Parts parts = parts_of(shape_.architecture);
    const float width = std::sqrt(float(shape_.dim));
    const float embedding =
        kEmbeddingShare * layers_rms(shape_, parts) / (parts.post_norms ? width : 1);
    matrix("token_embd", shape_.dim, shape_.n_vocab, Role::embedding, shape_.tied, embedding);
    if (shape_.rope_divisor != 0) {
      plan_.push_back({.name = "rope_freqs.weight",
                       .row_length = shape_.head_dim / 2,
                       .is_matrix = false,
                       .values = rope_divisors(shape_)});
    }
    for (layer_ = 0; layer_ < shape_.n_layer; ++layer_) layer(parts);
    layer_ = -1;
    norm("output_norm", shape_.dim, kLogitDeviation / (embedding * width));
    if (!shape_.tied) {
      matrix("output", shape_.dim, shape_.n_vocab, Role::output, true, embedding);
      plan_.back().like = plan_.front().name;
    }
    return std::move(plan_);
  }

 private:
  void layer(const Parts& parts) {
    const int64_t dim = shape_.dim, n_q = shape_.n_head * shape_.head_dim,
                  n_kv = shape_.n_head_kv * shape_.head_dim;
    norm("attn_norm", dim);
    linear("attn_q", dim, n_q);
    linear("attn_k", dim, n_kv);
    linear("attn_v", dim, n_kv, Role::attn_v);
    if (parts.qkv_bias) {
      bias("attn_q", n_q);
      bias("attn_k", n_kv);
      bias("attn_v", n_kv);
    }
    if (parts.head_norms) {
      norm("attn_q_norm", shape_.head_dim);
      norm("attn_k_norm", shape_.head_dim);
    }
    linear("attn_output", n_q, dim, Role::attn_output);
    if (parts.post_norms) norm("post_attention_norm", dim);
    norm("ffn_norm", dim);
    linear("ffn_gate", dim, shape_.n_ff);
    linear("ffn_up", dim, shape_.n_ff);
    linear("ffn_down", shape_.n_ff, dim, Role::ffn_down);
    if (parts.post_norms) norm("post_ffw_norm", dim);
  }

  std::string full(std::string_view name, std::string_view kind) const {
    return layer_ < 0 ? fmt::format("{}.{}", name, kind)
                      : fmt::format("blk.{}.{}.{}", layer_, name, kind);
  }
  void matrix(std::string_view name, int64_t n_in, int64_t n_out, Role role, bool is_head,
              float deviation) {
    const Place place{.role = role,
                      .layer = layer_,
                      .n_layer = shape_.n_layer,
                      .group = shape_.n_head / shape_.n_head_kv,
                      .row_length = n_in,
                      .is_head = is_head};
    plan_.push_back({.name = full(name, "weight"),
                     .format = format_of(mix_, place),
                     .row_length = n_in,
                     .n_rows = n_out,
                     .deviation = deviation});
  }
  // Keeps the size of what goes through.
  void linear(std::string_view name, int64_t n_in, int64_t n_out, Role role = Role::other) {
    matrix(name, n_in, n_out, role, false, 1 / std::sqrt(float(n_in)));
  }
  void norm(std::string_view name, int64_t n, float mean = 1) {
    plan_.push_back({.name = full(name, "weight"),
                     .row_length = n,
                     .is_matrix = false,
                     .mean = mean,
                     .deviation = 0.05f * mean});
  }
  void bias(std::string_view name, int64_t n) {
    plan_.push_back(
        {.name = full(name, "bias"), .row_length = n, .is_matrix = false, .deviation = 0.1f});
  }

  const Shape& shape_;
  const Mix& mix_;
  int64_t layer_ = -1;
  std::vector<PlannedTensor> plan_;
};

void add_hparams(const Shape& s, tensor::GgufWriter& writer) {
  const auto key = [&](std::string_view name) {
    return fmt::format("{}.{}", s.architecture, name);
  };
  writer.add(key("block_count"), uint32_t(s.n_layer));
  writer.add(key("context_length"), uint32_t(s.n_context));
  writer.add(key("embedding_length"), uint32_t(s.dim));
  writer.add(key("feed_forward_length"), uint32_t(s.n_ff));
  writer.add(key("vocab_size"), uint32_t(s.n_vocab));
  writer.add(key("attention.head_count"), uint32_t(s.n_head));
  writer.add(key("attention.head_count_kv"), uint32_t(s.n_head_kv));
  writer.add(key("attention.key_length"), uint32_t(s.head_dim));
  writer.add(key("attention.value_length"), uint32_t(s.head_dim));
  writer.add(key("attention.layer_norm_rms_epsilon"), float(s.norm_eps));
  writer.add(key("rope.dimension_count"), uint32_t(s.head_dim));
  writer.add(key("rope.freq_base"), float(s.rope_base));
  if (s.rope_linear != 0) {
    writer.add(key("rope.scaling.type"), "linear");
    writer.add(key("rope.scaling.factor"), float(s.rope_linear));
  }
  if (s.window != 0) writer.add(key("attention.sliding_window"), uint32_t(s.window));
  if (s.architecture == "gemma2") {
    writer.add(key("attn_logit_softcapping"), 50.0f);
    writer.add(key("final_logit_softcapping"), 30.0f);
  }
}

const Shape* find_shape(std::string_view architecture, std::string_view size) {
  for (const Shape& shape : synth_shapes())
    if (shape.architecture == architecture && shape.size == size) return &shape;
  return nullptr;
}

Status write_tensor(const PlannedTensor& t, uint64_t seed, RandomRows& rows,
                    tensor::GgufWriter& writer) {
  Random random(seed, t.like.empty() ? std::string_view(t.name) : t.like);
  if (t.is_matrix)
    return rows.emit(t.format, t.row_length, t.n_rows, t.deviation, random,
                     [&](std::span<const std::byte> bytes) { return writer.append(bytes); });
  std::vector<float> values = t.values;
  while (int64_t(values.size()) < t.row_length)
    values.push_back(t.mean + t.deviation * random.normal());
  return writer.append(std::as_bytes(std::span(values)));
}

}  // namespace

Result<SynthSpec> parse_synth_spec(std::string_view text) {
  std::vector<std::string> parts(1);
  for (char c : text) {
    if (c == ':')
      parts.emplace_back();
    else
      parts.back() += c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
  }
  SynthSpec spec{.architecture = parts[0], .size = "tiny", .mix = "q4_k_m"};
  const bool one_more_is_mix = parts.size() == 2 && find_mix(parts[1]);
  if (parts.size() > 1) (one_more_is_mix ? spec.mix : spec.size) = parts[1];
  if (parts.size() > 2) spec.mix = parts[2];
  if (parts.size() > 3 || !find_shape(spec.architecture, spec.size))
    return fail("'{}' is no known shape; known are {}", text,
                fmt::join(known_synth_shapes(), ", "));
  if (!find_mix(spec.mix)) {
    std::vector<std::string_view> names;
    for (const Mix& mix : mixes()) names.push_back(mix.name);
    return fail("'{}' in '{}' is no known format; known are {}", spec.mix, text,
                fmt::join(names, ", "));
  }
  return spec;
}

std::vector<std::string> known_synth_shapes() {
  std::vector<std::string> names;
  for (const Shape& shape : synth_shapes())
    names.push_back(fmt::format("{}:{}", shape.architecture, shape.size));
  return names;
}

Status write_synth(const SynthSpec& spec, uint64_t seed, const std::string& path) {
  const Shape* shape = find_shape(spec.architecture, spec.size);
  const Mix* mix = find_mix(spec.mix);
  if (!shape || !mix)
    return fail("{}:{}:{} is no known shape and format", spec.architecture, spec.size, spec.mix);

  tensor::GgufWriter writer;
  writer.add("general.architecture", spec.architecture);
  writer.add("general.name", fmt::format("synth {} {}", spec.architecture, spec.size));
  writer.add("general.file_type", mix->file_type);
  writer.add("general.quantization_version", uint32_t{2});
  add_hparams(*shape, writer);
  add_vocabulary(shape->architecture, shape->n_vocab, writer);
  const std::vector<PlannedTensor> tensors = Planner(*shape, *mix).plan();
  for (const PlannedTensor& t : tensors) {
    std::vector<uint64_t> sizes{uint64_t(t.row_length)};
    if (t.is_matrix) sizes.push_back(uint64_t(t.n_rows));
    writer.add_tensor(t.name, t.format, sizes);
  }
  if (Status opened = writer.open(path); !opened) return opened;
  RandomRows rows(seed);
  for (const PlannedTensor& t : tensors)
    if (Status written = write_tensor(t, seed, rows, writer); !written) return written;
  return writer.close();
}

}  // namespace hob::forge
