// The tensors of a GGUF file: their descriptions, then where their data lie.
#include <algorithm>
#include <limits>
#include <numeric>

#include "base/checked.h"
#include "tensor/gguf_reader.h"
#include "tensor/quoted.h"

namespace hob::tensor {
namespace {

constexpr uint32_t kMaxDims = 4;
// The least that one takes: a name of one byte (8 + 1), the number of dimensions (4), the format
// (4) and the offset (8).
constexpr uint64_t kMinTensorInfoBytes = 25;

struct Removed {
  uint32_t id;
  std::string_view name;
};
constexpr Removed kRemovedFormats[] = {
    {4, "Q4_2"},      {5, "Q4_3"},        {31, "Q4_0_4_4"},   {32, "Q4_0_4_8"},
    {33, "Q4_0_8_8"}, {36, "IQ4_NL_4_4"}, {37, "IQ4_NL_4_8"}, {38, "IQ4_NL_8_8"},
};

class TensorReader {
 public:
  TensorReader(GgufCursor& in, uint64_t n_tensors, uint64_t alignment)
      : in_(in), n_tensors_(n_tensors), alignment_(alignment) {}

  Result<std::vector<Tensor>> read() {
    for (auto step : {&TensorReader::read_infos, &TensorReader::check_names,
                      &TensorReader::place_tensors, &TensorReader::check_overlaps})
      if (Status status = (this->*step)(); !status.ok()) return status.error();
    return std::move(tensors_);
  }

 private:
  Status read_infos();
  Status read_tensor_info(uint64_t index);
  Result<std::string_view> read_tensor_name(uint64_t index);
  Status read_shape(Tensor& tensor);
  Status read_format(Tensor& tensor);
  Status check_names();
  Status place_tensors();
  Status check_overlaps();

