// Gemma 2 and 3: scaled embeddings, GeGLU, sliding-window layers among full ones. The norms before
// each residual, and the norms of q and k, are in the tensors; +1 is baked into norm weights.
#pragma once

#include <cmath>

#include "model/spec.h"

namespace hob::model {

namespace gemma {

inline float sqrt_dim(const Hparams& h) {
  return std::sqrt(float(h.dim));
}

// The 27B models (told by their depth) scale queries by the width of a head as the residual stream
// would be split, all others by the head's own width.
template <int64_t kBigLayers>
float attn_scale(const Hparams& h) {
  return 1 / std::sqrt(float(h.n_layer == kBigLayers ? h.dim / h.n_head[0] : h.head_dim_k));
}

}  // namespace gemma

inline constexpr Spec kGemma2{
    .name = "gemma2",
    .activation = Activation::gelu_tanh,
    .embed_scale = gemma::sqrt_dim,
    .attn_scale = gemma::attn_scale<46>,
    .local = [](const Hparams&, int64_t layer) { return layer % 2 == 0; },
    .window = 4096,
    .attn_softcap = 50,
    .final_softcap = 30,
};

inline constexpr Spec kGemma3{
    .name = "gemma3",
    .activation = Activation::gelu_tanh,
    .embed_scale = gemma::sqrt_dim,
    .attn_scale = gemma::attn_scale<62>,
    .local = [](const Hparams&, int64_t layer) { return layer % 6 != 5; },
    .rope_base_local = [](const Hparams&) { return 10000.0; },
};

}  // namespace hob::model
