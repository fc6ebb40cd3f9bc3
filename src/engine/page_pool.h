// PagePool: ids of KV pages and how many hold each. Ids only; the bytes are the backend's.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "backend/kv_layout.h"

namespace hob::engine {

using backend::kPageTokens;
using backend::PageId;

inline int64_t pages_for(int64_t n_tokens) {
  return (n_tokens + kPageTokens - 1) / kPageTokens;
}

class PagePool {
 public:
  explicit PagePool(int64_t n_pages);

  // A page with one holder, the one freed last first (its memory is already touched and warm);
  // nullopt when none is free.
  std::optional<PageId> take();
  void retain(PageId page);   // one holder more
  void release(PageId page);  // one holder less; the last one frees it

  int32_t holders(PageId page) const { return holders_[page]; }
  int64_t n_free() const { return static_cast<int64_t>(free_.size()); }
  int64_t size() const { return static_cast<int64_t>(holders_.size()); }

 private:
  std::vector<int32_t> holders_;  // [pages] 0: free
  std::vector<PageId> free_;      // a stack
};

}  // namespace hob::engine
