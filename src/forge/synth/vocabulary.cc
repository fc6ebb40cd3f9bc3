// See vocabulary.h. Pieces are all words of one, two, three … letters in alphabetical order, each
// with and without a space before it; some frequent pairs come first.

#include "forge/synth/vocabulary.h"

#include <array>
#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/check.h"
#include "base/utf8.h"

namespace hob::forge {

namespace {

enum TokenType : int32_t { kNormal = 1, kUnknown = 2, kControl = 3, kByte = 6 };

struct Vocabulary {
  std::vector<std::string> tokens, merges;
  std::vector<int32_t> types;
  std::vector<float> scores;

  void add(std::string token, TokenType type, float score = 0) {
    tokens.push_back(std::move(token));
    types.push_back(type);
    scores.push_back(score);
  }
};

// Calls visit(left, right) for pieces left + right, shorter ones first, until it returns false.
// Both halves have come before or are single characters.
void each_piece(std::string_view space,
                const std::function<bool(std::string, std::string)>& visit) {
  constexpr std::array kFrequent{"th", "he", "in", "er", "an", "re", "on", "at", "en", "nd",
                                 "ti", "es", "or", "te", "of", "ed", "is", "it", "al", "ar",
                                 "st", "to", "nt", "ng", "se", "ha", "as", "ou", "io", "le"};
  std::vector<std::string> letters, pairs, triples;
  for (char c = 'a'; c <= 'z'; ++c) letters.emplace_back(1, c);
  const std::string before(space);
  for (const std::string& letter : letters)
    if (!visit(before, letter)) return;
  for (const char* pair : kFrequent)
    if (!visit(std::string(1, pair[0]), std::string(1, pair[1]))) return;
  const auto all = [&](const std::vector<std::string>& left, const std::vector<std::string>& right,
                       std::vector<std::string>* made) {
    for (const std::string& l : left)
      for (const std::string& r : right) {
        if (!visit(l, r)) return false;
        if (made) made->push_back(l + r);
      }
    return true;
  };
  if (!all(letters, letters, &pairs) || !all({before}, pairs, nullptr) ||
      !all(pairs, letters, &triples) || !all({before}, triples, nullptr))
    return;
  all(pairs, pairs, nullptr);  // more than any vocabulary has
}

// GPT-2's letters for bytes: printable ones stand for themselves, the others for 256, 257, …
std::string byte_letter(int byte) {
  static constexpr auto is_printable = [](int b) {
    return (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || (b >= 0xAE && b <= 0xFF);
  };
  char32_t letter = char32_t(byte);
  if (!is_printable(byte)) {
    letter = 256;
    for (int b = 0; b < byte; ++b) letter += !is_printable(b);
  }
  std::string text;
  append_utf8(text, letter);
  return text;
}

Vocabulary byte_level(int64_t n_vocab, std::span<const std::string_view> controls) {
  Vocabulary v;
  for (int byte = 0; byte < 256; ++byte) v.add(byte_letter(byte), kNormal);
  const int64_t n_normal = n_vocab - int64_t(controls.size());
  std::unordered_set<std::string> known(v.tokens.begin(), v.tokens.end());
  each_piece(byte_letter(' '), [&](std::string left, std::string right) {
    if (int64_t(v.tokens.size()) == n_normal) return false;
    if (known.insert(left + right).second) {
      v.merges.push_back(left + " " + right);
      v.add(left + right, kNormal);
    }
    return true;
  });
  for (std::string_view control : controls) v.add(std::string(control), kControl);
  return v;
}

Vocabulary pieces_with_scores(int64_t n_vocab) {
  constexpr std::string_view kSpace = "\u2581";
  Vocabulary v;
  v.add("<pad>", kControl);
  v.add("<eos>", kControl);
  v.add("<bos>", kControl);
  v.add("<unk>", kUnknown);
  v.add("<start_of_turn>", kControl);
  v.add("<end_of_turn>", kControl);
  for (int byte = 0; byte < 256; ++byte) v.add(fmt::format("<0x{:02X}>", byte), kByte);
  std::unordered_set<std::string> known;
  const auto add_piece = [&](std::string piece) {
    if (int64_t(v.tokens.size()) == n_vocab) return false;
    // Earlier pieces win over later ones when text is encoded.
    if (known.insert(piece).second) v.add(std::move(piece), kNormal, -float(known.size()));
    return true;
  };
  add_piece(std::string(kSpace));
  for (char c = '!'; c <= '~'; ++c) add_piece(std::string(1, c));
  each_piece(kSpace, [&](std::string left, std::string right) { return add_piece(left + right); });
  return v;
}

constexpr std::string_view kLlamaControls[] = {"<|begin_of_text|>", "<|end_of_text|>",
                                               "<|start_header_id|>", "<|end_header_id|>",
                                               "<|eot_id|>"};
constexpr std::string_view kQwenControls[] = {"<|endoftext|>", "<|im_start|>", "<|im_end|>"};

constexpr std::string_view kLlamaTemplate =
    "{{ bos_token }}{% for message in messages %}<|start_header_id|>{{ message['role'] }}"
    "<|end_header_id|>\n\n{{ message['content'] | trim }}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}";
constexpr std::string_view kQwenTemplate =
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
constexpr std::string_view kGemmaTemplate =
    "{{ bos_token }}{% for message in messages %}<start_of_turn>"
    "{{ 'model' if message['role'] == 'assistant' else message['role'] }}\n"
    "{{ message['content'] | trim }}<end_of_turn>\n{% endfor %}"
    "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}";

struct Ids {
  uint32_t bos, eos, padding;
  bool add_bos;
};

void add_common(const Vocabulary& v, const Ids& ids, std::string_view chat_template,
                tensor::GgufWriter& writer) {
  writer.add("tokenizer.ggml.tokens", std::span<const std::string>(v.tokens));
  writer.add("tokenizer.ggml.token_type", std::span<const int32_t>(v.types));
  writer.add("tokenizer.ggml.bos_token_id", ids.bos);
  writer.add("tokenizer.ggml.eos_token_id", ids.eos);
  writer.add("tokenizer.ggml.padding_token_id", ids.padding);
  writer.add("tokenizer.ggml.add_bos_token", ids.add_bos);
  writer.add("tokenizer.chat_template", chat_template);
}

}  // namespace

void add_vocabulary(std::string_view architecture, int64_t n_vocab, tensor::GgufWriter& writer) {
  HOB_CHECK(n_vocab >= 512, "{} tokens", n_vocab);
  if (architecture.starts_with("gemma")) {
    const Vocabulary v = pieces_with_scores(n_vocab);
    HOB_CHECK(int64_t(v.tokens.size()) == n_vocab, "{} tokens", v.tokens.size());
    writer.add("tokenizer.ggml.model", "llama");
    writer.add("tokenizer.ggml.pre", "default");
    writer.add("tokenizer.ggml.scores", std::span<const float>(v.scores));
    writer.add("tokenizer.ggml.unknown_token_id", uint32_t{3});
    writer.add("tokenizer.ggml.eot_token_id", uint32_t{5});
    writer.add("tokenizer.ggml.add_space_prefix", false);
    add_common(v, {.bos = 2, .eos = 1, .padding = 0, .add_bos = true}, kGemmaTemplate, writer);
    return;
  }
  const bool llama = architecture == "llama";
  const std::span<const std::string_view> controls =
      llama ? std::span<const std::string_view>(kLlamaControls) : kQwenControls;
  const Vocabulary v = byte_level(n_vocab, controls);
  HOB_CHECK(int64_t(v.tokens.size()) == n_vocab, "{} tokens", v.tokens.size());
  const auto first = uint32_t(n_vocab) - uint32_t(controls.size());
  writer.add("tokenizer.ggml.model", "gpt2");
  writer.add("tokenizer.ggml.pre", llama ? "llama-bpe" : "qwen2");
  writer.add("tokenizer.ggml.merges", std::span<const std::string>(v.merges));
  if (llama)
    add_common(v, {.bos = first, .eos = first + 4, .padding = first + 1, .add_bos = true},
               kLlamaTemplate, writer);
  else
    add_common(v, {.bos = first, .eos = first + 2, .padding = first, .add_bos = false},
               kQwenTemplate, writer);
}

}  // namespace hob::forge
