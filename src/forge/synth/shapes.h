// The sizes of known models, for files with random weights. "tiny" has rows of 256 so that every
// format fits; "narrow" has rows that no 256-block fits, as small real models do.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace hob::forge {

struct Shape {
  std::string_view architecture, size;
  int64_t n_layer = 0, dim = 0, n_ff = 0, n_head = 0, n_head_kv = 0, head_dim = 0;
  int64_t n_vocab = 0, n_context = 0;
  bool tied = true;  // no output.weight
  double rope_base = 10000;
  double norm_eps = 1e-6;
  double rope_divisor = 0;  // Llama 3.x: rope_freqs.weight grows up to it; 0: no such tensor
  double rope_linear = 0;   // rope.scaling.factor of the type linear; 0: none
  int64_t window = 0;
};

std::span<const Shape> synth_shapes();

// What an architecture has beside the tensors of all of them.
struct Parts {
  bool qkv_bias = false, head_norms = false, post_norms = false;
};
Parts parts_of(std::string_view architecture);

// Llama 3.1's divisors of rope frequencies, [head_dim / 2]: 1 for waves shorter than the original
// context of 8192 tokens, growing to shape.rope_divisor for longer ones.
std::vector<float> rope_divisors(const Shape& shape);

}  // namespace hob::forge
