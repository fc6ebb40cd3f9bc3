// Byte-level BPE (Sennrich et al. 2016, in GPT-2's form): a pre-tokenizer cuts words, within which
// pairs merge by rank. Also its SentencePiece-like form, whose symbols are code points.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "base/result.h"
#include "tensor/metadata.h"
#include "text/bpe_merges.h"
#include "text/pre_tokenizer.h"
#include "text/tokenizer_encoder.h"
#include "text/vocabulary.h"

namespace hob::text {

class BpeEncoder final : public Encoder {
 public:
  // `vocabulary` must outlive the encoder. unknown: stands for bytes without a token, or -1.
  static Result<std::unique_ptr<BpeEncoder>> load(const tensor::Metadata& metadata,
                                                  const Vocabulary& vocabulary,
                                                  const PreTokenizerRules& rules, Token unknown);

  std::unique_ptr<EncoderSession> begin(size_t text_bytes) const override;
  void append_bytes(Token token, std::string& out) const override;

  int n_missing_bytes() const;  // bytes that have no token

 private:
  class Session;
  BpeEncoder(const Vocabulary& vocabulary, const PreTokenizerRules& rules, Token unknown,
             BpeMerges merges, PreTokenizer pre_tokenizer);

  const Vocabulary* vocabulary_;
  PreTokenizerRules rules_;
  Token unknown_;
  BpeMerges merges_;
  PreTokenizer pre_tokenizer_;
  std::array<int32_t, 256> byte_symbols_;  // where merging begins; -1: no such symbol
  std::vector<Token> byte_tokens_;         // [256] what is left over becomes; -1: no such token
};

}  // namespace hob::text
