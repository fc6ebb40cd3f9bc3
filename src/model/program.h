// A Program is a model compiled to a flat list of ops over values, built once at load. It describes
// and does not execute: backend/reference defines what every op means, other backends must agree
// with it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "tensor/tensor.h"

namespace hob::model {

using ValueId = int32_t;   // index into Program::values
using WeightId = int32_t;  // index into Program::weights
inline constexpr int32_t kNone = -1;

// A value is a matrix of floats, [tokens, width]; after SelectRows, [logit rows, width].
struct Value {
  std::string name;  // for people: "blk.3.q"
  int64_t width;
};

// --- what an op does; in[] are its inputs, out its output ---
struct Embed {
  WeightId table;
};                // out[t] = table row of token t
struct RmsNorm {  // each run of `group` values: x / sqrt(mean(x²) + eps) * weight
  WeightId weight;
  float eps;
  int64_t group;  // weight [group]
};
struct MatMul {
  WeightId weight;
  WeightId bias;
};  // out = weight · in[0] (+ bias); weight [out, in]; bias F32 or kNone
struct Rope {
  int32_t config;
  int64_t n_head, head_dim;
};  // rotates in[0], [n_head, head_dim], by the token's position
struct StoreKv {
  int32_t cache;
  int64_t n_head_kv, head_dim_k, head_dim_v;
};               // in[0] keys, in[1] values, at the token's position; no out
struct Attend {  // in[0] queries [n_head, head_dim_k] -> out [n_head, head_dim_v]
  int32_t cache;
  int64_t n_head, n_head_kv, head_dim_k, head_dim_v;
  float scale;     // score = scale * q·k
  float softcap;   // 0: none; else score = softcap * tanh(score / softcap)
  int64_t window;  // 0: all; else only keys with position > own position - window
};
enum class Activation : uint8_t { silu, gelu_tanh };
struct Glu {
  Activation activation;
};              // out = activation(in[0]) * in[1]
struct Add {};  // out = in[0] + in[1]
struct Scale {
  float factor;
};  // out = in[0] * factor
struct Softcap {
  float cap;
};                     // out = cap * tanh(in[0] / cap)
struct SelectRows {};  // out = the rows of in[0] whose logits are wanted

using Action = std::variant<Embed, RmsNorm, MatMul, Rope, StoreKv, Attend, Glu, Add, Scale, Softcap,
                            SelectRows>;

struct Op {
  Action action;
  ValueId out =
      kNone;  // may equal an input where the op works in place (rope, add, scale, glu, norm)
  std::array<ValueId, 2> in{kNone, kNone};
  int32_t layer = -1;  // -1: outside the layers
};
std::string_view name(const Action& action);

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
  std::vector<tensor::Tensor> weights;  // views into the model file
  std::vector<RopeConfig> ropes;
  std::vector<CacheSpec> caches;
  ValueId logits = kNone;
  int64_t n_vocab = 0;
  int64_t n_context = 0;  // what the model was trained for
};

}  // namespace hob::model
