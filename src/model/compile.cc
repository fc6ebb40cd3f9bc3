// From a Spec and a file's tensors to a Program. What a layer consists of (norms of q and k,
// biases, norms before the residual, fused qkv, tied output) is read from which tensors exist.

#include <cmath>

#include "model/checks.h"
#include "model/model.h"
#include "model/rope.h"
#include "model/weights.h"

namespace hob::model {

namespace {

class Compiler {
 public:
  Compiler(const tensor::GgufFile& file, const Hparams& h, const Spec& spec, Program& program)
      : h_(h), spec_(spec), program_(program), weights_(file, program.weights) {}

  Status run();
  std::vector<std::string> unused() const { return weights_.unused(); }

 private:
  void embed();
  void attention();
  void feed_forward();
  void head();

  struct Heads {
    ValueId q, k, v;
  };
  Heads project_heads(ValueId x);
  ValueId attend(const Heads& heads);
  bool is_local() const;
  int32_t rope_config(bool local);

  // The value of that name and width; one for each pair, so layers share them.
  ValueId value(std::string_view name, int64_t width);
  void emit(Action action, ValueId out, ValueId in0 = kNone, ValueId in1 = kNone);
  ValueId norm(ValueId x, const std::string& weight, int64_t group, ValueId out);
  void norm_if_present(ValueId x, std::string_view tensor, int64_t group);
  ValueId project(ValueId x, std::string_view tensor, std::string_view name, int64_t n_out);
  ValueId select_rows(ValueId x);
  std::string in_layer(std::string_view tensor, std::string_view kind = "weight") const {
    return fmt::format("blk.{}.{}.{}", layer_, tensor, kind);
  }
  int64_t width(ValueId id) const { return program_.values[size_t(id)].width; }

