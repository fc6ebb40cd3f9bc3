#include "text/bpe_encoder.h"

#include <algorithm>
#include <optional>

#include "base/utf8.h"
#include "text/bpe_alphabet.h"
#include "text/bpe_merger.h"
#include "text/spm_spaces.h"
#include "text/tokenizer_word_cache.h"

namespace hob::text {

Result<std::unique_ptr<BpeEncoder>> BpeEncoder::load(const tensor::Metadata& metadata,
                                                     const Vocabulary& vocabulary,
                                                     const PreTokenizerRules& rules,
                                                     Token unknown) {
  auto merges = BpeMerges::load(metadata, vocabulary);
  if (!merges) return merges.error();
  auto pre_tokenizer = PreTokenizer::compile(rules.rules);
  if (!pre_tokenizer) return pre_tokenizer.error();
  return std::unique_ptr<BpeEncoder>(
      new BpeEncoder(vocabulary, rules, unknown, std::move(*merges), std::move(*pre_tokenizer)));
}

BpeEncoder::BpeEncoder(const Vocabulary& vocabulary, const PreTokenizerRules& rules, Token unknown,
                       BpeMerges merges, PreTokenizer pre_tokenizer)
    : vocabulary_(&vocabulary),
      rules_(rules),
      unknown_(unknown),
      merges_(std::move(merges)),
      pre_tokenizer_(std::move(pre_tokenizer)),
      byte_tokens_(vocabulary.byte_tokens()) {
  for (int byte = 0; byte < 256; byte++) {
    const std::string spelling = spell_bytes(std::string(1, static_cast<char>(byte)));
    byte_symbols_[byte] = merges_.symbol(spelling, vocabulary);
    if (!rules.spells_text) byte_tokens_[byte] = vocabulary.find_text(spelling);
  }
}

int BpeEncoder::n_missing_bytes() const {
  return static_cast<int>(std::count(byte_tokens_.begin(), byte_tokens_.end(), -1));
}

void BpeEncoder::append_bytes(Token token, std::string& out) const {
  const std::string_view spelling = vocabulary_->spelling(token);
  if (!rules_.spells_text) return append_spelled_bytes(out, spelling);
  if (rules_.keeps_spaces)
    out += spelling;
  else
    append_unescaped(out, spelling);
}

class BpeEncoder::Session final : public EncoderSession {
 public:
  Session(const BpeEncoder& encoder, size_t text_bytes) : encoder_(encoder), cache_(text_bytes) {}

  void encode(std::string_view text, bool, std::vector<Token>& out) override {
    if (encoder_.rules_.spells_text && !encoder_.rules_.keeps_spaces) {
      escaped_.clear();
      append_escaped(escaped_, text);
      text = escaped_;
    }
    for (const PreTokenizer::Piece piece : encoder_.pre_tokenizer_.split(text, scratch_)) {
      const std::string_view word = text.substr(piece.begin, piece.length);
      cache_.append(word, out, [&] { encode_word(word, out); });
    }
  }

 private:
  void encode_word(std::string_view word, std::vector<Token>& out) {
    if (const Token token = whole_word(word); token >= 0) return out.push_back(token);
    merger_.clear();
    if (encoder_.rules_.spells_text)
      add_code_points(word);
    else
      for (size_t i = 0; i < word.size(); i++)
        merger_.add(static_cast<uint32_t>(i), 1, encoder_.byte_symbols_[byte_at(word, i)]);
    merger_.run([&](const Symbol& left, const Symbol& right, Merge& merge) {
      return encoder_.merges_.find(left.id, right.id, merge);
    });
    merger_.for_each([&](const Symbol& symbol) {
      if (symbol.id >= 0 && symbol.id < encoder_.vocabulary_->size())
        return out.push_back(symbol.id);
      for (uint32_t i = 0; i < symbol.length; i++)
        append_byte(byte_at(word, symbol.begin + i), out);
    });
  }

  // The token that is taken without merging, or -1.
  Token whole_word(std::string_view word) const {
    const PreTokenizerRules& rules = encoder_.rules_;
    if (rules.takes_newlines_whole && word.find_first_not_of('\n') == std::string_view::npos)
      return encoder_.vocabulary_->find_text(word);
    if (!rules.ignores_merges || word.size() > encoder_.vocabulary_->longest_spelling()) return -1;
    if (rules.spells_text) return encoder_.vocabulary_->find_text(word);
    return encoder_.vocabulary_->find_text(spell_bytes(word));
  }

  void add_code_points(std::string_view word) {
    for (size_t at = 0; at < word.size();) {
      const int length = decode_utf8(word, at).length;
      merger_.add(static_cast<uint32_t>(at), static_cast<uint32_t>(length),
                  encoder_.merges_.symbol(word.substr(at, length), *encoder_.vocabulary_));
      at += length;
    }
  }

  void append_byte(unsigned char byte, std::vector<Token>& out) const {
    Token token = encoder_.byte_tokens_[byte];
    if (token < 0) token = encoder_.unknown_;
    if (token >= 0) out.push_back(token);
  }

  static unsigned char byte_at(std::string_view text, size_t at) {
    return static_cast<unsigned char>(text[at]);
  }

  const BpeEncoder& encoder_;
  PreTokenizer::Scratch scratch_;
  WordCache cache_;
  Merger merger_;
  std::string escaped_;
};

std::unique_ptr<EncoderSession> BpeEncoder::begin(size_t text_bytes) const {
  return std::make_unique<Session>(*this, text_bytes);
}

}  // namespace hob::text
