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
  int64_t n_layer = 0, dim = 0, n_vocab = 0, n_context = 0;
  std::vector<int64_t> n_head, n_head_kv, n_ff;  // [n_layer]
  int64_t head_dim_k = 0, head_dim_v = 0;
  float norm_eps = 0;

  int64_t n_rot = 0;  // dims of a head that rotate; even
  double rope_base = 10000;
  double rope_base_local = 0;         // layers with the sliding window; 0: the file does not say
  std::string rope_scaling = "none";  // "none", "linear", "yarn", "longrope"
  double rope_factor = 1;             // positions are divided by it where linear or yarn
  int64_t rope_original_context = 0;
  double rope_attn_factor = 1;  // on cos and sin
  double yarn_beta_fast = 32, yarn_beta_slow = 1, yarn_ext_factor = 1;
  double yarn_log_multiplier = 0;  // 0: the file does not say

  int64_t window = 0;                         // 0: no sliding window
  std::vector<uint8_t> local;                 // [n_layer] 1: has the window; empty: not in the file
  float attn_softcap = 0, final_softcap = 0;  // 0: none
  float attn_scale = 0;                       // 0: the file does not say
};

// Errors name the key and what is wrong with it ("llama.attention.head_count is 0"). Looks at the
// file's size limits only: memory stays small whatever the file says.
Result<Hparams> read_hparams(const tensor::GgufFile& file);

}  // namespace hob::model
