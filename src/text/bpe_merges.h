// The merge list of a BPE vocabulary as a table (left id, right id) -> (rank, merged id).
//
// Ids name symbols: the vocabulary's tokens, and beyond them "loose" symbols for spellings that
// appear in merges but are no token that text may become. Those merge like the others and fall back
// to bytes in the end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "tensor/metadata.h"
#include "text/bpe_merger.h"
#include "text/vocabulary.h"

namespace hob::text {

class BpeMerges {
 public:
  // Reads tokenizer.ggml.merges: "left right" in order of rank. Errors: no merges, or one that is
  // not two spellings separated by a space.
  static Result<BpeMerges> load(const tensor::Metadata& metadata, const Vocabulary& vocabulary);

  bool find(int32_t left, int32_t right, Merge& merge) const {
    const uint64_t key = key_of(left, right);
    for (size_t at = hash_of(key) & mask_; slots_[at].key != kEmpty; at = (at + 1) & mask_) {
      if (slots_[at].key != key) continue;
      merge = slots_[at].merge;
      return true;
    }
    return false;
  }

  // The symbol spelled so: a token that text may become, a loose symbol, or -1.
  int32_t symbol(std::string_view spelling, const Vocabulary& vocabulary) const;

 private:
  struct Slot {
    uint64_t key = kEmpty;
    Merge merge = {};
  };
  static constexpr uint64_t kEmpty = ~uint64_t{0};
  static uint64_t key_of(int32_t left, int32_t right) {
    return uint64_t{static_cast<uint32_t>(left)} << 32 | static_cast<uint32_t>(right);
  }
  static uint64_t hash_of(uint64_t key);

  int32_t add_symbol(std::string_view spelling, const Vocabulary& vocabulary);

  std::vector<Slot> slots_;  // [power of two], at most half full
  size_t mask_ = 0;
  std::unordered_map<std::string, int32_t> loose_;
};

}  // namespace hob::text
