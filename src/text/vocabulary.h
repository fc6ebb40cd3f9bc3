// The tokens of a model, in flat tables: spelling, type, score, and spelling -> id. What the file
// says about each token; how text is cut into them is the encoders' business.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tensor/metadata.h"
#include "text/tokenizer.h"

namespace hob::text {

class Vocabulary {
 public:
  // Reads tokenizer.ggml.{tokens,scores,token_type}. The spellings are copied into one block, so
  // the file need not outlive the vocabulary. Of tokens spelled alike the first is found by find();
  // an empty spelling is never found. Errors: no or too many tokens, arrays that disagree in
  // length, a score that is not a number.
  static Result<Vocabulary> load(const tensor::Metadata& metadata);

  Token size() const { return static_cast<Token>(types_.size()); }
  bool contains(Token token) const { return token >= 0 && token < size(); }

  // For these, contains(token) must hold.
  std::string_view spelling(Token token) const {
    return std::string_view(bytes_).substr(starts_[token], starts_[token + 1] - starts_[token]);
  }
  TokenType type(Token token) const { return types_[token]; }
  float score(Token token) const { return scores_.empty() ? 0.0f : scores_[token]; }
  void set_type(Token token, TokenType type) { types_[token] = type; }

  Token find(std::string_view spelling) const;  // -1 when absent

  // Whether running text may become this token by merging: never a control token (text typed by a
  // user must not forge one), nor unknown, unused or byte tokens.
  bool is_text(Token token) const {
    return types_[token] == TokenType::normal || types_[token] == TokenType::user_defined;
  }
  Token find_text(std::string_view spelling) const {
    const Token token = find(spelling);
    return token >= 0 && is_text(token) ? token : -1;
  }

  // The tokens spelled <0x00> … <0xFF> of type byte, -1 where there is none. [256]
  std::vector<Token> byte_tokens() const;

  bool has_types() const { return has_types_; }
  bool has_scores() const { return !scores_.empty(); }
  size_t longest_spelling() const { return longest_; }  // bytes

 private:
  Status read_spellings(const tensor::Metadata& metadata);
  Status read_scores(const tensor::Metadata& metadata);
  Status read_types(const tensor::Metadata& metadata);
  void index_spellings();

  std::string bytes_;             // all spellings, end to end
  std::vector<uint32_t> starts_;  // [size + 1] into bytes_
  std::vector<TokenType> types_;  // [size]
  std::vector<float> scores_;     // [size], or empty
  bool has_types_ = false;
  size_t longest_ = 0;

  // Open addressing, linear probing, at most half full. A slot holds what a probe needs, so that
  // one costs at most two cache misses: the slot, and the spelling when the hash fits.
  struct Slot {
    uint32_t hash = 0;  // the upper half
    Token token = -1;
    uint32_t begin = 0;  // of the spelling, in bytes_
    uint32_t length = 0;
  };
  bool fits(const Slot& slot, uint32_t hash, std::string_view wanted) const;

  std::vector<Slot> slots_;  // [power of two]
};

}  // namespace hob::text
