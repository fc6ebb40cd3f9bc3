// Writes GGUF v3 in one pass with little memory: describe all keys and tensors first, then stream
// the tensors' bytes in the same order.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/platform/atomic_file.h"
#include "base/result.h"
#include "tensor/metadata.h"
#include "tensor/tensor.h"

namespace hob::tensor {

class GgufWriter {
 public:
  // "general.alignment" sets the alignment of the tensors too (32 without it).
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
  // Any value of any type, such as one read from another file.
  void add(std::string_view key, const Value& value);

  // shape as in Tensor: row length first.
  void add_tensor(std::string name, Format format, std::vector<uint64_t> shape);

  // Writes the header to `path` (atomically renamed from a temporary by close()). Then call
  // append() once for each piece of tensor data, in order; a tensor may come in several pieces. The
  // writer pads between tensors. Errors: the file cannot be written, or what was described makes no
  // readable file (a name twice, a row that is no whole number of blocks, …).
  Status open(const std::string& path);
  Status append(std::span<const std::byte> bytes);
  // Error when bytes are missing or the disk is full; the temporary is removed then.
  Status close();

  // Everything in memory (tests): `data` are the tensors' bytes, one span each.
  std::vector<std::byte> to_bytes(std::span<const std::span<const std::byte>> data) const;

  uint64_t data_bytes() const;  // what append() will have been given in all

 private:
  struct TensorInfo {
    std::string name;
    Format format;
    std::vector<uint64_t> shape;
    uint64_t n_bytes;
  };
  void begin_key(std::string_view key, ValueType type);
  void begin_array(std::string_view key, ValueType element, uint64_t count);
  Status check() const;
  std::vector<std::byte> header() const;
  Status pad();

  std::vector<std::byte> keys_;  // as they lie in the file
  std::vector<std::string> key_names_;
  std::vector<TensorInfo> tensors_;
  uint64_t alignment_ = 32;

  AtomicFile file_;
  std::string path_;
  uint64_t file_bytes_ = 0;  // written so far
  size_t current_ = 0;       // tensor being written
  uint64_t written_ = 0;     // bytes of it so far
};

}  // namespace hob::tensor
