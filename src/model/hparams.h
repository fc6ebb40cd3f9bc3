// The sizes and constants of a model, read from GGUF metadata under "{architecture}.*" and checked
// for sense.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "tensor/gguf.h"

namespace hob::model {

struct Hparams {
  std::string architecture;
  int64_t n_layer, dim, n_vocab, n_context;
  std::vector<int64_t> n_head, n_head_kv, n_ff;  // [n_layer]
  int64_t head_dim_k, head_dim_v;
  float norm_eps;
  int64_t n_rot;
  double rope_base;
  double rope_base_local;    // layers with a sliding window
  std::string rope_scaling;  // "none", "linear", "yarn", "longrope"
  double rope_factor;        // positions are divided by it where linear or yarn
  int64_t rope_original_context;
  double yarn_beta_fast, yarn_beta_slow, rope_attn_factor;
  int64_t window;                     // 0: no sliding window
  float attn_softcap, final_softcap;  // 0: none
  float attn_scale;                   // 0: 1/sqrt(head_dim_k)
};

// Errors name the key and what is wrong with it ("llama.attention.head_count is 0").
Result<Hparams> read_hparams(const tensor::GgufFile& file);

}  // namespace hob::model
