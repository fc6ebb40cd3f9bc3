// SentencePiece BPE as the llama family uses it: symbols begin as code points, and adjacent ones
// merge into the token of highest score. What is no token in the end becomes bytes <0xXX>, or the
// unknown token. Source: Kudo and Richardson 2018 (SentencePiece).
#pragma once

#include <memory>
#include <vector>

#include "text/tokenizer_encoder.h"
#include "text/vocabulary.h"

namespace hob::text {

class SpmEncoder final : public Encoder {
 public:
  // `vocabulary` must outlive the encoder. unknown: -1 where there is none.
  SpmEncoder(const Vocabulary& vocabulary, Token unknown, bool adds_space_prefix);

  std::unique_ptr<EncoderSession> begin(size_t text_bytes) const override;
  void append_bytes(Token token, std::string& out) const override;

  int n_missing_bytes() const;  // bytes that have no token

 private:
  class Session;
  bool words_end_at_spaces() const;

  const Vocabulary* vocabulary_;
  Token unknown_;
  bool adds_space_prefix_;
  std::vector<Token> byte_tokens_;   // [256], -1 where there is none
  std::vector<Token> ascii_tokens_;  // [128] of one character, -1 where there is none
  std::vector<uint32_t> ranks_;      // [tokens] lower is a higher score
  // No token has a '▁' after another character, so that no merge crosses the begin of a word and
  // words can be merged one by one.
  bool splits_words_;
};

}  // namespace hob::text
