#include "tensor/gguf_writer.h"

#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "tensor/quoted.h"

namespace hob::tensor {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::string_view kAlignmentKey = "general.alignment";

void put_bytes(Bytes& out, const void* data, size_t n) {
  const size_t at = out.size();
  out.resize(at + n);
  if (n > 0) std::memcpy(out.data() + at, data, n);
}

template <class T>
void put(Bytes& out, T value) {
  put_bytes(out, &value, sizeof(T));
}

void put_string(Bytes& out, std::string_view text) {
  put<uint64_t>(out, text.size());
  put_bytes(out, text.data(), text.size());
}

// A whole-number or floating value narrowed to its type in the file.
template <class From>
void put_as(Bytes& out, ValueType type, From value) {
  switch (type) {
    case ValueType::u8:
      return put(out, static_cast<uint8_t>(value));
    case ValueType::i8:
      return put(out, static_cast<int8_t>(value));
    case ValueType::u16:
      return put(out, static_cast<uint16_t>(value));
    case ValueType::i16:
      return put(out, static_cast<int16_t>(value));
    case ValueType::u32:
      return put(out, static_cast<uint32_t>(value));
    case ValueType::i32:
      return put(out, static_cast<int32_t>(value));
    case ValueType::u64:
      return put(out, static_cast<uint64_t>(value));
    case ValueType::i64:
      return put(out, static_cast<int64_t>(value));
    case ValueType::f32:
      return put(out, static_cast<float>(value));
    case ValueType::f64:
      return put(out, static_cast<double>(value));
    default:
      HOB_CHECK(false, "{} is no type of a number", name(type));
  }
}

// Bytes of a tensor; nullopt where the shape overflows or its rows are no whole number of blocks.
std::optional<uint64_t> tensor_bytes(Format format, std::span<const uint64_t> shape) {
  const FormatInfo& f = info(format);
  if (!shape.empty() && shape[0] % f.block != 0) return std::nullopt;
  std::optional<uint64_t> n = shape.empty() ? 1 : shape[0] / f.block;
  for (uint64_t size : shape.subspan(shape.empty() ? 0 : 1))
    n = n ? checked_mul(*n, size) : std::nullopt;
  return n ? checked_mul(*n, f.bytes) : std::nullopt;
}

template <class T, class Name>
const T* find_twice(std::vector<const T*> items, Name name) {
  std::ranges::sort(items, {}, name);
  const auto twice = std::ranges::adjacent_find(items, {}, name);
  return twice == items.end() ? nullptr : *twice;
}

}  // namespace

void GgufWriter::begin_key(std::string_view key, ValueType type) {
  put_string(keys_, key);
  put(keys_, static_cast<uint32_t>(type));
  key_names_.emplace_back(key);
}

void GgufWriter::begin_array(std::string_view key, ValueType element, uint64_t count) {
  begin_key(key, ValueType::array);
  put(keys_, static_cast<uint32_t>(element));
  put(keys_, count);
}

void GgufWriter::add(std::string_view key, uint32_t value) {
  add(key, Value{ValueType::u32, uint64_t{value}});
}

void GgufWriter::add(std::string_view key, int32_t value) {
  add(key, Value{ValueType::i32, int64_t{value}});
}

void GgufWriter::add(std::string_view key, uint64_t value) {
  add(key, Value{ValueType::u64, value});
}

void GgufWriter::add(std::string_view key, float value) {
  add(key, Value{ValueType::f32, double{value}});
}

void GgufWriter::add(std::string_view key, bool value) {
  add(key, Value{ValueType::boolean, value});
}

void GgufWriter::add(std::string_view key, std::string_view value) {
  add(key, Value{ValueType::string, value});
}

void GgufWriter::add(std::string_view key, std::span<const std::string> values) {
  begin_array(key, ValueType::string, values.size());
  for (const std::string& value : values) put_string(keys_, value);
}

void GgufWriter::add(std::string_view key, std::span<const float> values) {
  add(key, Value{ValueType::array, Array{ValueType::f32, values.size(), std::as_bytes(values)}});
}

void GgufWriter::add(std::string_view key, std::span<const int32_t> values) {
  add(key, Value{ValueType::array, Array{ValueType::i32, values.size(), std::as_bytes(values)}});
}

void GgufWriter::add(std::string_view key, std::span<const bool> values) {
  begin_array(key, ValueType::boolean, values.size());
  for (bool value : values) put<uint8_t>(keys_, value);
}

void GgufWriter::add(std::string_view key, const Value& value) {
  if (const auto* array = std::get_if<Array>(&value.data)) {
    begin_array(key, array->element, array->count);
    put_bytes(keys_, array->bytes.data(), array->bytes.size());
    return;
  }
  begin_key(key, value.type);
  if (const auto* text = std::get_if<std::string_view>(&value.data)) {
    put_string(keys_, *text);
  } else if (const auto* b = std::get_if<bool>(&value.data)) {
    put<uint8_t>(keys_, *b);
  } else if (const auto* d = std::get_if<double>(&value.data)) {
    put_as(keys_, value.type, *d);
  } else if (const auto* i = std::get_if<int64_t>(&value.data)) {
    put_as(keys_, value.type, *i);
    if (key == kAlignmentKey) alignment_ = static_cast<uint64_t>(*i);
  } else if (const auto* u = std::get_if<uint64_t>(&value.data)) {
    put_as(keys_, value.type, *u);
    if (key == kAlignmentKey) alignment_ = *u;
  }
}

