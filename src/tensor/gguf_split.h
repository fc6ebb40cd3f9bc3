// Split models: their file names (PREFIX-00001-of-00003.gguf, counted from 1) and the metadata that
// says which part a file is (split.no counts from 0).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "tensor/metadata.h"

namespace hob::tensor {

struct SplitName {
  std::string prefix;  // with its folder
  uint64_t part;       // from 1
  uint64_t n_parts;
};

// nullopt where `path` is no name of a part.
std::optional<SplitName> parse_split_name(std::string_view path);
std::string split_path(std::string_view prefix, uint64_t part, uint64_t n_parts);

struct SplitKeys {
  uint64_t index;                     // split.no, from 0
  uint64_t n_parts;                   // split.count; 1: not split
  std::optional<uint64_t> n_tensors;  // split.tensors.count: of all parts together
};

// Errors name `file` and the key.
Result<SplitKeys> read_split_keys(const Metadata& metadata, const std::string& file);

}  // namespace hob::tensor
