// GGUF files for tests, put together field by field and without any check, so that every field can
// be wrong. Not the writer: that one refuses to write what cannot be read.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hob::tensor::testing {

template <class T>
std::string raw(T value) {
  std::string out(sizeof(T), '\0');
  std::memcpy(out.data(), &value, sizeof(T));
  return out;
}

inline std::string raw_string(std::string_view text) {
  return raw<uint64_t>(text.size()) + std::string(text);
}

inline std::string raw_array(uint32_t element, uint64_t count, const std::string& elements) {
  return raw(element) + raw(count) + elements;
}

struct TestGguf {
  struct Key {
    std::string name;
    uint32_t type;
    std::string value;                   // as it lies in the file
    std::optional<uint64_t> name_bytes;  // what the file says, where that is a lie
  };
  struct Tensor {
    std::string name;
    std::vector<uint64_t> shape;
    uint32_t format;
    uint64_t offset;
    std::optional<uint32_t> n_dims;
  };

  std::string magic = "GGUF";
  uint32_t version = 3;
  std::vector<Key> keys;
  std::vector<Tensor> tensors;
  std::optional<uint64_t> n_keys, n_tensors;  // what the file says, where that is a lie
  uint64_t alignment = 32;                    // of the data
  std::string data;

  std::string bytes() const {
    std::string out = magic + raw(version) + raw<uint64_t>(n_tensors.value_or(tensors.size())) +
                      raw<uint64_t>(n_keys.value_or(keys.size()));
    for (const Key& k : keys)
      out += raw<uint64_t>(k.name_bytes.value_or(k.name.size())) + k.name + raw(k.type) + k.value;
    for (const Tensor& t : tensors) {
      out += raw_string(t.name) + raw<uint32_t>(t.n_dims.value_or(t.shape.size()));
      for (uint64_t size : t.shape) out += raw(size);
      out += raw(t.format) + raw(t.offset);
    }
    if (!tensors.empty() || !data.empty())
      out.resize((out.size() + alignment - 1) / alignment * alignment);
    return out + data;
  }
};

// Two tensors (F32 [4, 3] and Q8_0 [32, 2]) and a key of each kind.
inline TestGguf good_gguf() {
  TestGguf g;
  g.keys = {
      {"general.architecture", 8, raw_string("llama"), {}},
      {"llama.block_count", 4, raw<uint32_t>(7), {}},
      {"a.flag", 7, raw<uint8_t>(1), {}},
      {"a.tokens", 9, raw_array(8, 2, raw_string("one") + raw_string("")), {}},
      {"a.scores", 9, raw_array(6, 3, raw(0.5f) + raw(-1.f) + raw(2.f)), {}},
  };
  g.tensors = {{"token_embd.weight", {4, 3}, 0, 0, {}},
               {"blk.0.attn_q.weight", {32, 2}, 8, 64, {}}};
  g.data = std::string(64 + 68, '\1');
  return g;
}

inline std::span<const std::byte> as_bytes(const std::string& text) {
  return std::as_bytes(std::span(text));
}

}  // namespace hob::tensor::testing
