// A region of zeros that belongs to no file. The system gives memory to it page by page as it is
// touched, so a large region costs nothing until it is used.
#pragma once

#include <cstddef>
#include <span>

#include "base/result.h"

namespace hob {

class AnonymousMemory {
 public:
  // Aligned to a memory page. Error: the system has no room for `n_bytes` of addresses.
  static Result<AnonymousMemory> reserve(size_t n_bytes);

  AnonymousMemory() = default;
  AnonymousMemory(AnonymousMemory&& other) noexcept;
  AnonymousMemory& operator=(AnonymousMemory&& other) noexcept;
  ~AnonymousMemory();

  std::span<std::byte> bytes() const { return bytes_; }

 private:
  explicit AnonymousMemory(std::span<std::byte> bytes) : bytes_(bytes) {}

  std::span<std::byte> bytes_;
};

}  // namespace hob
