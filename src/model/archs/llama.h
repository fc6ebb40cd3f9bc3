// The llama family: Llama 1 to 3.x, Mistral 7B, TinyLlama, SmolLM and the many models that were
// shaped after them.
#pragma once

#include "model/spec.h"

namespace hob::model {

// The converter has permuted the rows of q and k so that rotated dims are neighbours.
inline constexpr Spec kLlama{.name = "llama", .rope = RopePairing::adjacent};

}  // namespace hob::model
