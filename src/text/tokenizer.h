// Text to token ids and back, as the model's own vocabulary says (tokenizer.ggml.* of its GGUF).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tensor/metadata.h"

namespace hob::text {

using Token = int32_t;

enum class TokenType : uint8_t {
  normal = 1,
  unknown = 2,
  control = 3,
  user_defined = 4,
  unused = 5,
  byte = 6
};

// A piece of a prompt. Special (control) tokens are recognised only in trusted segments, so that
// text typed by a user cannot forge a role.
struct Segment {
  std::string text;
  bool trusted;
};

struct EncodeOptions {
  bool add_special = true;  // BOS/EOS as the vocabulary's add_bos_token/add_eos_token say
  bool parse_special =
      true;  // text such as "<|im_end|>" becomes its control token; false: it stays text
};

struct ByteRange;

// Immutable once loaded: any number of threads may use one at a time.
class Tokenizer {
 public:
  // Copies what it needs: the metadata need not outlive the tokenizer. Errors: no vocabulary, a
  // tokenizer model or pre-tokenizer that is not known, arrays that disagree in length, ids out of
  // range.
  static Result<std::unique_ptr<Tokenizer>> load(const tensor::Metadata& metadata);
  ~Tokenizer();

  // Never fails: bytes that are no UTF-8 become byte tokens. Time n log n at worst in the text's
  // length, whatever the text.
  std::vector<Token> encode(std::string_view text, EncodeOptions options = {}) const;
  // As if the segments were one text; only whole trusted stretches are searched for special tokens.
  std::vector<Token> encode(std::span<const Segment> segments, bool add_special) const;

  // The bytes a token stands for in running text. Control, unknown and unused tokens give "" unless
  // with_special; so do ids outside the vocabulary always.
  std::string piece(Token token, bool with_special = false) const;
  // All pieces together, without the space that encode put before the first word.
  std::string decode(std::span<const Token> tokens, bool with_special = false) const;

  // The vocabulary's own spelling ("▁the", "Ġthe", "<0x0A>"), for people. "" outside the
  // vocabulary.
  std::string_view spelling(Token token) const;
  TokenType type(Token token) const;  // unused outside the vocabulary

  int64_t size() const;  // number of tokens
  Token bos() const;     // -1 where there is none
  Token eos() const;
  bool adds_bos() const;
  bool adds_eos() const;
  bool is_end_of_generation(Token token) const;
  Token find(std::string_view spelling) const;  // -1 when absent
  // Whether the first piece of a text loses its leading space (SentencePiece's dummy prefix).
  bool strips_leading_space() const;
  std::string_view model_name() const;  // tokenizer.ggml.model
  std::string_view pre_name() const;    // tokenizer.ggml.pre; "" where the file does not say

  // Warnings for the user, whole sentences ("the file names no pre-tokenizer; …").
  const std::vector<std::string>& notes() const;

 private:
  struct Impl;
  explicit Tokenizer(std::unique_ptr<Impl> impl);
  std::vector<Token> encode_joined(std::string_view text, std::span<const ByteRange> trusted,
                                   bool add_special) const;

  std::unique_ptr<Impl> impl_;
};

// Tokens in, text out as it comes: never half a code point. Bytes that can no longer become UTF-8
// come out as U+FFFD, one for each maximal part of a code point (Unicode 15, section 3.9). How the
// tokens are spread over calls does not change the text.
class StreamDecoder {
 public:
  // at_start_of_text: the first space that SentencePiece put before the text is dropped.
  explicit StreamDecoder(const Tokenizer& tokenizer, bool at_start_of_text = false);
  std::string push(Token token);
  std::string finish();  // what is still held back

 private:
  std::string take(size_t n_bytes);

  const Tokenizer* tokenizer_;
  std::string held_;
  bool strip_space_;
};

}  // namespace hob::text
