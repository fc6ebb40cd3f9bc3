// A Program is a model compiled to a flat list of ops over values, built once at load. It describes
// and does not execute: backend/reference defines what every op means, other backends must agree
// with it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tensor/tensor.h"

namespace hob::model {

using ValueId = int32_t;   // index into Program::values
using WeightId = int32_t;  // index into Program::weights
inline constexpr int32_t kNone = -1;

// A value is a matrix of floats, one row per token of the batch or one per wanted logits row. Ids
// are reused from layer to layer ("q" of every layer is one id), so a backend keeps one buffer for
// each id and little memory.
struct Value {
  std::string name;  // for people: "q"
  int64_t width;
  bool per_logit_row = false;  // rows = Batch::logit_rows: what follows SelectRows
};

// --- what an op does; in[] are its inputs, out its output ---
// Norm weights and biases are F32; all other weights have any format that hob computes with.

// out[t] = row of `table` [n_vocab, width] for token t.
struct Embed {
  WeightId table;
};
// Each run of `group` values: x / sqrt(mean(x²) + eps) * weight[group]. `group` divides the width.
struct RmsNorm {
  WeightId weight;
  float eps;
  int64_t group;
};
// out = weight · in[0] (+ bias). weight [out width, in width]; bias [out width], or kNone.
struct MatMul {
  WeightId weight;
  WeightId bias = kNone;
};
// Rotates in[0], [n_head, head_dim], by the token's position.
struct Rope {
  int32_t config;  // index into Program::ropes
  int64_t n_head, head_dim;
};
// Stores in[0], keys [n_head_kv, head_dim_k], and in[1], values [n_head_kv, head_dim_v], at the
// token's position, rounded to float16. No out.
struct StoreKv {
  int32_t cache;  // index into Program::caches
  int64_t n_head_kv, head_dim_k, head_dim_v;
};
// in[0] queries [n_head, head_dim_k] -> out [n_head, head_dim_v]; query head h reads KV head
// h / (n_head / n_head_kv). Softmax over the keys at positions <= the token's own.
struct Attend {
  int32_t cache;  // index into Program::caches
  int64_t n_head, n_head_kv, head_dim_k, head_dim_v;
  float scale;     // score = scale * q·k
  float softcap;   // 0: none; else score = softcap * tanh(score / softcap)
  int64_t window;  // 0: all; else only keys with position > own position - window
};
enum class Activation : uint8_t { silu, gelu_tanh };
// out = activation(in[0]) * in[1]
struct Glu {
  Activation activation;
};
// out = in[0] + in[1]
struct Add {};
// out = in[0] * factor
struct Scale {
  float factor;
};
// out = cap * tanh(in[0] / cap)
struct Softcap {
  float cap;
};
// out = the rows of in[0] whose logits are wanted; in[0] is per token, out per_logit_row.
struct SelectRows {};

using Action = std::variant<Embed, RmsNorm, MatMul, Rope, StoreKv, Attend, Glu, Add, Scale, Softcap,
                            SelectRows>;

struct Op {
  Action action;
  // May equal an input where the op works in place: rope, add, scale, softcap, glu, norm.
  ValueId out = kNone;
  std::array<ValueId, 2> in{kNone, kNone};
  int32_t layer = -1;  // -1: outside the layers
};
std::string_view name(const Action& action);  // "matmul"

enum class RopePairing : uint8_t { adjacent, halves };  // (2i, 2i+1), or (i, i + n_rot/2)
struct RopeConfig {
  RopePairing pairing;
  int64_t n_rot;                  // only the first n_rot dims of a head rotate
  std::vector<double> frequency;  // [n_rot / 2] angle per position, with all scalings applied
  float magnitude = 1;            // cos and sin are multiplied by it
};

// What a layer keeps per token. One entry for each layer with attention; StoreKv/Attend name it by
// index.
struct CacheSpec {
  int64_t n_head_kv, head_dim_k, head_dim_v;
  int64_t window;  // 0: every earlier token may be read
};

struct Program {
  std::vector<Op> ops;
  std::vector<Value> values;
  // Views into the model file; fused tensors appear as several views. Each view is of whole rows.
  std::vector<tensor::Tensor> weights;
  std::vector<RopeConfig> ropes;
  std::vector<CacheSpec> caches;
  ValueId logits = kNone;  // width n_vocab, per_logit_row
  int64_t n_vocab = 0;
  int64_t n_context = 0;  // what the model was trained for
};

}  // namespace hob::model
