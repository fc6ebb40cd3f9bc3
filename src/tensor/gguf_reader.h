// Reads one GGUF file (or one part of a split one) out of bytes in memory: everything is checked
// against the bytes that are there before it is used or allocated. Not here: files and split parts
// (gguf.h, gguf_split.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "tensor/gguf_cursor.h"
#include "tensor/metadata.h"
#include "tensor/tensor.h"

namespace hob::tensor {

struct GgufPart {
  uint32_t version = 0;
  Metadata metadata;            // views into the bytes
  std::vector<Tensor> tensors;  // views into the bytes; names are unique, ranges do not overlap
};

// `file` is used in errors only.
Result<GgufPart> read_gguf_part(std::span<const std::byte> bytes, const std::string& file);

// Its two halves, in the order of the file; the cursor stands before the first key. `alignment` is
// a power of two.
Result<Metadata> read_gguf_metadata(GgufCursor& in, uint64_t n_keys);
Result<std::vector<Tensor>> read_gguf_tensors(GgufCursor& in, uint64_t n_tensors,
                                              uint64_t alignment);

}  // namespace hob::tensor
