// A stack of free ids and a count of holders for each.
#include "engine/page_pool.h"

#include "base/check.h"

namespace hob::engine {

PagePool::PagePool(int64_t n_pages) : holders_(n_pages, 0) {
  free_.reserve(n_pages);
  for (int64_t page = n_pages; page-- > 0;) free_.push_back(static_cast<PageId>(page));
}

std::optional<PageId> PagePool::take() {
  if (free_.empty()) return std::nullopt;
  const PageId page = free_.back();
  free_.pop_back();
  holders_[page] = 1;
  return page;
}

void PagePool::retain(PageId page) {
  HOB_CHECK(holders_[page] > 0, "page {} is free", page);
  ++holders_[page];
}

void PagePool::release(PageId page) {
  HOB_CHECK(holders_[page] > 0, "page {} is free", page);
  if (--holders_[page] == 0) free_.push_back(page);
}

}  // namespace hob::engine
