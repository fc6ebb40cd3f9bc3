// Finds the special tokens (control, unknown, user-defined) in a text and cuts it at them. The text
// between is the encoders' business.
//
// Longest first, over the whole text: a longer token wins from a shorter one that it overlaps even
// when the shorter one begins further left; among equal lengths the leftmost wins.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "text/tokenizer.h"
#include "text/vocabulary.h"

namespace hob::text {

// What white space around a special token belongs to it (and vanishes).
enum class Strip : uint8_t { none, left, right };

// A stretch of text, or a special token (token >= 0).
struct Fragment {
  size_t begin;  // bytes into the text
  size_t end;
  Token token = -1;
};

// Bytes [begin, end) of the text.
struct ByteRange {
  size_t begin;
  size_t end;
};

class SpecialMatcher {
 public:
  // An Aho-Corasick automaton over the reversed spellings, so that one pass from the right tells,
  // for every position, which tokens begin there: linear in the text whatever the vocabulary.
  // strips: [tokens], or empty for none.
  SpecialMatcher(const Vocabulary& vocabulary, std::vector<Strip> strips);

  // Control and unknown tokens are recognised only where they lie inside one of the `trusted`
  // ranges (ascending, not touching); user-defined tokens everywhere. Fragments of text are never
  // empty. `text` < 2 GiB.
  std::vector<Fragment> split(std::string_view text, std::span<const ByteRange> trusted) const;

 private:
  struct Node {
    int32_t first_child = -1;
    int32_t next_sibling = -1;
    int32_t suffix = 0;   // the longest proper suffix that is a node
    int32_t shorter = 0;  // the longest proper suffix that is a whole token; 0: none
    Token token = -1;
    int32_t length = 0;  // of the token, bytes
    unsigned char byte = 0;
  };
  struct Found {
    uint32_t begin;
    int32_t node;
  };

  void insert(std::string_view spelling, Token token);
  void link_suffixes();
  int32_t child(int32_t node, unsigned char byte) const;
  std::vector<Found> find_all(std::string_view text) const;
  std::vector<Found> choose(std::vector<Found> found, size_t text_bytes,
                            std::span<const ByteRange> trusted) const;

  const Vocabulary* vocabulary_;
  std::vector<Strip> strips_;
  std::vector<Node> nodes_;  // [0] is the root
  int32_t root_child_[256];  // -1 where there is none
};

}  // namespace hob::text
