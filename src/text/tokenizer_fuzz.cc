// Fuzzes the tokenizer: the input mutates a small vocabulary and is then read as text. Whatever the
// vocabulary, nothing may crash, ids stay inside it, and byte-complete vocabularies lose no byte.
#include <cstdint>

#include "base/utf8.h"
#include "text/pre_tokenizer.h"
#include "text/tokenizer_tiny.h"

namespace {

using namespace hob::text;

// Takes numbers and strings off the front of the input.
struct Input {
  std::string_view rest;

  uint8_t byte() {
    if (rest.empty()) return 0;
    const auto value = static_cast<uint8_t>(rest[0]);
    rest.remove_prefix(1);
    return value;
  }
  std::string_view string() {
    const size_t n_bytes = std::min<size_t>(byte() % 12, rest.size());
    const std::string_view value = rest.substr(0, n_bytes);
    rest.remove_prefix(n_bytes);
    return value;
  }
};

void mutate(TinyVocabulary& tiny, Input& input) {
  for (int n_changes = input.byte() % 8; n_changes > 0; n_changes--) {
    const size_t at = input.byte() % tiny.tokens_.size();
    switch (input.byte() % 8) {
      case 0:
        tiny.token(input.string(), static_cast<TokenType>(input.byte()));
        break;
      case 1:
        tiny.tokens_[at] = input.string();
        break;
      case 2:
        tiny.types_[at] = static_cast<int8_t>(input.byte());
        break;
      case 3:
        tiny.scores_[at] = static_cast<float>(static_cast<int8_t>(input.byte()));
        break;
      case 4:
        tiny.merges_.emplace_back(input.string());
        break;
      case 5:
        tiny.merge(input.string(), input.string());
        break;
      case 6:
        tiny.types_.pop_back();
        break;
      case 7:
        tiny.set("unknown_token_id", uint32_t{input.byte()} * 3);
        break;
    }
    if (tiny.types_.empty()) return;
  }
}

void require(bool condition) {
  if (!condition) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input{{reinterpret_cast<const char*>(data), size}};
  const std::vector<std::string_view> names = pre_tokenizer_names();
  const uint8_t kind = input.byte();
  const bool is_spm = kind >= 200;
  const PreTokenizerRules* pre = *find_pre_tokenizer(names[is_spm ? 0 : kind % names.size()]);
  TinyVocabulary tiny = is_spm ? tiny_spm() : tiny_bpe(names[kind % names.size()]);
  const size_t n_before = input.rest.size();
  mutate(tiny, input);
  const bool mutated = n_before > input.rest.size() + 1;
  auto tokenizer = tiny.load();
  if (!tokenizer) return 0;

  const std::string text(input.rest);
  // SentencePiece reads a '▁' as the space that it writes so.
  const bool keeps_all =
      !mutated && !pre->spells_text && !(is_spm && text.find("\u2581") != std::string::npos);
  for (bool parse_special : {false, true}) {
    const auto tokens = (*tokenizer)->encode(text, {.parse_special = parse_special});
    for (Token token : tokens) require(token >= 0 && token < (*tokenizer)->size());
    StreamDecoder decoder(**tokenizer, true);
    for (Token token : tokens) require(hob::is_valid_utf8(decoder.push(token)));
    require(hob::is_valid_utf8(decoder.finish()));
    if (keeps_all && !parse_special) require((*tokenizer)->decode(tokens) == text);
  }
  const size_t half = text.size() / 2;
  const std::vector<Segment> segments = {{text.substr(0, half), true}, {text.substr(half), false}};
  (*tokenizer)->encode(segments, true);
  return 0;
}