  GgufCursor& in_;
  uint64_t n_tensors_, alignment_;
  std::vector<Tensor> tensors_;
  std::vector<uint64_t> offsets_;  // of each tensor, from the beginning of the data
};

Status TensorReader::read_infos() {
  if (n_tensors_ > in_.remaining() / kMinTensorInfoBytes)
    return in_.refuse("has {} tensors, but the {} bytes after the metadata describe at most {}; {}",
                      n_tensors_, in_.remaining(), in_.remaining() / kMinTensorInfoBytes, kDamaged);
  tensors_.reserve(n_tensors_);
  offsets_.reserve(n_tensors_);
  for (uint64_t i = 0; i < n_tensors_; ++i)
    if (Status status = read_tensor_info(i); !status.ok()) return status;
  return {};
}

Status TensorReader::check_names() {
  std::vector<std::string_view> names;
  names.reserve(n_tensors_);
  for (const Tensor& t : tensors_) names.push_back(t.name);
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  if (twice != names.end()) return in_.refuse("the tensor {} is there twice", quoted(*twice));
  return {};
}

Result<std::string_view> TensorReader::read_tensor_name(uint64_t index) {
  const auto which = [&] {
    return fmt::format("the name of tensor {} of {}", index + 1, n_tensors_);
  };
  const auto name = in_.string(which);
  if (!name.ok()) return name.error();
  if (name->empty()) return in_.refuse("{} is empty", which());
  if (name->size() > kMaxTensorNameBytes)
    return in_.refuse("{} has {} bytes, but at most {} are supported", which(), name->size(),
                      kMaxTensorNameBytes);
  return *name;
}

Status TensorReader::read_tensor_info(uint64_t index) {
  Tensor tensor;
  const auto name = read_tensor_name(index);
  if (!name.ok()) return name.error();
  tensor.name = *name;
  if (Status status = read_shape(tensor); !status.ok()) return status;
  if (Status status = read_format(tensor); !status.ok()) return status;
  const auto offset = in_.number<uint64_t>(
      [&] { return fmt::format("the offset of tensor {}", quoted(tensor.name)); });
  if (!offset.ok()) return offset.error();
  if (*offset % alignment_ != 0)
    return in_.refuse(
        "tensor {} begins at byte {} of the data, but that is no multiple of the "
        "alignment {}",
        quoted(tensor.name), *offset, alignment_);
  tensors_.push_back(tensor);
  offsets_.push_back(*offset);
  return {};
}

Status TensorReader::read_shape(Tensor& tensor) {
  const auto what = [&] { return fmt::format("the shape of tensor {}", quoted(tensor.name)); };
  const auto n_dims = in_.number<uint32_t>(what);
  if (!n_dims.ok()) return n_dims.error();
  if (*n_dims > kMaxDims)
    return in_.refuse("tensor {} has {} dimensions, but at most {} are supported",
                      quoted(tensor.name), *n_dims, kMaxDims);
  tensor.n_dims = static_cast<int>(*n_dims);
  uint64_t elements = 1;
  for (uint32_t d = 0; d < *n_dims; ++d) {
    const auto size = in_.number<uint64_t>(what);
    if (!size.ok()) return size.error();
    if (*size == 0)
      return in_.refuse("tensor {} has 0 as the size of dimension {}, but at least 1 is needed",
                        quoted(tensor.name), d + 1);
    const auto product = checked_mul(elements, *size);
    if (!product || *product > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
      return in_.refuse(
          "tensor {} has the size {} in dimension {} after {} elements in those before, "
          "which is too large; {}",
          quoted(tensor.name), *size, d + 1, elements, kDamaged);
    elements = *product;
    tensor.shape[d] = *size;
  }
  return {};
}

Status TensorReader::read_format(Tensor& tensor) {
  const auto id = in_.number<uint32_t>(
      [&] { return fmt::format("the format of tensor {}", quoted(tensor.name)); });
  if (!id.ok()) return id.error();
  for (const Removed& r : kRemovedFormats)
    if (r.id == *id)
      return in_.refuse(
          "tensor {} has the format {} ({}), which was removed from GGUF; get or make a "
          "newer file of the model",
          quoted(tensor.name), *id, r.name);
  const FormatInfo* format = find_format(*id);
  if (!format)
    return in_.refuse(
        "tensor {} has the unknown format {}; the file is damaged or newer than this "
        "program",
        quoted(tensor.name), *id);
  if (tensor.shape[0] % format->block != 0)
    return in_.refuse("tensor {} has rows of {} values, but {} needs a multiple of {}",
                      quoted(tensor.name), tensor.shape[0], format->name, format->block);
  tensor.format = format->format;
  return {};
}

// Offsets become spans.
Status TensorReader::place_tensors() {
  const auto begin = checked_align(in_.position(), alignment_);
  if (tensors_.empty()) {
    // Padding may follow; more means that the number of tensors is wrong.
    if (begin && in_.bytes().size() > *begin)
      return in_.refuse(
          "has 0 tensors, but {} bytes follow its metadata; it is damaged, download it "
          "again",
          in_.remaining());
    return {};
  }
  for (size_t i = 0; i < tensors_.size(); ++i) {
    Tensor& tensor = tensors_[i];
    const FormatInfo& format = info(tensor.format);
    const auto n_bytes = checked_mul(tensor.n_elements() / format.block, format.bytes);
    const auto at = begin ? checked_add(*begin, offsets_[i]) : std::nullopt;
    const auto end = at && n_bytes ? checked_add(*at, *n_bytes) : std::nullopt;
    if (!end)
      return in_.refuse("tensor {} would lie at offset {}, which no file of {} bytes has; {}",
                        quoted(tensor.name), offsets_[i], in_.bytes().size(), kDamaged);
    if (*end > in_.bytes().size())
      return in_.refuse("tensor {} ends at byte {}, but the file has {} bytes; {}",
                        quoted(tensor.name), *end, in_.bytes().size(), kDamaged);
    tensor.bytes = in_.bytes().subspan(*at, *n_bytes);
  }
  return {};
}

Status TensorReader::check_overlaps() {
  std::vector<size_t> order(tensors_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, {}, [&](size_t i) { return offsets_[i]; });
  for (size_t k = 1; k < order.size(); ++k) {
    const Tensor& before = tensors_[order[k - 1]];
    const Tensor& after = tensors_[order[k]];
    const uint64_t end = offsets_[order[k - 1]] + before.bytes.size();
    if (end > offsets_[order[k]])
      return in_.refuse(
          "tensor {} ends at byte {} of the data, but tensor {} begins at byte {}; the "
          "file is damaged, download it again",
          quoted(before.name), end, quoted(after.name), offsets_[order[k]]);
  }
  return {};
}

}  // namespace

Result<std::vector<Tensor>> read_gguf_tensors(GgufCursor& in, uint64_t n_tensors,
                                              uint64_t alignment) {
  return TensorReader(in, n_tensors, alignment).read();
}

}  // namespace hob::tensor
