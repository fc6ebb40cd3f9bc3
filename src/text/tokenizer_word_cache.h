// Words that come again within one text need not be merged again: remembers where the tokens of a
// short word stand in the output. A new word overwrites an old one, so no input makes it slow.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string_view>
#include <vector>

#include "text/token_hash.h"
#include "text/tokenizer.h"

namespace hob::text {

class WordCache {
 public:
  explicit WordCache(size_t text_bytes)
      : entries_(std::bit_ceil(std::clamp<size_t>(text_bytes / 8, 16, 8192))) {}

  // Calls encode() to append the tokens of `word` to `out`, or copies them from further up in it.
  // `out` must only grow between calls.
  template <class Encode>
  void append(std::string_view word, std::vector<Token>& out, const Encode& encode) {
    if (word.size() > kMaxBytes) return encode();
    const uint64_t low = load_bytes(word.data(), std::min<size_t>(word.size(), 8));
    // The length in the topmost byte keeps words apart that differ in trailing zero bytes.
    const uint64_t high =
        (word.size() > 8 ? load_bytes(word.data() + 8, word.size() - 8) : 0) | word.size() << 56;
    Entry& entry = entries_[hash_pair(low, high) & (entries_.size() - 1)];
    const size_t at = out.size();
    if (entry.low == low && entry.high == high) {
      out.resize(at + entry.n_tokens);
      std::copy_n(out.begin() + entry.begin, entry.n_tokens, out.begin() + at);
      return;
    }
    encode();
    entry = {low, high, static_cast<uint32_t>(at), static_cast<uint32_t>(out.size() - at)};
  }

 private:
  static constexpr size_t kMaxBytes = 15;
  struct Entry {
    uint64_t low = 0;   // bytes 0..7
    uint64_t high = 0;  // bytes 8..14, and the length; 0: empty
    uint32_t begin = 0;
    uint32_t n_tokens = 0;
  };
  std::vector<Entry> entries_;  // [power of two]
};

}  // namespace hob::text
