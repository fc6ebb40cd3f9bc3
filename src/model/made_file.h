// For tests: a small model file in memory whose keys and tensors can be changed one by one. Starts
// as a complete llama of two layers: 8 wide, 2 heads on 1, 5 tokens.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "tensor/gguf.h"
#include "tensor/gguf_writer.h"

namespace hob::model {

class MadeFile {
 public:
  using Key = std::variant<uint32_t, int32_t, float, bool, std::string, std::vector<int32_t>,
                           std::vector<float>, std::vector<std::string>>;
  struct Shape {
    std::vector<uint64_t> sizes;  // row length first
    tensor::Format format = tensor::Format::f32;
    float fill = 1;  // of F32 tensors; others are zero bytes
  };

  explicit MadeFile(const std::string& architecture = "llama") {
    keys["general.architecture"] = architecture;
    const std::string a = architecture + ".";
    keys[a + "block_count"] = 2u;
    keys[a + "embedding_length"] = 8u;
    keys[a + "context_length"] = 64u;
    keys[a + "feed_forward_length"] = 16u;
    keys[a + "attention.head_count"] = 2u;
    keys[a + "attention.head_count_kv"] = 1u;
    keys[a + "attention.layer_norm_rms_epsilon"] = 1e-5f;
    keys["tokenizer.ggml.model"] = std::string("llama");
    keys["tokenizer.ggml.tokens"] = std::vector<std::string>{"a", "b", "c", "d", "e"};
    tensors["token_embd.weight"] = {{8, 5}};
    tensors["output_norm.weight"] = {{8}};
    tensors["output.weight"] = {{8, 5}};
    for (int layer : {0, 1}) {
      const std::string b = "blk." + std::to_string(layer) + ".";
      tensors[b + "attn_norm.weight"] = {{8}};
      tensors[b + "attn_q.weight"] = {{8, 8}};
      tensors[b + "attn_k.weight"] = {{8, 4}};
      tensors[b + "attn_v.weight"] = {{8, 4}};
      tensors[b + "attn_output.weight"] = {{8, 8}};
      tensors[b + "ffn_norm.weight"] = {{8}};
      tensors[b + "ffn_gate.weight"] = {{8, 16}};
      tensors[b + "ffn_up.weight"] = {{8, 16}};
      tensors[b + "ffn_down.weight"] = {{16, 8}};
    }
  }

  std::shared_ptr<const tensor::GgufFile> build() const {
    tensor::GgufWriter writer;
    for (const auto& [key, value] : keys)
      std::visit([&](const auto& v) { add(writer, key, v); }, value);
    std::vector<std::vector<std::byte>> data;
    for (const auto& [name, shape] : tensors) {
      writer.add_tensor(name, shape.format, shape.sizes);
      data.push_back(bytes_of(shape));
    }
    struct Holder {
      std::vector<std::byte> bytes;
      tensor::GgufFile file;
    };
    const std::vector<std::span<const std::byte>> spans(data.begin(), data.end());
    auto bytes = writer.to_bytes(spans);
    auto file = tensor::GgufFile::parse(bytes, "made.gguf");
    auto holder = std::make_shared<Holder>(Holder{std::move(bytes), *std::move(file)});
    return {holder, &holder->file};
  }

  std::map<std::string, Key> keys;
  std::map<std::string, Shape> tensors;

 private:
  static void add(tensor::GgufWriter& writer, const std::string& key, const std::string& text) {
    writer.add(key, std::string_view(text));
  }
  template <class T>
  static void add(tensor::GgufWriter& writer, const std::string& key, const std::vector<T>& list) {
    writer.add(key, std::span<const T>(list));
  }
  template <class T>
  static void add(tensor::GgufWriter& writer, const std::string& key, T number) {
    writer.add(key, number);
  }

  static std::vector<std::byte> bytes_of(const Shape& shape) {
    uint64_t n_rows = 1;
    for (size_t i = 1; i < shape.sizes.size(); ++i) n_rows *= shape.sizes[i];
    std::vector<std::byte> bytes(tensor::row_bytes(shape.format, shape.sizes[0]) * n_rows);
    if (shape.format == tensor::Format::f32) {
      const auto filler = std::as_bytes(std::span(&shape.fill, 1));
      for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = filler[i % sizeof(float)];
    }
    return bytes;
  }
};

}  // namespace hob::model
