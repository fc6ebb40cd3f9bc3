#include "text/spm_encoder.h"

#include <algorithm>
#include <bit>

#include "base/utf8.h"
#include "text/bpe_merger.h"
#include "text/spm_spaces.h"
#include "text/token_hash.h"
#include "text/tokenizer_word_cache.h"

namespace hob::text {

namespace {

// Maps scores to integers in the opposite order. -0 equals +0.
uint32_t rank_of(float score) {
  const auto bits = std::bit_cast<uint32_t>(score + 0.0f);
  const uint32_t ascending = bits & 0x80000000u ? ~bits : bits | 0x80000000u;
  return ~ascending;
}

bool begins_word(std::string_view text, size_t at) {
  return text.substr(at, 3) == kSpaceMark;
}

// Where the word that begins at `at` ends: '▁'s and then anything but '▁'.
size_t end_of_word(std::string_view text, size_t at) {
  while (begins_word(text, at)) at += kSpaceMark.size();
  return std::min(text.find(kSpaceMark, at), text.size());
}

}  // namespace

SpmEncoder::SpmEncoder(const Vocabulary& vocabulary, Token unknown, bool adds_space_prefix)
    : vocabulary_(&vocabulary),
      unknown_(unknown),
      adds_space_prefix_(adds_space_prefix),
      byte_tokens_(vocabulary.byte_tokens()),
      ranks_(vocabulary.size()),
      splits_words_(words_end_at_spaces()) {
  for (Token token = 0; token < vocabulary.size(); token++)
    ranks_[token] = rank_of(vocabulary.score(token));
  for (int c = 0; c < 128; c++)
    ascii_tokens_.push_back(vocabulary.find_text(std::string(1, static_cast<char>(c))));
}

bool SpmEncoder::words_end_at_spaces() const {
  for (Token token = 0; token < vocabulary_->size(); token++) {
    const std::string_view spelling = vocabulary_->spelling(token);
    if (vocabulary_->is_text(token) && end_of_word(spelling, 0) != spelling.size()) return false;
  }
  return true;
}

int SpmEncoder::n_missing_bytes() const {
  return static_cast<int>(std::count(byte_tokens_.begin(), byte_tokens_.end(), -1));
}

void SpmEncoder::append_bytes(Token token, std::string& out) const {
  append_unescaped(out, vocabulary_->spelling(token));
}

class SpmEncoder::Session final : public EncoderSession {
 public:
  Session(const SpmEncoder& encoder, size_t text_bytes)
      : encoder_(encoder),
        cache_(text_bytes),
        pairs_(std::bit_ceil(std::clamp<size_t>(text_bytes, 16, 8192))) {}

  void encode(std::string_view text, bool after_special, std::vector<Token>& out) override {
    escaped_.clear();
    if (after_special && encoder_.adds_space_prefix_) escaped_ += kSpaceMark;
    append_escaped(escaped_, text);
    const std::string_view escaped = escaped_;
    for (size_t at = 0; at < escaped.size();) {
      const size_t end = encoder_.splits_words_ ? end_of_word(escaped, at) : escaped.size();
      const std::string_view word = escaped.substr(at, end - at);
      cache_.append(word, out, [&] { encode_word(word, out); });
      at = end;
    }
  }

 private:
  void encode_word(std::string_view word, std::vector<Token>& out) {
    const Vocabulary& vocabulary = *encoder_.vocabulary_;
    merger_.clear();
    for (size_t at = 0; at < word.size();) {
      const auto byte = static_cast<unsigned char>(word[at]);
      const int length = byte < 0x80 ? 1 : decode_utf8(word, at).length;
      merger_.add(static_cast<uint32_t>(at), static_cast<uint32_t>(length),
                  byte < 0x80 ? encoder_.ascii_tokens_[byte]
                              : vocabulary.find_text(word.substr(at, length)));
      at += length;
    }
    merger_.run([&](const Symbol& left, const Symbol& right, Merge& merge) {
      merge.id = merged(left, right, word);
      if (merge.id < 0) return false;
      merge.rank = encoder_.ranks_[merge.id];
      return true;
    });
    merger_.for_each([&](const Symbol& symbol) {
      if (symbol.id >= 0)
        out.push_back(symbol.id);
      else
        append_fallback(word.substr(symbol.begin, symbol.length), out);
    });
  }

  // The token spelled like both together, or -1. The same few pairs come again and again, so the
  // latest are remembered.
  Token merged(const Symbol& left, const Symbol& right, std::string_view word) {
    const std::string_view both = word.substr(left.begin, left.length + right.length);
    if (left.id < 0 || right.id < 0) return encoder_.vocabulary_->find_text(both);
    PairMemo& memo = pairs_[hash_pair(left.id, right.id) & (pairs_.size() - 1)];
    if (memo.left != left.id || memo.right != right.id)
      memo = {left.id, right.id, encoder_.vocabulary_->find_text(both)};
    return memo.both;
  }

  // Bytes where all of them have tokens, else one unknown token for the character.
  void append_fallback(std::string_view character, std::vector<Token>& out) const {
    const size_t n_before = out.size();
    for (char byte : character) {
      const Token token = encoder_.byte_tokens_[static_cast<unsigned char>(byte)];
      if (token < 0) {
        out.resize(n_before);
        if (encoder_.unknown_ >= 0) out.push_back(encoder_.unknown_);
        return;
      }
      out.push_back(token);
    }
  }

  struct PairMemo {
    Token left = -1;
    Token right = -1;
    Token both = -1;
  };

  const SpmEncoder& encoder_;
  WordCache cache_;
  std::vector<PairMemo> pairs_;  // [power of two]; a new pair overwrites an old one
  Merger merger_;
  std::string escaped_;
};

std::unique_ptr<EncoderSession> SpmEncoder::begin(size_t text_bytes) const {
  return std::make_unique<Session>(*this, text_bytes);
}

}  // namespace hob::text
