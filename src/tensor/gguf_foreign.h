// Says what a file is that is no GGUF file: people point hob at safetensors, zip archives, web
// pages and Git LFS pointers, and "bad magic" does not help them.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace hob::tensor {

// A half sentence such as "is a safetensors file, not GGUF; convert it first". The bytes do not
// begin with the GGUF magic.
std::string describe_foreign(std::span<const std::byte> bytes);

}  // namespace hob::tensor
