#include "text/vocabulary.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "text/token_hash.h"

namespace hob::text {

namespace {

constexpr std::string_view kTokens = "tokenizer.ggml.tokens";
constexpr std::string_view kScores = "tokenizer.ggml.scores";
constexpr std::string_view kTypes = "tokenizer.ggml.token_type";

// The largest vocabularies in use have 262,144 tokens; ids are int32 and the tables 32-bit.
constexpr size_t kMaxTokens = 1 << 24;

// A per-token array: nullptr when absent, an Error when it is no array or of another length.
Result<const tensor::Array*> per_token(const tensor::Metadata& metadata, std::string_view key,
                                       size_t n_tokens) {
  const tensor::Value* value = metadata.find(key);
  if (!value) return static_cast<const tensor::Array*>(nullptr);
  const auto* array = std::get_if<tensor::Array>(&value->data);
  if (!array || array->element == tensor::ValueType::string)
    return fail("{}: expected an array of numbers.", key);
  if (array->count != n_tokens)
    return fail("{} has {} entries, but {} has {}: the file is damaged or wrongly converted.", key,
                array->count, kTokens, n_tokens);
  return array;
}

}  // namespace

Result<Vocabulary> Vocabulary::load(const tensor::Metadata& metadata) {
  Vocabulary vocabulary;
  if (auto status = vocabulary.read_spellings(metadata); !status) return status.error();
  if (auto status = vocabulary.read_scores(metadata); !status) return status.error();
  if (auto status = vocabulary.read_types(metadata); !status) return status.error();
  vocabulary.index_spellings();
  return vocabulary;
}

Status Vocabulary::read_spellings(const tensor::Metadata& metadata) {
  auto array = metadata.array(kTokens, tensor::ValueType::string);
  if (!array) return array.error();
  if (!*array || (*array)->count == 0)
    return fail("{} is missing or empty: the file has no vocabulary.", kTokens);
  if ((*array)->count > kMaxTokens)
    return fail("{} has {} tokens; at most {} are supported.", kTokens, (*array)->count,
                kMaxTokens);
  if ((*array)->bytes.size() > std::numeric_limits<uint32_t>::max())
    return fail("{} takes {} bytes; at most 4 GiB are supported.", kTokens, (*array)->bytes.size());
  const auto spellings = (*array)->strings();
  bytes_.reserve((*array)->bytes.size());
  starts_.reserve(spellings.size() + 1);
  for (std::string_view spelling : spellings) {
    starts_.push_back(static_cast<uint32_t>(bytes_.size()));
    bytes_ += spelling;
    longest_ = std::max(longest_, spelling.size());
  }
  starts_.push_back(static_cast<uint32_t>(bytes_.size()));
  types_.assign(spellings.size(), TokenType::normal);
  return {};
}

Status Vocabulary::read_scores(const tensor::Metadata& metadata) {
  auto array = per_token(metadata, kScores, types_.size());
  if (!array) return array.error();
  if (!*array) return {};
  scores_ = (*array)->floats();
  for (size_t i = 0; i < scores_.size(); i++)
    if (std::isnan(scores_[i]))
      return fail("{}: the score of token {} is not a number.", kScores, i);
  return {};
}

Status Vocabulary::read_types(const tensor::Metadata& metadata) {
  auto array = per_token(metadata, kTypes, types_.size());
  if (!array) return array.error();
  has_types_ = *array != nullptr;
  if (!has_types_) return {};
  if ((*array)->element == tensor::ValueType::f32 || (*array)->element == tensor::ValueType::f64)
    return fail("{}: expected an array of integers.", kTypes);
  const auto types = (*array)->integers();
  for (size_t i = 0; i < types.size(); i++) {
    // 0 (undefined) and types that a later format may add are taken as unused: never produced from
    // text, never printed.
    const bool known = types[i] >= 1 && types[i] <= 6;
    types_[i] = known ? static_cast<TokenType>(types[i]) : TokenType::unused;
  }
  return {};
}

bool Vocabulary::fits(const Slot& slot, uint32_t hash, std::string_view wanted) const {
  return slot.hash == hash && slot.length == wanted.size() &&
         std::memcmp(bytes_.data() + slot.begin, wanted.data(), wanted.size()) == 0;
}

void Vocabulary::index_spellings() {
  slots_.assign(std::bit_ceil(types_.size() * 2), Slot{});
  const size_t mask = slots_.size() - 1;
  for (Token token = 0; token < size(); token++) {
    const std::string_view own = spelling(token);
    if (own.empty()) continue;
    const uint64_t hash = hash_bytes(own);
    const auto upper = static_cast<uint32_t>(hash >> 32);
    size_t at = hash & mask;
    while (slots_[at].token >= 0 && !fits(slots_[at], upper, own)) at = (at + 1) & mask;
    if (slots_[at].token < 0)
      slots_[at] = {upper, token, starts_[token], static_cast<uint32_t>(own.size())};
  }
}

Token Vocabulary::find(std::string_view wanted) const {
  if (wanted.empty() || wanted.size() > longest_) return -1;
  const size_t mask = slots_.size() - 1;
  const uint64_t hash = hash_bytes(wanted);
  const auto upper = static_cast<uint32_t>(hash >> 32);
  for (size_t at = hash & mask; slots_[at].token >= 0; at = (at + 1) & mask)
    if (fits(slots_[at], upper, wanted)) return slots_[at].token;
  return -1;
}

std::vector<Token> Vocabulary::byte_tokens() const {
  std::vector<Token> tokens(256, -1);
  for (int byte = 0; byte < 256; byte++) {
    const Token token = find(fmt::format("<0x{:02X}>", byte));
    if (token >= 0 && type(token) == TokenType::byte) tokens[byte] = token;
  }
  return tokens;
}

}  // namespace hob::text
