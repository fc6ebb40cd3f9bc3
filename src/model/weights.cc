// See weights.h. A message names the tensor and both shapes, in the order of the file (row length
// first).

#include "model/weights.h"

#include <cstdint>
#include <cstring>

#include "tensor/quant/convert.h"

namespace hob::model {

namespace {

std::string shape_of(const tensor::Tensor& tensor) {
  return fmt::format("[{}]", fmt::join(tensor.shape.begin(),
                                       tensor.shape.begin() + std::max(tensor.n_dims, 1), ", "));
}

tensor::Tensor rows_of(const tensor::Tensor& tensor, int64_t first, int64_t n_rows) {
  tensor::Tensor part = tensor;
  const uint64_t row = tensor.bytes_per_row();
  part.shape[1] = uint64_t(n_rows);
  part.bytes = tensor.bytes.subspan(uint64_t(first) * row, uint64_t(n_rows) * row);
  return part;
}

}  // namespace

const tensor::Tensor* Weights::find(const std::string& name, std::string_view expected_shape) {
  if (!status_) return nullptr;
  const tensor::Tensor* tensor = file_.find(name);
  if (!tensor) {
    refuse(fail("tensor {} is missing; it should have the shape {}", name, expected_shape));
    return nullptr;
  }
  used_.insert(tensor->name);
  return tensor;
}

const tensor::Tensor* Weights::find_matrix(const std::string& name, int64_t n_in, int64_t n_out) {
  const std::string expected = fmt::format("[{}, {}]", n_in, n_out);
  const tensor::Tensor* tensor = find(name, expected);
  if (!tensor) return nullptr;
  if (tensor->shape != std::array<uint64_t, 4>{uint64_t(n_in), uint64_t(n_out), 1, 1}) {
    refuse(fail("tensor {} has the shape {}, but the metadata asks for {}", name, shape_of(*tensor),
                expected));
    return nullptr;
  }
  if (!tensor::is_computable(tensor->format)) {
    refuse(fail("tensor {} is stored as {}, a format that hob cannot compute with yet", name,
                tensor::info(tensor->format).name));
    return nullptr;
  }
  return tensor;
}

const tensor::Tensor* Weights::find_vector(const std::string& name, int64_t n) {
  const std::string expected = fmt::format("[{}]", n);
  const tensor::Tensor* tensor = find(name, expected);
  if (!tensor) return nullptr;
  if (tensor->shape != std::array<uint64_t, 4>{uint64_t(n), 1, 1, 1}) {
    refuse(fail("tensor {} has the shape {}, but the metadata asks for {}", name, shape_of(*tensor),
                expected));
    return nullptr;
  }
  if (tensor->format != tensor::Format::f32) {
    refuse(fail("tensor {} is stored as {}; hob reads norms and biases as F32 only", name,
                tensor::info(tensor->format).name));
    return nullptr;
  }
  if (reinterpret_cast<uintptr_t>(tensor->bytes.data()) % alignof(float) != 0) {
    refuse(
        fail("tensor {} does not lie at a multiple of {} bytes in the file", name, alignof(float)));
    return nullptr;
  }
  return tensor;
}

WeightId Weights::add(const tensor::Tensor& tensor) {
  out_.push_back(tensor);
  return WeightId(out_.size()) - 1;
}

WeightId Weights::matrix(const std::string& name, int64_t n_in, int64_t n_out) {
  const tensor::Tensor* tensor = find_matrix(name, n_in, n_out);
  if (!tensor) return kNone;
  auto [known, is_new] = matrices_.try_emplace(tensor->name, kNone);
  if (is_new) known->second = add(*tensor);
  return known->second;
}

WeightId Weights::matrix_rows(const std::string& name, int64_t n_in, int64_t n_out, int64_t first,
                              int64_t n_rows) {
  const tensor::Tensor* tensor = find_matrix(name, n_in, n_out);
  return tensor ? add(rows_of(*tensor, first, n_rows)) : kNone;
}

WeightId Weights::vector(const std::string& name, int64_t n) {
  const tensor::Tensor* tensor = find_vector(name, n);
  return tensor ? add(*tensor) : kNone;
}

WeightId Weights::vector_part(const std::string& name, int64_t n, int64_t first, int64_t n_part) {
  const tensor::Tensor* tensor = find_vector(name, n);
  if (!tensor) return kNone;
  tensor::Tensor part = *tensor;
  part.shape[0] = uint64_t(n_part);
  part.bytes =
      tensor->bytes.subspan(uint64_t(first) * sizeof(float), uint64_t(n_part) * sizeof(float));
  return add(part);
}

WeightId Weights::optional_vector(const std::string& name, int64_t n) {
  return has(name) ? vector(name, n) : kNone;
}

std::vector<float> Weights::values(const std::string& name, int64_t n) {
  const tensor::Tensor* tensor = has(name) ? find_vector(name, n) : nullptr;
  if (!tensor) return {};
  std::vector<float> result(size_t(n), 0.0f);
  std::memcpy(result.data(), tensor->bytes.data(), size_t(n) * sizeof(float));
  return result;
}

std::vector<std::string> Weights::unused() const {
  std::vector<std::string> names;
  for (const tensor::Tensor& tensor : file_.tensors())
    if (!used_.contains(tensor.name)) names.emplace_back(tensor.name);
  return names;
}

}  // namespace hob::model
