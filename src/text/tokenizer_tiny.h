// For tests: a vocabulary written down token by token, and the tokenizer loaded from it by way of a
// GGUF file in memory.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tensor/gguf.h"
#include "tensor/gguf_writer.h"
#include "text/bpe_alphabet.h"
#include "text/tokenizer.h"

namespace hob::text {

class TinyVocabulary {
 public:
  explicit TinyVocabulary(std::string_view model) : model_(model) {}

  TinyVocabulary& token(std::string_view spelling, TokenType type = TokenType::normal,
                        float score = 0) {
    tokens_.emplace_back(spelling);
    types_.push_back(static_cast<int32_t>(type));
    scores_.push_back(score);
    return *this;
  }
  TinyVocabulary& bytes();  // the 256 bytes, spelled as the model spells them
  TinyVocabulary& merge(std::string_view left, std::string_view right) {
    merges_.push_back(std::string(left) + " " + std::string(right));
    return *this;
  }
  // A merge, and the token that it makes.
  TinyVocabulary& merged(std::string_view left, std::string_view right) {
    return merge(left, right).token(std::string(left) + std::string(right));
  }
  // key without "tokenizer.ggml."
  template <class Value>
  TinyVocabulary& set(std::string_view key, Value value) {
    const std::string name = "tokenizer.ggml." + std::string(key);
    settings_[name] = [name, value](tensor::GgufWriter& writer) { writer.add(name, value); };
    return *this;
  }
  TinyVocabulary& name(std::string_view general_name) {
    settings_["general.name"] = [name = std::string(general_name)](tensor::GgufWriter& writer) {
      writer.add("general.name", std::string_view(name));
    };
    return *this;
  }

  Result<std::unique_ptr<Tokenizer>> load() const;
  const std::vector<std::string>& spellings() const { return tokens_; }

  // For vocabularies that are wrong on purpose.
  std::vector<std::string> tokens_;
  std::vector<int32_t> types_;
  std::vector<float> scores_;
  std::vector<std::string> merges_;

 private:
  std::string model_;
  std::map<std::string, std::function<void(tensor::GgufWriter&)>> settings_;  // by key
};

inline TinyVocabulary& TinyVocabulary::bytes() {
  for (int byte = 0; byte < 256; byte++) {
    if (model_ == "llama")
      token(fmt::format("<0x{:02X}>", byte), TokenType::byte);
    else
      token(spell_bytes(std::string(1, static_cast<char>(byte))));
  }
  return *this;
}

inline Result<std::unique_ptr<Tokenizer>> TinyVocabulary::load() const {
  tensor::GgufWriter writer;
  for (const auto& [key, add] : settings_) add(writer);
  writer.add("tokenizer.ggml.model", std::string_view(model_));
  writer.add("tokenizer.ggml.tokens", std::span<const std::string>(tokens_));
  writer.add("tokenizer.ggml.token_type", std::span<const int32_t>(types_));
  if (model_ == "llama")
    writer.add("tokenizer.ggml.scores", std::span<const float>(scores_));
  else
    writer.add("tokenizer.ggml.merges", std::span<const std::string>(merges_));
  const std::vector<std::byte> file_bytes = writer.to_bytes({});
  auto file = tensor::GgufFile::parse(file_bytes, "tiny vocabulary");
  if (!file) return file.error();
  return Tokenizer::load(file->metadata());
}

// "<unk>" "<s>" "</s>", the bytes, and a few words of SentencePiece.
inline TinyVocabulary tiny_spm() {
  TinyVocabulary tiny("llama");
  tiny.token("<unk>", TokenType::unknown)
      .token("<s>", TokenType::control)
      .token("</s>", TokenType::control)
      .bytes();
  float score = -1;
  for (std::string_view spelling :
       {"▁t", "he", "▁the", "▁▁", "▁▁▁▁", "▁", "t", "h", "e", "a", "c", "at", "cat", "▁cat"})
    tiny.token(spelling, TokenType::normal, score--);
  return tiny;
}

// The bytes' letters, a few merges, and "<|bos|>" "<|end|>" as control tokens.
inline TinyVocabulary tiny_bpe(std::string_view pre) {
  TinyVocabulary tiny("gpt2");
  tiny.bytes().merged("h", "e").merged("t", "he").merged("Ġ", "the").merged("a", "t");
  tiny.merged("c", "at").merged("Ġ", "cat").merged("l", "l").merged("Ġ", "Ġ");
  tiny.token("<|bos|>", TokenType::control).token("<|end|>", TokenType::control);
  const auto n_tokens = static_cast<uint32_t>(tiny.tokens_.size());
  tiny.set("pre", std::string(pre))
      .set("bos_token_id", n_tokens - 2)
      .set("eos_token_id", n_tokens - 1);
  return tiny;
}

}  // namespace hob::text
