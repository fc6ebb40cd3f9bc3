#include "tensor/gguf.h"

#include "tensor/gguf_split.h"
#include "tensor/quoted.h"

namespace hob::tensor {
namespace {

// Part `index` (from 0) of a split model: what it must say about itself.
Status check_sibling(const GgufPart& part, const std::string& file, uint64_t index,
                     uint64_t n_parts) {
  const auto keys = read_split_keys(part.metadata, file);
  if (!keys.ok()) return keys.error();
  if (keys->n_parts != n_parts)
    return fail(
        "{}: the metadata key 'split.count' is {}, but the first part says {}; the parts "
        "are not of one model",
        file, keys->n_parts, n_parts);
  if (keys->index != index)
    return fail(
        "{}: the metadata key 'split.no' is {}, but its name says part {} of {}, which is "
        "{}; the files were renamed",
        file, keys->index, index + 1, n_parts, index);
  return {};
}

// The name of a first part, checked against what the file says.
Result<SplitName> check_first(const std::string& file, const SplitKeys& keys) {
  const auto name = parse_split_name(file);
  if (keys.index != 0) {
    const std::string first =
        name ? split_path(name->prefix, 1, keys.n_parts)
             : fmt::format("the file named …-00001-of-{:05}.gguf", keys.n_parts);
    return fail("{}: is part {} of {} of a split model; open the first part instead: {}", file,
                keys.index + 1, keys.n_parts, first);
  }
  if (!name)
    return fail(
        "{}: is the first of {} parts of a split model, but its name does not end in "
        "-00001-of-{:05}.gguf, so the others cannot be found; give the files their names "
        "back",
        file, keys.n_parts, keys.n_parts);
  if (name->part != 1 || name->n_parts != keys.n_parts)
    return fail(
        "{}: is part 1 of {} of a split model, but its name says part {} of {}; give the "
        "files their names back",
        file, keys.n_parts, name->part, name->n_parts);
  return *name;
}

}  // namespace

Result<GgufFile> GgufFile::open(const std::string& path) {
  auto mapped = MappedFile::open(path);
  if (!mapped.ok()) return mapped.error();
  auto part = read_gguf_part(mapped->bytes(), path);
  if (!part.ok()) return part.error();
  GgufFile file;
  file.path_ = path;
  if (Status status = file.add_part(std::move(*part), path, mapped->bytes().size()); !status.ok())
    return status.error();
  file.mappings_.push_back(std::move(*mapped));
  if (Status status = file.open_siblings(); !status.ok()) return status.error();
  return file;
}

Result<GgufFile> GgufFile::parse(std::span<const std::byte> bytes, std::string name) {
  auto part = read_gguf_part(bytes, name);
  if (!part.ok()) return part.error();
  const auto keys = read_split_keys(part->metadata, name);
  if (!keys.ok()) return keys.error();
  if (keys->n_parts > 1)
    return fail("{}: is part {} of {} of a split model, which can only be opened as files", name,
                keys->index + 1, keys->n_parts);
  GgufFile file;
  file.path_ = std::move(name);
  if (Status status = file.add_part(std::move(*part), file.path_, bytes.size()); !status.ok())
    return status.error();
  return file;
}

Status GgufFile::open_siblings() {
  const auto keys = read_split_keys(metadata_, path_);
  if (!keys.ok()) return keys.error();
  if (keys->n_parts == 1) return {};
  const auto name = check_first(path_, *keys);
  if (!name.ok()) return name.error();
  for (uint64_t i = 1; i < keys->n_parts; ++i) {
    const std::string sibling = split_path(name->prefix, i + 1, keys->n_parts);
    auto mapped = MappedFile::open(sibling);
    if (!mapped.ok())
      return fail("{}; it is part {} of the {} parts of this model, all must lie in one folder",
                  mapped.error().message, i + 1, keys->n_parts);
    auto part = read_gguf_part(mapped->bytes(), sibling);
    if (!part.ok()) return part.error();
    if (Status status = check_sibling(*part, sibling, i, keys->n_parts); !status.ok())
      return status;
    if (Status status = add_part(std::move(*part), sibling, mapped->bytes().size()); !status.ok())
      return status;
    mappings_.push_back(std::move(*mapped));
  }
  if (keys->n_tensors && *keys->n_tensors != tensors_.size())
    return fail(
        "{}: the metadata key 'split.tensors.count' is {}, but its {} parts have {} "
        "tensors; download them again",
        path_, *keys->n_tensors, keys->n_parts, tensors_.size());
  return {};
}

Status GgufFile::add_part(GgufPart part, const std::string& file, uint64_t file_bytes) {
  for (const Tensor& tensor : part.tensors) {
    if (!by_name_.emplace(tensor.name, tensors_.size()).second)
      return fail("{}: the tensor {} is there already in an earlier part", file,
                  quoted(tensor.name));
    tensors_.push_back(tensor);
  }
  if (n_parts_++ == 0) {
    version_ = part.version;
    metadata_ = std::move(part.metadata);
  }
  file_bytes_ += file_bytes;
  return {};
}

const Tensor* GgufFile::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &tensors_[found->second];
}

}  // namespace hob::tensor
