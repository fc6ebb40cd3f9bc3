// The model that lies inside the program.
#pragma once

#include <cstddef>
#include <span>

namespace hob::store {

// A whole GGUF file, aligned to 64 bytes, that lives as long as the program; empty where the
// program was built without one.
std::span<const std::byte> builtin_model_bytes();

}  // namespace hob::store
