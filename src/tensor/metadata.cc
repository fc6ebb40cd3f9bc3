#include "tensor/metadata.h"

#include <algorithm>
#include <limits>

#include "base/byte_reader.h"
#include "base/check.h"
#include "tensor/quoted.h"

namespace hob::tensor {
namespace {

struct TypeInfo {
  std::string_view name;
  uint64_t bytes;  // 0: varies
};

// By id.
constexpr TypeInfo kTypes[] = {{"u8", 1},  {"i8", 1},  {"u16", 2},  {"i16", 2},    {"u32", 4},
                               {"i32", 4}, {"f32", 4}, {"bool", 1}, {"string", 0}, {"array", 0},
                               {"u64", 8}, {"i64", 8}, {"f64", 8}};

const TypeInfo& type_info(ValueType type) {
  HOB_CHECK(is_known(type), "no value type has the id {}", static_cast<uint32_t>(type));
  return kTypes[static_cast<uint32_t>(type)];
}

// The elements, which are T in the file, each converted.
template <class T, class Out, class Convert>
std::vector<Out> read_all(const Array& array, Convert convert) {
  std::vector<Out> out;
  out.reserve(array.count);
  ByteReader in(array.bytes);
  for (uint64_t i = 0; i < array.count; ++i) {
    const auto value = in.number<T>();
    HOB_CHECK(value, "an array of {} elements has {} bytes", array.count, array.bytes.size());
    out.push_back(convert(*value));
  }
  return out;
}

template <class Out, class Convert>
std::vector<Out> convert_all(const Array& array, Convert convert) {
  switch (array.element) {
    case ValueType::u8:
    case ValueType::boolean:
      return read_all<uint8_t, Out>(array, convert);
    case ValueType::i8:
      return read_all<int8_t, Out>(array, convert);
    case ValueType::u16:
      return read_all<uint16_t, Out>(array, convert);
    case ValueType::i16:
      return read_all<int16_t, Out>(array, convert);
    case ValueType::u32:
      return read_all<uint32_t, Out>(array, convert);
    case ValueType::i32:
      return read_all<int32_t, Out>(array, convert);
    case ValueType::u64:
      return read_all<uint64_t, Out>(array, convert);
    case ValueType::i64:
      return read_all<int64_t, Out>(array, convert);
    case ValueType::f32:
      return read_all<float, Out>(array, convert);
    case ValueType::f64:
      return read_all<double, Out>(array, convert);
    case ValueType::string:
    case ValueType::array:
      break;
  }
  HOB_CHECK(false, "an array of {} holds no numbers", name(array.element));
  return {};
}

std::string describe(const Value& value) {
  const Array* array = std::get_if<Array>(&value.data);
  if (!array) return std::string(name(value.type));
  return fmt::format("an array of {} {} values", array->count, name(array->element));
}

Error wrong_type(std::string_view key, const Value& value, std::string_view expected) {
  return fail("the metadata key {} is {}, but {} is needed", quoted(key), describe(value),
              expected);
}

}  // namespace

bool is_known(ValueType type) {
  return static_cast<uint32_t>(type) < std::size(kTypes);
}

std::string_view name(ValueType type) {
  return type_info(type).name;
}

uint64_t fixed_bytes(ValueType type) {
  return type_info(type).bytes;
}

std::vector<std::string_view> Array::strings() const {
  HOB_CHECK(element == ValueType::string, "an array of {} holds no strings", name(element));
  std::vector<std::string_view> out;
  out.reserve(count);
  ByteReader in(bytes);
  for (uint64_t i = 0; i < count; ++i) {
    const auto length = in.number<uint64_t>();
    const auto text = length ? in.take(*length) : std::nullopt;
    HOB_CHECK(text, "string {} of {} passes the end of its array", i, count);
    out.push_back(as_text(*text));
  }
  return out;
}

std::vector<double> Array::numbers() const {
  return convert_all<double>(*this, [](auto v) { return static_cast<double>(v); });
}

std::vector<float> Array::floats() const {
  return convert_all<float>(*this, [](auto v) { return static_cast<float>(v); });
}

std::vector<int64_t> Array::integers() const {
  HOB_CHECK(element != ValueType::f32 && element != ValueType::f64,
            "an array of {} holds no integers", name(element));
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  return convert_all<int64_t>(*this, [](auto v) {
    if constexpr (std::is_same_v<decltype(v), uint64_t>)
      return v > static_cast<uint64_t>(kMax) ? kMax : static_cast<int64_t>(v);
    else
      return static_cast<int64_t>(v);
  });
}

const Value* Metadata::find(std::string_view key) const {
  const auto found = index_.find(key);
  return found == index_.end() ? nullptr : &entries_[found->second].value;
}

Result<std::optional<uint64_t>> Metadata::unsigned_integer(std::string_view key) const {
  const Value* value = find(key);
  if (!value) return std::optional<uint64_t>();
  if (const auto* n = std::get_if<uint64_t>(&value->data)) return std::optional(*n);
  if (const auto* n = std::get_if<int64_t>(&value->data)) {
    if (*n >= 0) return std::optional(static_cast<uint64_t>(*n));
    return fail("the metadata key {} is {}, but a number of at least 0 is needed", quoted(key), *n);
  }
  return wrong_type(key, *value, "an integer");
}

Result<std::optional<double>> Metadata::number(std::string_view key) const {
  const Value* value = find(key);
  if (!value) return std::optional<double>();
  if (const auto* n = std::get_if<uint64_t>(&value->data)) return std::optional<double>(*n);
  if (const auto* n = std::get_if<int64_t>(&value->data)) return std::optional<double>(*n);
  if (const auto* n = std::get_if<double>(&value->data)) return std::optional(*n);
  return wrong_type(key, *value, "a number");
}

Result<std::optional<bool>> Metadata::boolean(std::string_view key) const {
  const Value* value = find(key);
  if (!value) return std::optional<bool>();
  if (const auto* b = std::get_if<bool>(&value->data)) return std::optional(*b);
  return wrong_type(key, *value, "true or false (bool)");
}

Result<std::optional<std::string_view>> Metadata::string(std::string_view key) const {
  const Value* value = find(key);
  if (!value) return std::optional<std::string_view>();
  if (const auto* s = std::get_if<std::string_view>(&value->data)) return std::optional(*s);
  return wrong_type(key, *value, "a string");
}

Result<std::optional<std::vector<double>>> Metadata::numbers(std::string_view key,
                                                             uint64_t broadcast) const {
  using Numbers = std::optional<std::vector<double>>;
  const Value* value = find(key);
  if (!value) return Numbers();
  if (const auto* array = std::get_if<Array>(&value->data)) {
    if (array->element == ValueType::string)
      return wrong_type(key, *value, "a number or an array of numbers");
    return Numbers(array->numbers());
  }
  double scalar;
  if (const auto* b = std::get_if<bool>(&value->data)) {
    scalar = *b ? 1 : 0;
  } else {
    const auto n = number(key);
    if (!n.ok()) return wrong_type(key, *value, "a number or an array of numbers");
    scalar = **n;
  }
  if (broadcast > kMaxBroadcast)
    return fail("the metadata key {} would stand for {} values, but at most {} are supported",
                quoted(key), broadcast, kMaxBroadcast);
  return Numbers(std::vector<double>(broadcast, scalar));
}

Result<const Array*> Metadata::array(std::string_view key, ValueType element) const {
  const Value* value = find(key);
  if (!value) return static_cast<const Array*>(nullptr);
  const auto* array = std::get_if<Array>(&value->data);
  if (!array || array->element != element)
    return wrong_type(key, *value, fmt::format("an array of {} values", name(element)));
  return array;
}

Status Metadata::add(std::string_view key, Value value) {
  if (key.empty()) return fail("metadata key {} has an empty name", entries_.size() + 1);
  if (!index_.emplace(key, entries_.size()).second)
    return fail("the metadata key {} is there twice", quoted(key));
  entries_.push_back({key, std::move(value)});
  return {};
}

}  // namespace hob::tensor
