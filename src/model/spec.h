// Spec: an architecture as data. It holds only what the GGUF file does not say; sizes come from
// metadata, and q/k norms, biases, post-norms, tied output from which tensors exist. Adding an
// architecture: see HACKING.md.
#pragma once

#include <span>
#include <string_view>

#include "model/hparams.h"
#include "model/program.h"

namespace hob::model {

struct Spec {
  std::string_view name;  // general.architecture
  RopePairing rope = RopePairing::halves;
  Activation activation = Activation::silu;
  // A nullptr means: 1; 1/sqrt(head_dim_k); no layer has the sliding window; rope_base. What the
  // file itself says about scale, window pattern and local rope base comes first.
  float (*embed_scale)(const Hparams&) = nullptr;
  float (*attn_scale)(const Hparams&) = nullptr;
  bool (*local)(const Hparams&, int64_t layer) = nullptr;
  double (*rope_base_local)(const Hparams&) = nullptr;
  // Where the file is silent.
  int64_t window = 0;
  float attn_softcap = 0, final_softcap = 0;
};

std::span<const Spec> all_specs();
const Spec* find_spec(std::string_view architecture);  // nullptr when not known

}  // namespace hob::model
