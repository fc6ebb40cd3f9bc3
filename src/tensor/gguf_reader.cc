#include "tensor/gguf_reader.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "base/byte_reader.h"
#include "base/checked.h"
#include "tensor/gguf_foreign.h"
#include "tensor/quoted.h"

namespace hob::tensor {
namespace {

constexpr std::string_view kMagic = "GGUF";
constexpr uint64_t kMaxAlignment = uint64_t{1} << 30;
constexpr uint64_t kMaxKeyBytes = 65535;  // of the specification
constexpr uint32_t kMaxDims = 4;
// The least that one entry takes: a key of one byte (8 + 1), its type (4) and one byte of value.
constexpr uint64_t kMinKeyValueBytes = 14;
// Name of one byte (8 + 1), number of dimensions (4), format (4), offset (8).
constexpr uint64_t kMinTensorInfoBytes = 25;

constexpr std::string_view kDamaged = "it is truncated or damaged, download it again";

struct Removed {
  uint32_t id;
  std::string_view name;
};
constexpr Removed kRemovedFormats[] = {
    {4, "Q4_2"},      {5, "Q4_3"},        {31, "Q4_0_4_4"},   {32, "Q4_0_4_8"},
    {33, "Q4_0_8_8"}, {36, "IQ4_NL_4_4"}, {37, "IQ4_NL_4_8"}, {38, "IQ4_NL_8_8"},
};

class Reader {
 public:
  Reader(std::span<const std::byte> bytes, const std::string& file)
      : bytes_(bytes), file_(file), in_(bytes) {}

  Result<GgufPart> read() {
    for (auto step : {&Reader::read_header, &Reader::read_metadata, &Reader::read_tensor_infos,
                      &Reader::place_tensors, &Reader::check_overlaps})
      if (Status status = (this->*step)(); !status.ok()) return status.error();
    return std::move(part_);
  }

 private:
  template <class... Args>
  Error refuse(fmt::format_string<Args...> format, Args&&... args) const {
    return fail("{}: {}", file_, fmt::format(format, std::forward<Args>(args)...));
  }

  Error too_short(std::string_view what, uint64_t n) const {
    return refuse("{} needs {} bytes at byte {}, but the file has {} bytes; {}", what, n,
                  in_.position(), bytes_.size(), kDamaged);
  }

  // `what()` makes the words for an error; it costs nothing while all is well.
  template <class T, class What>
  Result<T> number(What what) {
    const auto value = in_.number<T>();
    if (!value) return too_short(what(), sizeof(T));
    return *value;
  }

  template <class What>
  Result<std::string_view> string(What what) {
    const auto length = number<uint64_t>(what);
    if (!length.ok()) return length.error();
    const auto text = in_.take(*length);
    if (!text) return too_short(what(), *length);
    return as_text(*text);
  }

  Status read_header();
  Status check_version() const;
  Status read_metadata();
  Status read_alignment();
  Result<Value> read_value(std::string_view key, uint32_t type);
  Result<Value> read_array(std::string_view key);
  Result<Value> read_bool(std::string_view key);
  template <class T>
  Result<Value> read_number(std::string_view key, ValueType type);
  Status check_strings(std::string_view key, uint64_t count);
  Status read_tensor_infos();
  Status read_tensor_info(uint64_t index);
  Result<std::string_view> read_tensor_name(uint64_t index);
  Status read_shape(Tensor& tensor);
  Status read_format(Tensor& tensor);
  Status place_tensors();
  Status check_overlaps();

