// The key-value half of a GGUF file: typed views into its bytes, checked once by the reader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace hob::tensor {

// Ids as in the GGUF specification.
enum class ValueType : uint32_t {
  u8 = 0,
  i8 = 1,
  u16 = 2,
  i16 = 3,
  u32 = 4,
  i32 = 5,
  f32 = 6,
  boolean = 7,
  string = 8,
  array = 9,
  u64 = 10,
  i64 = 11,
  f64 = 12,
};
std::string_view name(ValueType type);
bool is_known(ValueType type);
// Bytes of one value; 0 for string and array, whose size varies.
uint64_t fixed_bytes(ValueType type);

// An array as it lies in the file. Nested arrays are refused by the reader.
struct Array {
  ValueType element;
  uint64_t count;
  // The elements, little-endian, maybe unaligned; strings with their u64 lengths.
  std::span<const std::byte> bytes;

  std::vector<std::string_view> strings() const;  // only for element == string
  std::vector<double> numbers() const;            // only for numeric and boolean elements
  std::vector<int64_t> integers() const;  // only for integer and boolean elements; u64 saturates
  std::vector<float> floats() const;      // numeric and boolean elements, narrowed to float
};

struct Value {
  ValueType type;
  // u8…u64, i8…i64, f32/f64, …
  std::variant<uint64_t, int64_t, double, bool, std::string_view, Array> data;
};

class Metadata {
 public:
  struct Entry {
    std::string_view key;
    Value value;
  };

  const std::vector<Entry>& entries() const { return entries_; }  // in file order
  const Value* find(std::string_view key) const;
  bool has(std::string_view key) const { return find(key) != nullptr; }

  // Typed access. Absent -> nullopt; present with another type -> an Error naming key, type and
  // expectation. Integers accept every integer type whose value fits; numbers accept integers and
  // floats.
  Result<std::optional<uint64_t>> unsigned_integer(std::string_view key) const;
  Result<std::optional<double>> number(std::string_view key) const;
  Result<std::optional<bool>> boolean(std::string_view key) const;
  Result<std::optional<std::string_view>> string(std::string_view key) const;
  // A scalar is accepted as an array of `broadcast` equal values (per-layer hyper-parameters may be
  // either); Error where that would be more than kMaxBroadcast.
  static constexpr uint64_t kMaxBroadcast = 1 << 16;
  Result<std::optional<std::vector<double>>> numbers(std::string_view key,
                                                     uint64_t broadcast) const;
  Result<const Array*> array(std::string_view key, ValueType element) const;  // nullptr when absent

  Status add(std::string_view key, Value value);  // Error on an empty or duplicate key

 private:
  std::vector<Entry> entries_;
  std::map<std::string_view, size_t> index_;  // ordered: no file can choose keys that collide
};

}  // namespace hob::tensor
