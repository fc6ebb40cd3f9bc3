// Finds a model's tensors by name, checks their shapes against the hyper-parameters and remembers
// which were used. The first error sticks; what is asked after it yields kNone.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "model/program.h"
#include "tensor/gguf.h"

namespace hob::model {

class Weights {
 public:
  // `out` is Program::weights; file and out must outlive this.
  Weights(const tensor::GgufFile& file, std::vector<tensor::Tensor>& out)
      : file_(file), out_(out) {}

  bool has(std::string_view name) const { return file_.find(name) != nullptr; }

  // A linear weight [n_out, n_in] in a format that hob computes with. The same name yields the same
  // id.
  WeightId matrix(const std::string& name, int64_t n_in, int64_t n_out);
  // Its rows [first, first + n_rows) where the tensor has n_out rows: q, k or v of a fused qkv.
  WeightId matrix_rows(const std::string& name, int64_t n_in, int64_t n_out, int64_t first,
                       int64_t n_rows);
  // A norm weight or a bias: F32 [n].
  WeightId vector(const std::string& name, int64_t n);
  // Its elements [first, first + n_part).
  WeightId vector_part(const std::string& name, int64_t n, int64_t first, int64_t n_part);
  // kNone where there is no such tensor.
  WeightId optional_vector(const std::string& name, int64_t n);
  // An F32 tensor of n values that the compiler itself reads; empty where there is no such tensor.
  std::vector<float> values(const std::string& name, int64_t n);

  const Status& status() const { return status_; }
  void refuse(Error error) {
    if (status_) status_ = std::move(error);
  }
  std::vector<std::string> unused() const;  // names, in file order

 private:
  const tensor::Tensor* find(const std::string& name, std::string_view expected_shape);
  const tensor::Tensor* find_matrix(const std::string& name, int64_t n_in, int64_t n_out);
  const tensor::Tensor* find_vector(const std::string& name, int64_t n);
  WeightId add(const tensor::Tensor& tensor);

  const tensor::GgufFile& file_;
  std::vector<tensor::Tensor>& out_;
  std::unordered_set<std::string_view> used_;                // names in the file
  std::unordered_map<std::string_view, WeightId> matrices_;  // whole ones, by name
  Status status_;
};

}  // namespace hob::model
