#include "text/bpe_merges.h"

#include <bit>

#include "text/token_hash.h"

namespace hob::text {

namespace {

constexpr std::string_view kMerges = "tokenizer.ggml.merges";
constexpr size_t kMaxMerges = 1 << 26;

}  // namespace

uint64_t BpeMerges::hash_of(uint64_t key) {
  return hash_pair(key, key >> 32);
}

int32_t BpeMerges::symbol(std::string_view spelling, const Vocabulary& vocabulary) const {
  if (const Token token = vocabulary.find_text(spelling); token >= 0) return token;
  if (loose_.empty()) return -1;
  const auto loose = loose_.find(std::string(spelling));
  return loose == loose_.end() ? -1 : loose->second;
}

int32_t BpeMerges::add_symbol(std::string_view spelling, const Vocabulary& vocabulary) {
  if (const Token token = vocabulary.find_text(spelling); token >= 0) return token;
  const auto next = static_cast<int32_t>(vocabulary.size() + loose_.size());
  return loose_.try_emplace(std::string(spelling), next).first->second;
}

Result<BpeMerges> BpeMerges::load(const tensor::Metadata& metadata, const Vocabulary& vocabulary) {
  auto array = metadata.array(kMerges, tensor::ValueType::string);
  if (!array) return array.error();
  if (!*array)
    return fail("{} is missing, but a tokenizer of this kind needs its merges.", kMerges);
  if ((*array)->count > kMaxMerges)
    return fail("{} has {} merges; at most {} are supported.", kMerges, (*array)->count,
                kMaxMerges);
  const auto lines = (*array)->strings();

  BpeMerges merges;
  merges.slots_.resize(std::bit_ceil(lines.size() * 2 + 1));
  merges.mask_ = merges.slots_.size() - 1;
  std::string both;
  for (size_t rank = 0; rank < lines.size(); rank++) {
    const std::string_view line = lines[rank];
    const size_t space = line.find(' ', 1);  // from 1: the left spelling may be a space itself
    if (line.empty() || space == std::string_view::npos || space + 1 == line.size())
      return fail("{}: merge {} ('{}') is not two tokens separated by a space.", kMerges, rank,
                  line);
    const std::string_view left = line.substr(0, space), right = line.substr(space + 1);
    both.assign(left).append(right);
    const int32_t left_id = merges.add_symbol(left, vocabulary);
    const int32_t right_id = merges.add_symbol(right, vocabulary);
    const Merge merge = {static_cast<uint32_t>(rank), merges.add_symbol(both, vocabulary)};
    const uint64_t key = key_of(left_id, right_id);
    size_t at = hash_of(key) & merges.mask_;
    while (merges.slots_[at].key != kEmpty && merges.slots_[at].key != key)
      at = (at + 1) & merges.mask_;
    if (merges.slots_[at].key == kEmpty) merges.slots_[at] = {key, merge};
  }
  return merges;
}

}  // namespace hob::text
