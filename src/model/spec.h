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
  float (*embed_scale)(const Hparams&) = nullptr;  // default 1
  float (*attn_scale)(const Hparams&) = nullptr;   // default 1/sqrt(head_dim_k)
  bool (*local)(const Hparams&,
                int layer) = nullptr;  // layers with the sliding window; default none
  double (*rope_base_local)(const Hparams&) = nullptr;  // default: as the file says, else rope_base
};

std::span<const Spec> all_specs();
const Spec* find_spec(std::string_view architecture);  // nullptr when not known

}  // namespace hob::model
