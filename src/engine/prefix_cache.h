// PrefixCache: pages of KV that outlive their sequence, found again by the tokens they hold. A
// tree: each edge is the tokens of one page, so the path from the root is everything the page's
// content depends on. A page is shared only when full; of any page a beginning can be copied.
// Exact, because keys and values depend on the tokens before them alone.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <vector>

#include "engine/page_pool.h"

namespace hob::engine {

class PrefixCache {
 public:
  explicit PrefixCache(PagePool& pool);  // which must outlive the cache

  struct Match {
    std::vector<PageId> pages;  // full ones, retained for the caller
    // A page that begins with the tokens after those, not retained: copy its first copy_tokens
    // positions. kNoPage: none, or not worth it.
    PageId copy_from = kNoPage;
    int64_t copy_tokens = 0;
  };
  static constexpr PageId kNoPage = -1;

  // The longest cached beginning of `tokens`, from the page at index n_skip on.
  Match find(std::span<const int32_t> tokens, int64_t n_skip = 0);

  // Keeps the pages of `tokens` [pages_for(tokens)], of which the last may be partly filled. Where
  // a full page is cached already, the entry in `pages` becomes the cached one and the caller's is
  // released; a partly filled one is kept only where it says something new.
  void insert(std::span<const int32_t> tokens, std::span<PageId> pages);

  // Gives up the page used longest ago among those that no sequence holds; false: there is none.
  bool evict_one();
  void clear();

  int64_t n_pages() const { return n_nodes_; }
  int64_t n_evictable() const;

 private:
  using Tokens = std::vector<int32_t>;  // of one page, up to kPageTokens
  struct Before {                       // lexicographic, also between Tokens and spans
    using is_transparent = void;
    bool operator()(std::span<const int32_t> a, std::span<const int32_t> b) const;
  };
  using Children = std::map<Tokens, int32_t, Before>;  // -> index into nodes_

  struct Node {
    int32_t parent = -1;
    PageId page = kNoPage;  // kNoPage: the root, or an unused node
    uint64_t last_used = 0;
    Children children;
    Children::iterator in_parent;
  };

  int32_t add(int32_t parent, std::span<const int32_t> key, PageId page);
  void remove(int32_t node);
  void remove_shorter(int32_t parent, std::span<const int32_t> key);
  bool has_longer(int32_t parent, std::span<const int32_t> key) const;

  PagePool& pool_;
  std::deque<Node> nodes_;  // [0] is the root; a deque, for nodes hold iterators into each other
  std::vector<int32_t> unused_;
  int64_t n_nodes_ = 0;  // with a page
  uint64_t now_ = 0;
};

}  // namespace hob::engine
