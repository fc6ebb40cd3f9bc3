// Writes GGUF v3 in one pass with little memory: describe all keys and tensors first, then stream
// the tensors' bytes in the same order.
#pragma once

#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tensor/metadata.h"
#include "tensor/tensor.h"

namespace hob::tensor {

class GgufWriter {
 public:
  void add(std::string_view key, uint32_t value);
  void add(std::string_view key, int32_t value);
  void add(std::string_view key, uint64_t value);
  void add(std::string_view key, float value);
  void add(std::string_view key, bool value);
  void add(std::string_view key, std::string_view value);
  void add(std::string_view key, const char* value) { add(key, std::string_view(value)); }
  void add(std::string_view key, std::span<const std::string> values);
  void add(std::string_view key, std::span<const float> values);
  void add(std::string_view key, std::span<const int32_t> values);
  void add(std::string_view key, std::span<const bool> values);

  // shape as in Tensor: row length first.
  void add_tensor(std::string name, Format format, std::vector<uint64_t> shape);

  // Writes the header to `path` (atomically renamed from a temporary by close()). Then call
  // append() once for each piece of tensor data, in order; a tensor may come in several pieces. The
  // writer pads between tensors.
  Status open(const std::string& path);
  Status append(std::span<const std::byte> bytes);
  Status
  close();  // Error when bytes are missing or the disk is full; the temporary is removed then

  // Everything in memory (tests): `data` are the tensors' bytes, one span each.
  std::vector<std::byte> to_bytes(std::span<const std::span<const std::byte>> data) const;

  GgufWriter() = default;
  ~GgufWriter();
  GgufWriter(const GgufWriter&) = delete;
  GgufWriter& operator=(const GgufWriter&) = delete;

 private:
  struct TensorInfo {
    std::string name;
    Format format;
    std::vector<uint64_t> shape;
    uint64_t n_bytes;
  };
  std::vector<std::byte> header() const;

  std::vector<std::byte> keys_;
  uint64_t n_keys_ = 0;
  std::vector<TensorInfo> tensors_;
  std::string path_;
  std::FILE* file_ = nullptr;
  size_t current_ = 0;    // tensor being written
  uint64_t written_ = 0;  // bytes of it so far
};

}  // namespace hob::tensor