void GgufWriter::add_tensor(std::string name, Format format, std::vector<uint64_t> shape) {
  const auto n_bytes = tensor_bytes(format, shape);
  tensors_.push_back({std::move(name), format, std::move(shape), n_bytes.value_or(0)});
}

uint64_t GgufWriter::data_bytes() const {
  uint64_t sum = 0;
  for (const TensorInfo& t : tensors_) sum += t.n_bytes;
  return sum;
}

// What the reader would refuse.
Status GgufWriter::check() const {
  if (alignment_ == 0 || (alignment_ & (alignment_ - 1)) != 0)
    return fail("'general.alignment' would be {}, but a power of two is needed", alignment_);
  std::vector<const std::string*> keys;
  for (const std::string& key : key_names_) {
    if (key.empty()) return fail("a metadata key would have an empty name");
    keys.push_back(&key);
  }
  if (const auto* twice = find_twice(keys, [](const std::string* k) { return *k; }))
    return fail("the metadata key {} would be there twice", quoted(*twice));
  std::vector<const TensorInfo*> tensors;
  for (const TensorInfo& t : tensors_) {
    if (t.name.empty() || t.name.size() > kMaxTensorNameBytes)
      return fail("the tensor name {} would have {} bytes, but 1 to {} are allowed", quoted(t.name),
                  t.name.size(), kMaxTensorNameBytes);
    if (t.shape.size() > 4)
      return fail("tensor {} would have {} dimensions, but at most 4 are supported", quoted(t.name),
                  t.shape.size());
    if (t.n_bytes == 0)
      return fail(
          "tensor {} with the shape [{}] cannot be stored as {}: a size is 0 or too large, "
          "or rows are no multiple of {} values",
          quoted(t.name), fmt::join(t.shape, ", "), info(t.format).name, info(t.format).block);
    tensors.push_back(&t);
  }
  if (const auto* twice = find_twice(tensors, [](const TensorInfo* t) { return t->name; }))
    return fail("the tensor {} would be there twice", quoted(twice->name));
  return {};
}

std::vector<std::byte> GgufWriter::header() const {
  Bytes out;
  put_bytes(out, "GGUF", 4);
  put<uint32_t>(out, 3);
  put<uint64_t>(out, tensors_.size());
  put<uint64_t>(out, key_names_.size());
  put_bytes(out, keys_.data(), keys_.size());
  uint64_t offset = 0;
  for (const TensorInfo& t : tensors_) {
    put_string(out, t.name);
    put<uint32_t>(out, static_cast<uint32_t>(t.shape.size()));
    for (uint64_t size : t.shape) put(out, size);
    put(out, static_cast<uint32_t>(t.format));
    put(out, offset);
    offset = (offset + t.n_bytes + alignment_ - 1) & ~(alignment_ - 1);
  }
  if (!tensors_.empty()) out.resize((out.size() + alignment_ - 1) & ~(alignment_ - 1));
  return out;
}

Status GgufWriter::open(const std::string& path) {
  if (Status status = check(); !status.ok()) return fail("{}: {}", path, status.error().message);
  if (Status status = file_.open(path); !status.ok()) return status;
  path_ = path;
  current_ = 0;
  written_ = 0;
  const Bytes bytes = header();
  file_bytes_ = bytes.size();
  return file_.write(bytes);
}

Status GgufWriter::append(std::span<const std::byte> bytes) {
  HOB_CHECK(file_.is_open(), "append() needs an open file");
  while (!bytes.empty()) {
    HOB_CHECK(current_ < tensors_.size(), "{} bytes after the last tensor", bytes.size());
    const uint64_t missing = tensors_[current_].n_bytes - written_;
    const auto piece = bytes.first(std::min<uint64_t>(missing, bytes.size()));
    if (Status status = file_.write(piece); !status.ok()) return status;
    bytes = bytes.subspan(piece.size());
    written_ += piece.size();
    file_bytes_ += piece.size();
    if (written_ < tensors_[current_].n_bytes) continue;
    if (Status status = pad(); !status.ok()) return status;
    ++current_;
    written_ = 0;
  }
  return {};
}

Status GgufWriter::pad() {
  const Bytes zeros(-file_bytes_ & (alignment_ - 1));
  file_bytes_ += zeros.size();
  return file_.write(zeros);
}

Status GgufWriter::close() {
  HOB_CHECK(file_.is_open(), "close() needs an open file");
  if (current_ < tensors_.size()) {
    file_.discard();
    const TensorInfo& t = tensors_[current_];
    return fail("{}: not written, because tensor {} got {} of its {} bytes", path_, quoted(t.name),
                written_, t.n_bytes);
  }
  return file_.commit();
}

std::vector<std::byte> GgufWriter::to_bytes(
    std::span<const std::span<const std::byte>> data) const {
  const Status status = check();
  HOB_CHECK(status.ok(), "{}", status.error().message);
  HOB_CHECK(data.size() == tensors_.size(), "{} spans for {} tensors", data.size(),
            tensors_.size());
  Bytes out = header();
  for (size_t i = 0; i < data.size(); ++i) {
    HOB_CHECK(data[i].size() == tensors_[i].n_bytes, "{} bytes for the {} of tensor {}",
              data[i].size(), tensors_[i].n_bytes, tensors_[i].name);
    put_bytes(out, data[i].data(), data[i].size());
    out.resize((out.size() + alignment_ - 1) & ~(alignment_ - 1));
  }
  return out;
}

}  // namespace hob::tensor
