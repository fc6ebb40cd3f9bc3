// The merging at the heart of both kinds of BPE: of all adjacent pairs that may merge, the one of
// lowest rank merges first, among equals the leftmost; again until none is left. O(n log n).
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace hob::text {

struct Symbol {
  uint32_t begin;   // bytes into the text being cut
  uint32_t length;  // bytes; 0 once it is part of its left neighbour
  int32_t id;       // what the encoder calls it
  int32_t previous = -1;
  int32_t next = -1;
};

struct Merge {
  uint32_t rank;
  int32_t id;  // of the merged symbol
};

// Reusable storage for many small texts.
class Merger {
 public:
  void clear() { symbols_.clear(); }

  // To the right of the symbols added since clear().
  void add(uint32_t begin, uint32_t length, int32_t id) {
    const auto index = static_cast<int32_t>(symbols_.size());
    if (index > 0) symbols_.back().next = index;
    symbols_.push_back({begin, length, id, index - 1, -1});
  }

  // pair(left, right, Merge& out) -> whether the two may merge.
  template <class Pair>
  void run(const Pair& pair) {
    heap_.clear();
    for (size_t i = 1; i < symbols_.size(); i++) consider(pair, static_cast<int32_t>(i - 1));
    while (!heap_.empty()) {
      std::pop_heap(heap_.begin(), heap_.end());
      const Candidate best = heap_.back();
      heap_.pop_back();
      Symbol& left = symbols_[static_cast<uint32_t>(best.key)];
      // Outdated when either side has since merged with something else.
      if (left.length == 0 || left.next < 0) continue;
      Symbol& right = symbols_[left.next];
      if (left.length + right.length != best.length) continue;
      left.length += right.length;
      left.id = best.id;
      right.length = 0;
      left.next = right.next;
      const auto index = static_cast<int32_t>(static_cast<uint32_t>(best.key));
      if (left.next >= 0) symbols_[left.next].previous = index;
      if (left.previous >= 0) consider(pair, left.previous);
      consider(pair, index);
    }
  }

  // fn(symbol) for each that is left, from left to right.
  template <class Fn>
  void for_each(const Fn& fn) const {
    if (symbols_.empty()) return;
    for (int32_t i = 0; i >= 0; i = symbols_[i].next) fn(symbols_[i]);
  }

 private:
  struct Candidate {
    uint64_t key;     // rank, then the index of the left symbol
    uint32_t length;  // of both together, when it was found
    int32_t id;
    bool operator<(const Candidate& other) const { return key > other.key; }  // least on top
  };

  template <class Pair>
  void consider(const Pair& pair, int32_t index) {
    const Symbol& left = symbols_[index];
    if (left.next < 0) return;
    const Symbol& right = symbols_[left.next];
    Merge merge;
    if (!pair(left, right, merge)) return;
    heap_.push_back({uint64_t{merge.rank} << 32 | static_cast<uint32_t>(index),
                     left.length + right.length, merge.id});
    std::push_heap(heap_.begin(), heap_.end());
  }

  std::vector<Symbol> symbols_;
  std::vector<Candidate> heap_;
};

}  // namespace hob::text
