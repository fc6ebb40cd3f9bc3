#include "text/tokenizer_strips.h"

#include <algorithm>
#include <string>

namespace hob::text {

namespace {

std::string lower_dashed(std::string_view name) {
  std::string out(name);
  for (char& c : out) c = c == ' ' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

// Phi-3's chat marks are followed by a line break that is not part of the prompt.
void strip_phi3(const Vocabulary& vocabulary, std::vector<Strip>& strips) {
  for (Token token = 0; token < vocabulary.size(); token++) {
    const TokenType type = vocabulary.type(token);
    const bool special = type == TokenType::control || type == TokenType::user_defined;
    if (special) strips[token] = Strip::right;
  }
  for (std::string_view spelling : {"<unk>", "<s>", "<|endoftext|>"})
    if (Token token = vocabulary.find(spelling); token >= 0) strips[token] = Strip::none;
  if (Token token = vocabulary.find("</s>"); token >= 0) strips[token] = Strip::right;
}

}  // namespace

std::vector<Strip> strips_of(std::string_view general_name, std::string_view pre_name,
                             const Vocabulary& vocabulary) {
  const std::string name = lower_dashed(general_name);
  const auto has = [&](std::string_view part) { return name.find(part) != std::string::npos; };
  std::vector<Strip> strips;
  if (has("phi-3") || has("phi3")) {
    strips.resize(vocabulary.size(), Strip::none);
    strip_phi3(vocabulary, strips);
  }
  const std::string_view mask = pre_name == "modern-bert"          ? "[MASK]"
                                : pre_name.starts_with("jina-v2-") ? "<mask>"
                                                                   : "";
  if (Token token = vocabulary.find(mask); token >= 0) {
    strips.resize(vocabulary.size(), Strip::none);
    strips[token] = Strip::left;
  }
  return strips;
}

}  // namespace hob::text
