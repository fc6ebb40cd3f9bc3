// The dense Qwen models. Qwen2's biases on q, k, v and Qwen3's norms on q, k are in the tensors.
#pragma once

#include "model/spec.h"

namespace hob::model {

inline constexpr Spec kQwen2{.name = "qwen2"};
inline constexpr Spec kQwen3{.name = "qwen3"};

}  // namespace hob::model
