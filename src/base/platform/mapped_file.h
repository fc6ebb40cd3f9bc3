// A whole file mapped read-only into memory. The mapping lives as long as the object; views into it
// do not own it.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/result.h"

namespace hob {

class MappedFile {
 public:
  // Errors: the file is missing, not a regular file, not readable, or cannot be mapped. An empty
  // file maps to no bytes.
  static Result<MappedFile> open(const std::string& path);

  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  explicit MappedFile(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::span<const std::byte> bytes_;
};

}  // namespace hob
