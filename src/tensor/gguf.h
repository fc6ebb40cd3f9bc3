// GGUF v2 and v3: a memory-mapped model file, every size checked before use. Source: the GGUF
// specification (ggml).
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/platform/mapped_file.h"
#include "base/result.h"
#include "tensor/gguf_reader.h"
#include "tensor/metadata.h"
#include "tensor/tensor.h"

namespace hob::tensor {

class GgufFile {
 public:
  // Maps and checks `path`. The first part of a split model (…-00001-of-000NN.gguf) opens its
  // siblings too; any other part is refused with the name of the first. Errors name the file, the
  // field and the numbers that disagree.
  static Result<GgufFile> open(const std::string& path);

  // Parses bytes that outlive the result (an embedded model, a fuzzer's input). `name` is used in
  // errors only. A part of a split model is refused.
  static Result<GgufFile> parse(std::span<const std::byte> bytes, std::string name);

  const std::string& path() const { return path_; }
  uint32_t version() const { return version_; }
  uint64_t file_bytes() const { return file_bytes_; }  // all parts together
  int n_parts() const { return n_parts_; }
  const Metadata& metadata() const { return metadata_; }           // of the first part
  const std::vector<Tensor>& tensors() const { return tensors_; }  // of all parts, in file order
  const Tensor* find(std::string_view name) const;                 // nullptr when absent

 private:
  // Takes the part's metadata where it is the first one. Error where a tensor is there already.
  Status add_part(GgufPart part, const std::string& file, uint64_t file_bytes);
  Status open_siblings();

  std::string path_;
  uint32_t version_ = 0;
  uint64_t file_bytes_ = 0;
  int n_parts_ = 0;
  Metadata metadata_;
  std::vector<Tensor> tensors_;
  std::map<std::string_view, size_t> by_name_;
  std::vector<MappedFile> mappings_;
};

}  // namespace hob::tensor
