// The metadata keys of a GGUF file.
#include "tensor/gguf_reader.h"
#include "tensor/quoted.h"

namespace hob::tensor {
namespace {

constexpr uint64_t kMaxKeyBytes = 65535;  // of the specification
// The least that one entry takes: a key of one byte (8 + 1), its type (4) and one byte of value.
constexpr uint64_t kMinKeyValueBytes = 14;

class MetadataReader {
 public:
  MetadataReader(GgufCursor& in, uint64_t n_keys) : in_(in), n_keys_(n_keys) {}
  Result<Metadata> read();

 private:
  Status read_entry(uint64_t index);
  Result<Value> read_value(std::string_view key, uint32_t type);
  Result<Value> read_array(std::string_view key);
  Result<Value> read_bool(std::string_view key);
  template <class T>
  Result<Value> read_number(std::string_view key, ValueType type);
  Status check_strings(std::string_view key, uint64_t count);

  GgufCursor& in_;
  uint64_t n_keys_;
  Metadata metadata_;
};

Result<Metadata> MetadataReader::read() {
  if (n_keys_ > in_.remaining() / kMinKeyValueBytes)
    return in_.refuse("has {} metadata keys, but the {} bytes after the header hold at most {}; {}",
                      n_keys_, in_.remaining(), in_.remaining() / kMinKeyValueBytes, kDamaged);
  for (uint64_t i = 0; i < n_keys_; ++i)
    if (Status status = read_entry(i); !status.ok()) return status.error();
  return std::move(metadata_);
}

Status MetadataReader::read_entry(uint64_t index) {
  const auto which = [&] { return fmt::format("metadata key {} of {}", index + 1, n_keys_); };
  const auto key = in_.string(which);
  if (!key.ok()) return key.error();
  if (key->size() > kMaxKeyBytes)
    return in_.refuse("{} has a name of {} bytes, but at most {} are allowed", which(), key->size(),
                      kMaxKeyBytes);
  const auto type = in_.number<uint32_t>(which);
  if (!type.ok()) return type.error();
  auto value = read_value(*key, *type);
  if (!value.ok()) return value.error();
  if (Status status = metadata_.add(*key, std::move(*value)); !status.ok())
    return in_.refuse("{}", status.error().message);
  return {};
}

template <class T>
Result<Value> MetadataReader::read_number(std::string_view key, ValueType type) {
  const auto value = in_.number<T>([&] { return fmt::format("the metadata key {}", quoted(key)); });
  if (!value.ok()) return value.error();
  if constexpr (std::is_floating_point_v<T>)
    return Value{type, static_cast<double>(*value)};
  else if constexpr (std::is_signed_v<T>)
    return Value{type, static_cast<int64_t>(*value)};
  else
    return Value{type, static_cast<uint64_t>(*value)};
}

Result<Value> MetadataReader::read_value(std::string_view key, uint32_t type_id) {
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
      const auto text = in_.string([&] { return fmt::format("the metadata key {}", quoted(key)); });
      if (!text.ok()) return text.error();
      return Value{type, *text};
    }
  }
  return in_.refuse("the metadata key {} has the type {}, but the types go from 0 to 12; {}",
                    quoted(key), type_id, kDamaged);
}

Result<Value> MetadataReader::read_bool(std::string_view key) {
  const auto byte =
      in_.number<uint8_t>([&] { return fmt::format("the metadata key {}", quoted(key)); });
  if (!byte.ok()) return byte.error();
  if (*byte > 1)
    return in_.refuse(
        "the metadata key {} is a bool with the value {}, but only 0 and 1 are allowed",
        quoted(key), *byte);
  return Value{ValueType::boolean, *byte == 1};
}

Result<Value> MetadataReader::read_array(std::string_view key) {
  const auto what = [&] { return fmt::format("the metadata array {}", quoted(key)); };
  const auto id = in_.number<uint32_t>(what);
  if (!id.ok()) return id.error();
  const auto count = in_.number<uint64_t>(what);
  if (!count.ok()) return count.error();
  const auto element = static_cast<ValueType>(*id);
  if (!is_known(element))
    return in_.refuse("{} has elements of type {}, but the types go from 0 to 12; {}", what(), *id,
                      kDamaged);
  if (element == ValueType::array)
    return in_.refuse("{} has arrays as elements, which is not supported", what());

  const bool is_string = element == ValueType::string;
  const uint64_t least = is_string ? sizeof(uint64_t) : fixed_bytes(element);
  if (*count > in_.remaining() / least)
    return in_.refuse("{} has {} {} elements, but the {} bytes that follow hold at most {}; {}",
                      what(), *count, name(element), in_.remaining(), in_.remaining() / least,
                      kDamaged);
  const uint64_t begin = in_.position();
  if (is_string) {
    if (Status status = check_strings(key, *count); !status.ok()) return status.error();
  } else {
    const auto elements = in_.take(*count * least, what);
    if (!elements.ok()) return elements.error();
    if (element == ValueType::boolean)
      for (std::byte b : *elements)
        if (b > std::byte{1})
          return in_.refuse("{} is of bools, but has the value {}; only 0 and 1 are allowed",
                            what(), static_cast<int>(b));
  }
  return Value{ValueType::array,
               Array{element, *count, in_.bytes().subspan(begin, in_.position() - begin)}};
}

Status MetadataReader::check_strings(std::string_view key, uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) {
    const auto text = in_.string([&] {
      return fmt::format("string {} of {} in the metadata array {}", i + 1, count, quoted(key));
    });
    if (!text.ok()) return text.error();
  }
  return {};
}

}  // namespace

Result<Metadata> read_gguf_metadata(GgufCursor& in, uint64_t n_keys) {
  return MetadataReader(in, n_keys).read();
}

}  // namespace hob::tensor
