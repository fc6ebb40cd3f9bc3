// How fast each pair of dimensions rotates: rotary position embedding (Su et al. 2021, RoFormer)
// with the ways of stretching it: linear, YaRN (Peng et al. 2023), and divisors stored in the file
// (Llama 3.1).
#pragma once

#include <span>

#include "model/hparams.h"
#include "model/program.h"

namespace hob::model {

// divisors: [n_rot / 2], or empty for none.
RopeConfig make_rope(const Hparams& h, RopePairing pairing, std::span<const float> divisors);

// For layers with a sliding window: their own base, and no stretching, because they never look far.
RopeConfig make_local_rope(const Hparams& h, RopePairing pairing, double base);

}  // namespace hob::model