  const Hparams& h_;
  const Spec& spec_;
  Program& program_;
  Weights weights_;
  int64_t layer_ = -1;          // -1: outside the layers
  bool rows_selected_ = false;  // from the last layer's attention on, only wanted rows go on
  ValueId x_ = kNone;           // the residual stream
  int32_t full_rope_ = kNone, local_rope_ = kNone;
};

ValueId Compiler::value(std::string_view name, int64_t width) {
  auto& values = program_.values;
  for (size_t i = 0; i < values.size(); ++i)
    if (values[i].name == name && values[i].width == width &&
        values[i].per_logit_row == rows_selected_)
      return ValueId(i);
  values.push_back({.name = std::string(name), .width = width, .per_logit_row = rows_selected_});
  return ValueId(values.size()) - 1;
}

void Compiler::emit(Action action, ValueId out, ValueId in0, ValueId in1) {
  program_.ops.push_back(
      {.action = action, .out = out, .in = {in0, in1}, .layer = int32_t(layer_)});
}

ValueId Compiler::norm(ValueId x, const std::string& weight, int64_t group, ValueId out) {
  emit(RmsNorm{weights_.vector(weight, group), h_.norm_eps, group}, out, x);
  return out;
}

void Compiler::norm_if_present(ValueId x, std::string_view tensor, int64_t group) {
  if (const std::string weight = in_layer(tensor); weights_.has(weight)) norm(x, weight, group, x);
}

// tensor · x (+ its bias) into the value `name`.
ValueId Compiler::project(ValueId x, std::string_view tensor, std::string_view name,
                          int64_t n_out) {
  const ValueId out = value(name, n_out);
  emit(MatMul{weights_.matrix(in_layer(tensor), width(x), n_out),
              weights_.optional_vector(in_layer(tensor, "bias"), n_out)},
       out, x);
  return out;
}

ValueId Compiler::select_rows(ValueId x) {
  const Value& from = program_.values[size_t(x)];
  const ValueId out = value(std::string(from.name), from.width);
  emit(SelectRows{}, out, x);
  return out;
}

void Compiler::embed() {
  x_ = value("x", h_.dim);
  emit(Embed{weights_.matrix("token_embd.weight", h_.dim, h_.n_vocab)}, x_);
  const float factor = spec_.embed_scale ? spec_.embed_scale(h_) : 1;
  if (factor != 1) emit(Scale{factor}, x_, x_);
}

Compiler::Heads Compiler::project_heads(ValueId x) {
  const auto l = size_t(layer_);
  const int64_t n_q = h_.n_head[l] * h_.head_dim_k, n_k = h_.n_head_kv[l] * h_.head_dim_k,
                n_v = h_.n_head_kv[l] * h_.head_dim_v;
  const std::string fused = in_layer("attn_qkv"), fused_bias = in_layer("attn_qkv", "bias");
  if (!weights_.has(fused))
    return {project(x, "attn_q", "q", n_q), project(x, "attn_k", "k", n_k),
            project(x, "attn_v", "v", n_v)};

  const int64_t n_all = n_q + n_k + n_v;
  const auto part = [&](std::string_view name, int64_t first, int64_t n) {
    const ValueId out = value(name, n);
    emit(MatMul{weights_.matrix_rows(fused, h_.dim, n_all, first, n),
                weights_.has(fused_bias) ? weights_.vector_part(fused_bias, n_all, first, n)
                                         : kNone},
         out, x);
    return out;
  };
  return {part("q", 0, n_q), part("k", n_q, n_k), part("v", n_q + n_k, n_v)};
}

bool Compiler::is_local() const {
  if (h_.window == 0 || !spec_.local) return false;
  return h_.local.empty() ? spec_.local(h_, layer_) : h_.local[size_t(layer_)] != 0;
}

int32_t Compiler::rope_config(bool local) {
  int32_t& config = local ? local_rope_ : full_rope_;
  if (config != kNone) return config;
  if (local) {
    const double from_spec = spec_.rope_base_local ? spec_.rope_base_local(h_) : h_.rope_base;
    const double base = h_.rope_base_local != 0 ? h_.rope_base_local : from_spec;
    program_.ropes.push_back(make_local_rope(h_, spec_.rope, base));
  } else {
    const std::vector<float> divisors = weights_.values("rope_freqs.weight", h_.n_rot / 2);
    for (float divisor : divisors)
      if (!(divisor > 0 && std::isfinite(divisor)))
        weights_.refuse(fail("rope_freqs.weight holds {}; it divides frequencies", divisor));
    program_.ropes.push_back(make_rope(h_, spec_.rope, divisors));
  }
  return config = int32_t(program_.ropes.size()) - 1;
}

ValueId Compiler::attend(const Heads& heads) {
  const auto l = size_t(layer_);
  const int64_t n_head = h_.n_head[l], n_head_kv = h_.n_head_kv[l];
  const bool local = is_local();
  const int32_t rope = rope_config(local);
  emit(Rope{rope, n_head, h_.head_dim_k}, heads.q, heads.q);
  emit(Rope{rope, n_head_kv, h_.head_dim_k}, heads.k, heads.k);

  const int64_t window = local ? h_.window : 0;
  const auto cache = int32_t(program_.caches.size());
  program_.caches.push_back({n_head_kv, h_.head_dim_k, h_.head_dim_v, window});
  emit(StoreKv{cache, n_head_kv, h_.head_dim_k, h_.head_dim_v}, kNone, heads.k, heads.v);

  float scale = h_.attn_scale;
  if (scale == 0)
    scale = spec_.attn_scale ? spec_.attn_scale(h_) : 1 / std::sqrt(float(h_.head_dim_k));
  const ValueId out = value("att", n_head * h_.head_dim_v);
  emit(Attend{.cache = cache,
              .n_head = n_head,
              .n_head_kv = n_head_kv,
              .head_dim_k = h_.head_dim_k,
              .head_dim_v = h_.head_dim_v,
              .scale = scale,
              .softcap = h_.attn_softcap,
              .window = window},
       out, heads.q);
  return out;
}

void Compiler::attention() {
  const ValueId normed = norm(x_, in_layer("attn_norm"), h_.dim, value("h", h_.dim));
  const Heads heads = project_heads(normed);
  norm_if_present(heads.q, "attn_q_norm", h_.head_dim_k);
  norm_if_present(heads.k, "attn_k_norm", h_.head_dim_k);
  ValueId att = attend(heads);
  if (layer_ == h_.n_layer - 1) {  // nothing later looks at the other tokens
    rows_selected_ = true;
    att = select_rows(att);
    x_ = select_rows(x_);
  }
  const ValueId out = project(att, "attn_output", "h", h_.dim);
  norm_if_present(out, "post_attention_norm", h_.dim);
  emit(Add{}, x_, x_, out);
}

void Compiler::feed_forward() {
  const int64_t n_ff = h_.n_ff[size_t(layer_)];
  const ValueId normed = norm(x_, in_layer("ffn_norm"), h_.dim, value("h", h_.dim));
  const ValueId gate = project(normed, "ffn_gate", "gate", n_ff);
  const ValueId up = project(normed, "ffn_up", "up", n_ff);
  emit(Glu{spec_.activation}, gate, gate, up);
  const ValueId out = project(gate, "ffn_down", "h", h_.dim);
  norm_if_present(out, "post_ffw_norm", h_.dim);
  emit(Add{}, x_, x_, out);
}

void Compiler::head() {
  const ValueId normed = norm(x_, "output_norm.weight", h_.dim, value("h", h_.dim));
  const bool tied = !weights_.has("output.weight");
  program_.logits = value("logits", h_.n_vocab);
  emit(MatMul{weights_.matrix(tied ? "token_embd.weight" : "output.weight", h_.dim, h_.n_vocab),
              weights_.optional_vector("output.bias", h_.n_vocab)},
       program_.logits, normed);
  if (h_.final_softcap != 0) emit(Softcap{h_.final_softcap}, program_.logits, program_.logits);
}

Status Compiler::run() {
  program_.n_vocab = h_.n_vocab;
  program_.n_context = h_.n_context;
  embed();
  for (layer_ = 0; layer_ < h_.n_layer && weights_.status(); ++layer_) {
    attention();
    feed_forward();
  }
  layer_ = -1;
  head();
  return weights_.status();
}

}  // namespace

Result<Model> compile(std::shared_ptr<const tensor::GgufFile> file) {
  auto spec = find_architecture(*file);
  if (!spec) return spec.error();
  auto hparams = read_hparams(*file);
  if (!hparams) return hparams.error();
  if (Status supported = check_supported(*file, *hparams); !supported) return supported.error();
  if (Status fits = check_vocabulary(*file, hparams->n_vocab); !fits) return fits.error();

  Model model{
      .file = file, .hparams = *std::move(hparams), .spec = *spec, .program = {}, .ignored = {}};
  Compiler compiler(*file, model.hparams, **spec, model.program);
  Status done = compiler.run();
  model.ignored = compiler.unused();
  if (done) done = check_unused(model.ignored, model.hparams.n_layer, model.hparams.architecture);
  if (!done) return fail("{}: {}", file->path(), done.error().message);
  return model;
}

}  // namespace hob::model