  std::span<const std::byte> bytes_;
  const std::string& file_;
  ByteReader in_;
  GgufPart part_;
  uint64_t n_tensors_ = 0, n_keys_ = 0, alignment_ = 32;
  std::vector<uint64_t> offsets_;  // of each tensor, from the beginning of the data
};

Status Reader::read_header() {
  if (!as_text(bytes_).starts_with(kMagic)) return fail("{}: {}", file_, describe_foreign(bytes_));
  (void)in_.take(kMagic.size());
  const auto version = number<uint32_t>([] { return "the version"; });
  if (!version.ok()) return version.error();
  part_.version = *version;
  if (Status status = check_version(); !status.ok()) return status;

  const auto n_tensors = number<uint64_t>([] { return "the number of tensors"; });
  if (!n_tensors.ok()) return n_tensors.error();
  const auto n_keys = number<uint64_t>([] { return "the number of metadata keys"; });
  if (!n_keys.ok()) return n_keys.error();
  n_tensors_ = *n_tensors;
  n_keys_ = *n_keys;
  if (n_keys_ > in_.remaining() / kMinKeyValueBytes)
    return refuse("has {} metadata keys, but the {} bytes after the header hold at most {}; {}",
                  n_keys_, in_.remaining(), in_.remaining() / kMinKeyValueBytes, kDamaged);
  if (n_tensors_ > in_.remaining() / kMinTensorInfoBytes)
    return refuse("has {} tensors, but the {} bytes after the header describe at most {}; {}",
                  n_tensors_, in_.remaining(), in_.remaining() / kMinTensorInfoBytes, kDamaged);
  return {};
}

Status Reader::check_version() const {
  const uint32_t version = part_.version;
  if (version == 2 || version == 3) return {};
  if (version == 1)
    return refuse(
        "is GGUF version 1, but versions 2 and 3 are supported; get a newer file of the "
        "model");
  if (version != 0 && (version & 0xffff) == 0)
    return refuse(
        "is big-endian GGUF (its version reads as {}), but little-endian is needed; get "
        "the little-endian file of the model",
        version);
  if (version == 0) return refuse("has GGUF version 0, but versions 2 and 3 exist; {}", kDamaged);
  return refuse(
      "is GGUF version {}, but versions 2 and 3 are supported; it is damaged or newer "
      "than this program",
      version);
}

Status Reader::read_metadata() {
  for (uint64_t i = 0; i < n_keys_; ++i) {
    const auto which = [&] { return fmt::format("metadata key {} of {}", i + 1, n_keys_); };
    const auto key = string(which);
    if (!key.ok()) return key.error();
    if (key->size() > kMaxKeyBytes)
      return refuse("{} has a name of {} bytes, but at most {} are allowed", which(), key->size(),
                    kMaxKeyBytes);
    const auto type = number<uint32_t>(which);
    if (!type.ok()) return type.error();
    auto value = read_value(*key, *type);
    if (!value.ok()) return value.error();
    if (Status status = part_.metadata.add(*key, std::move(*value)); !status.ok())
      return refuse("{}", status.error().message);
  }
  return read_alignment();
}

Status Reader::read_alignment() {
  const auto alignment = part_.metadata.unsigned_integer("general.alignment");
  if (!alignment.ok()) return refuse("{}", alignment.error().message);
  if (!*alignment) return {};
  alignment_ = **alignment;
  if (alignment_ == 0 || (alignment_ & (alignment_ - 1)) != 0)
    return refuse("the metadata key 'general.alignment' is {}, but a power of two is needed",
                  alignment_);
  if (alignment_ > kMaxAlignment)
    return refuse("the metadata key 'general.alignment' is {}, but at most {} is supported",
                  alignment_, kMaxAlignment);
  return {};
}

template <class T>
Result<Value> Reader::read_number(std::string_view key, ValueType type) {
  const auto value = number<T>([&] { return fmt::format("the metadata key {}", quoted(key)); });
  if (!value.ok()) return value.error();
  if constexpr (std::is_floating_point_v<T>)
    return Value{type, static_cast<double>(*value)};
  else if constexpr (std::is_signed_v<T>)
    return Value{type, static_cast<int64_t>(*value)};
  else
    return Value{type, static_cast<uint64_t>(*value)};
}

Result<Value> Reader::read_value(std::string_view key, uint32_t type_id) {
  const auto type = static_cast<ValueType>(type_id);
  switch (type) {
    case ValueType::u8:
      return read_number<uint8_t>(key, type);
    case ValueType::i8:
      return read_number<int8_t>(key, type);
    case ValueType::u16:
      return read_number<uint16_t>(key, type);
    case ValueType::i16:
      return read_number<int16_t>(key, type);
    case ValueType::u32:
      return read_number<uint32_t>(key, type);
    case ValueType::i32:
      return read_number<int32_t>(key, type);
    case ValueType::u64:
      return read_number<uint64_t>(key, type);
    case ValueType::i64:
      return read_number<int64_t>(key, type);
    case ValueType::f32:
      return read_number<float>(key, type);
    case ValueType::f64:
      return read_number<double>(key, type);
    case ValueType::boolean:
      return read_bool(key);
    case ValueType::array:
      return read_array(key);
    case ValueType::string: {
      const auto text = string([&] { return fmt::format("the metadata key {}", quoted(key)); });
      if (!text.ok()) return text.error();
      return Value{type, *text};
    }
  }
  return refuse("the metadata key {} has the type {}, but the types go from 0 to 12; {}",
                quoted(key), type_id, kDamaged);
}

Result<Value> Reader::read_bool(std::string_view key) {
  const auto byte =
      number<uint8_t>([&] { return fmt::format("the metadata key {}", quoted(key)); });
  if (!byte.ok()) return byte.error();
  if (*byte > 1)
    return refuse("the metadata key {} is a bool with the value {}, but only 0 and 1 are allowed",
                  quoted(key), *byte);
  return Value{ValueType::boolean, *byte == 1};
}

Result<Value> Reader::read_array(std::string_view key) {
  const auto what = [&] { return fmt::format("the metadata array {}", quoted(key)); };
  const auto id = number<uint32_t>(what);
  if (!id.ok()) return id.error();
  const auto count = number<uint64_t>(what);
  if (!count.ok()) return count.error();
  const auto element = static_cast<ValueType>(*id);
  if (!is_known(element))
    return refuse("{} has elements of type {}, but the types go from 0 to 12; {}", what(), *id,
                  kDamaged);
  if (element == ValueType::array)
    return refuse("{} has arrays as elements, which is not supported", what());

  const bool is_string = element == ValueType::string;
  const uint64_t least = is_string ? sizeof(uint64_t) : fixed_bytes(element);
  if (*count > in_.remaining() / least)
    return refuse("{} has {} {} elements, but the {} bytes that follow hold at most {}; {}", what(),
                  *count, name(element), in_.remaining(), in_.remaining() / least, kDamaged);
  const uint64_t begin = in_.position();
  if (is_string) {
    if (Status status = check_strings(key, *count); !status.ok()) return status.error();
  } else {
    const auto elements = in_.take(*count * least);
    if (element == ValueType::boolean)
      for (std::byte b : *elements)
        if (b > std::byte{1})
          return refuse("{} is of bools, but has the value {}; only 0 and 1 are allowed", what(),
                        static_cast<int>(b));
  }
  return Value{ValueType::array,
               Array{element, *count, bytes_.subspan(begin, in_.position() - begin)}};
}

Status Reader::check_strings(std::string_view key, uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) {
    const auto text = string([&] {
      return fmt::format("string {} of {} in the metadata array {}", i + 1, count, quoted(key));
    });
    if (!text.ok()) return text.error();
  }
  return {};
}

Status Reader::read_tensor_infos() {
  if (n_tensors_ > in_.remaining() / kMinTensorInfoBytes)
    return refuse("has {} tensors, but the {} bytes after the metadata describe at most {}; {}",
                  n_tensors_, in_.remaining(), in_.remaining() / kMinTensorInfoBytes, kDamaged);
  part_.tensors.reserve(n_tensors_);
  offsets_.reserve(n_tensors_);
  for (uint64_t i = 0; i < n_tensors_; ++i)
    if (Status status = read_tensor_info(i); !status.ok()) return status;

  std::vector<std::string_view> names;
  names.reserve(n_tensors_);
  for (const Tensor& t : part_.tensors) names.push_back(t.name);
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  if (twice != names.end()) return refuse("the tensor {} is there twice", quoted(*twice));
  return {};
}

Result<std::string_view> Reader::read_tensor_name(uint64_t index) {
  const auto which = [&] {
    return fmt::format("the name of tensor {} of {}", index + 1, n_tensors_);
  };
  const auto name = string(which);
  if (!name.ok()) return name.error();
  if (name->empty()) return refuse("{} is empty", which());
  if (name->size() > kMaxTensorNameBytes)
    return refuse("{} has {} bytes, but at most {} are supported", which(), name->size(),
                  kMaxTensorNameBytes);
  return *name;
}

Status Reader::read_tensor_info(uint64_t index) {
  Tensor tensor;
  const auto name = read_tensor_name(index);
  if (!name.ok()) return name.error();
  tensor.name = *name;
  if (Status status = read_shape(tensor); !status.ok()) return status;
  if (Status status = read_format(tensor); !status.ok()) return status;
  const auto offset =
      number<uint64_t>([&] { return fmt::format("the offset of tensor {}", quoted(tensor.name)); });
  if (!offset.ok()) return offset.error();
  if (*offset % alignment_ != 0)
    return refuse(
        "tensor {} begins at byte {} of the data, but that is no multiple of the "
        "alignment {}",
        quoted(tensor.name), *offset, alignment_);
  part_.tensors.push_back(tensor);
  offsets_.push_back(*offset);
  return {};
}

Status Reader::read_shape(Tensor& tensor) {
  const auto what = [&] { return fmt::format("the shape of tensor {}", quoted(tensor.name)); };
  const auto n_dims = number<uint32_t>(what);
  if (!n_dims.ok()) return n_dims.error();
  if (*n_dims > kMaxDims)
    return refuse("tensor {} has {} dimensions, but at most {} are supported", quoted(tensor.name),
                  *n_dims, kMaxDims);
  tensor.n_dims = static_cast<int>(*n_dims);
  uint64_t elements = 1;
  for (uint32_t d = 0; d < *n_dims; ++d) {
    const auto size = number<uint64_t>(what);
    if (!size.ok()) return size.error();
    if (*size == 0)
      return refuse("tensor {} has 0 as the size of dimension {}, but at least 1 is needed",
                    quoted(tensor.name), d + 1);
    const auto product = checked_mul(elements, *size);
    if (!product || *product > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
      return refuse(
          "tensor {} has the size {} in dimension {} after {} elements in those before, "
          "which is too large; {}",
          quoted(tensor.name), *size, d + 1, elements, kDamaged);
    elements = *product;
    tensor.shape[d] = *size;
  }
  return {};
}

Status Reader::read_format(Tensor& tensor) {
  const auto id =
      number<uint32_t>([&] { return fmt::format("the format of tensor {}", quoted(tensor.name)); });
  if (!id.ok()) return id.error();
  for (const Removed& r : kRemovedFormats)
    if (r.id == *id)
      return refuse(
          "tensor {} has the format {} ({}), which was removed from GGUF; get or make a "
          "newer file of the model",
          quoted(tensor.name), *id, r.name);
  const FormatInfo* format = find_format(*id);
  if (!format)
    return refuse(
        "tensor {} has the unknown format {}; the file is damaged or newer than this "
        "program",
        quoted(tensor.name), *id);
  if (tensor.shape[0] % format->block != 0)
    return refuse("tensor {} has rows of {} values, but {} needs a multiple of {}",
                  quoted(tensor.name), tensor.shape[0], format->name, format->block);
  tensor.format = format->format;
  return {};
}

// Offsets become spans.
Status Reader::place_tensors() {
  const auto begin = checked_align(in_.position(), alignment_);
  if (part_.tensors.empty()) {
    // Padding may follow; more means that the number of tensors is wrong.
    if (begin && bytes_.size() > *begin)
      return refuse(
          "has 0 tensors, but {} bytes follow its metadata; it is damaged, download it "
          "again",
          in_.remaining());
    return {};
  }
  for (size_t i = 0; i < part_.tensors.size(); ++i) {
    Tensor& tensor = part_.tensors[i];
    const FormatInfo& format = info(tensor.format);
    const auto n_bytes = checked_mul(tensor.n_elements() / format.block, format.bytes);
    const auto at = begin ? checked_add(*begin, offsets_[i]) : std::nullopt;
    const auto end = at && n_bytes ? checked_add(*at, *n_bytes) : std::nullopt;
    if (!end)
      return refuse("tensor {} would lie at offset {}, which no file of {} bytes has; {}",
                    quoted(tensor.name), offsets_[i], bytes_.size(), kDamaged);
    if (*end > bytes_.size())
      return refuse("tensor {} ends at byte {}, but the file has {} bytes; {}", quoted(tensor.name),
                    *end, bytes_.size(), kDamaged);
    tensor.bytes = bytes_.subspan(*at, *n_bytes);
  }
  return {};
}

Status Reader::check_overlaps() {
  std::vector<size_t> order(part_.tensors.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, {}, [&](size_t i) { return offsets_[i]; });
  for (size_t k = 1; k < order.size(); ++k) {
    const Tensor& before = part_.tensors[order[k - 1]];
    const Tensor& after = part_.tensors[order[k]];
    const uint64_t end = offsets_[order[k - 1]] + before.bytes.size();
    if (end > offsets_[order[k]])
      return refuse(
          "tensor {} ends at byte {} of the data, but tensor {} begins at byte {}; the "
          "file is damaged, download it again",
          quoted(before.name), end, quoted(after.name), offsets_[order[k]]);
  }
  return {};
}

}  // namespace

Result<GgufPart> read_gguf_part(std::span<const std::byte> bytes, const std::string& file) {
  return Reader(bytes, file).read();
}

}  // namespace hob::tensor
