#include "text/vocabulary_rules.h"

#include <array>
#include <limits>

namespace hob::text {

namespace {

// Spellings that end a turn or a text in the model families that use them; files often name only
// one of several in their metadata.
constexpr std::array<std::string_view, 26> kEnds = {
    "<|eot_id|>",    "<|im_end|>",
    "<|end|>",       "<|return|>",
    "<|call|>",      "<|flush|>",
    "<|calls|>",     "<end_of_turn>",
    "<|endoftext|>", "</s>",
    "<|eom_id|>",    "<EOT>",
    "_<EOT>",        "[EOT]",
    "[EOS]",         "<|end_of_text|>",
    "<eos>",         "<end_of_utterance>",
    "<turn|>",       "<|tool_response>",
    "[e~[",          "<\uFF5Cend\u2581of\u2581sentence\uFF5C>",
    "<|fim_pad|>",   "<fim_pad>",
    "<|repo_name|>", "<|file_sep|>",
};

// Marks of gpt-oss that must be printed, because its answers are parsed by them. They stay control
// tokens all the same: text typed by a user must not become one.
constexpr std::array<std::string_view, 4> kPrintedMarks = {"<|channel|>", "<|message|>",
                                                           "<|start|>", "<|constrain|>"};

constexpr std::array<std::string_view, 5> kEndIds = {
    "tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id", "tokenizer.ggml.fim_pad_token_id",
    "tokenizer.ggml.fim_rep_token_id", "tokenizer.ggml.fim_sep_token_id"};

// Overwrites `token` where the key is present. All ones is how some converters write "none".
Status read_id(const tensor::Metadata& metadata, std::string_view key, const Vocabulary& vocabulary,
               Token& token) {
  if (!vocabulary.contains(token)) token = -1;
  const tensor::Value* value = metadata.find(key);
  const auto* negative = value ? std::get_if<int64_t>(&value->data) : nullptr;
  if (negative && *negative == -1) return (token = -1, Status());
  auto id = metadata.unsigned_integer(key);
  if (!id) return id.error();
  if (!*id) return {};
  if (**id == std::numeric_limits<uint32_t>::max()) return (token = -1, Status());
  if (**id >= static_cast<uint64_t>(vocabulary.size()))
    return fail(
        "{} is {}, but the vocabulary has only {} tokens: the file is damaged or wrongly "
        "converted.",
        key, **id, vocabulary.size());
  token = static_cast<Token>(**id);
  return {};
}

Status read_flag(const tensor::Metadata& metadata, std::string_view key, bool& flag) {
  auto value = metadata.boolean(key);
  if (!value) return value.error();
  flag = value->value_or(flag);
  return {};
}

void infer_types(Vocabulary& vocabulary, const VocabularyRules& rules) {
  for (Token token : {rules.bos, rules.eos})
    if (token >= 0) vocabulary.set_type(token, TokenType::control);
  if (rules.unknown >= 0) vocabulary.set_type(rules.unknown, TokenType::unknown);
  for (int byte = 0; byte < 256; byte++)
    if (Token token = vocabulary.find(fmt::format("<0x{:02X}>", byte)); token >= 0)
      vocabulary.set_type(token, TokenType::byte);
}

void mark_end(Vocabulary& vocabulary, VocabularyRules& rules, Token token) {
  rules.ends_generation[token] = true;
  const TokenType type = vocabulary.type(token);
  if (type == TokenType::control || type == TokenType::unknown) return;
  if (type == TokenType::normal && vocabulary.has_types())
    rules.notes.push_back(
        fmt::format("Token {} ('{}') ends a text but is not marked as a control "
                    "token in the file; it is treated as one.",
                    token, vocabulary.spelling(token)));
  vocabulary.set_type(token, TokenType::control);
}

// In gpt-oss <|end|> closes a channel, not the answer; beside <|tool_response> a "</s>" is plain.
bool is_end_here(const Vocabulary& vocabulary, std::string_view spelling) {
  const auto has = [&](std::string_view s) { return vocabulary.find(s) >= 0; };
  if (spelling == "<|end|>") return !(has("<|return|>") && has("<|call|>"));
  if (spelling == "</s>") return !has("<|tool_response>");
  return true;
}

}  // namespace

Result<VocabularyRules> read_vocabulary_rules(const tensor::Metadata& metadata,
                                              VocabularyRules defaults, Vocabulary& vocabulary) {
  VocabularyRules rules = std::move(defaults);
  Status status;
  const auto id = [&](std::string_view key, Token& token) {
    if (status) status = read_id(metadata, key, vocabulary, token);
  };
  const auto flag = [&](std::string_view key, bool& value) {
    if (status) status = read_flag(metadata, key, value);
  };
  id("tokenizer.ggml.bos_token_id", rules.bos);
  id("tokenizer.ggml.eos_token_id", rules.eos);
  id("tokenizer.ggml.unknown_token_id", rules.unknown);
  flag("tokenizer.ggml.add_bos_token", rules.adds_bos);
  flag("tokenizer.ggml.add_eos_token", rules.adds_eos);
  flag("tokenizer.ggml.add_space_prefix", rules.adds_space_prefix);
  rules.adds_bos = rules.adds_bos && rules.bos >= 0;
  rules.adds_eos = rules.adds_eos && rules.eos >= 0;

  if (!vocabulary.has_types()) infer_types(vocabulary, rules);
  rules.ends_generation.assign(vocabulary.size(), false);
  if (rules.eos >= 0) rules.ends_generation[rules.eos] = true;
  for (std::string_view key : kEndIds) {
    Token token = -1;
    id(key, token);
    if (token >= 0) rules.ends_generation[token] = true;
  }
  if (!status) return status.error();
  for (std::string_view spelling : kEnds)
    if (Token token = vocabulary.find(spelling); token >= 0 && is_end_here(vocabulary, spelling))
      mark_end(vocabulary, rules, token);
  rules.always_printed.assign(vocabulary.size(), false);
  if (vocabulary.find("<|return|>") >= 0 && vocabulary.find("<|call|>") >= 0)
    for (std::string_view spelling : kPrintedMarks)
      if (Token token = vocabulary.find(spelling); token >= 0) rules.always_printed[token] = true;
  return rules;
}

}  // namespace hob::text
