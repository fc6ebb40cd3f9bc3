// See kv_pages.h.

#include "backend/reference/kv_pages.h"

#include <algorithm>

#include "base/check.h"
#include "tensor/half.h"

namespace hob::backend::reference {

namespace {

using Page = std::vector<uint16_t>;

void store_rounded(Page& page, int64_t slot, std::span<const double> row) {
  if (page.empty()) page.resize(size_t(kPageTokens) * row.size());
  HOB_CHECK(page.size() == size_t(kPageTokens) * row.size());
  for (size_t i = 0; i < row.size(); ++i)
    page[size_t(slot) * row.size() + i] = tensor::float_to_half(float(row[i]));
}

std::span<const uint16_t> head_of(const Page& page, int64_t slot, int64_t n_head, int64_t head,
                                  int64_t head_dim) {
  HOB_CHECK(!page.empty(), "a page is read that was never written");
  return std::span(page).subspan(size_t((slot * n_head + head) * head_dim), size_t(head_dim));
}

void copy_slots(const Page& from, Page& to, int64_t n_tokens) {
  if (from.empty()) return;
  to.resize(from.size());
  std::copy_n(from.begin(), from.size() / size_t(kPageTokens) * size_t(n_tokens), to.begin());
}

}  // namespace

KvPages::KvPages(std::span<const model::CacheSpec> caches, int64_t n_pages) : n_pages_(n_pages) {
  for (const model::CacheSpec& spec : caches)
    caches_.push_back(
        {spec, std::vector<Page>(size_t(n_pages)), std::vector<Page>(size_t(n_pages))});
}

void KvPages::check(PageId page, int64_t slot) const {
  HOB_CHECK(page >= 0 && page < n_pages_ && slot >= 0 && slot < kPageTokens,
            "page {} of {}, slot {}", page, n_pages_, slot);
}

void KvPages::store(int32_t cache, PageId page, int64_t slot, std::span<const double> key,
                    std::span<const double> value) {
  check(page, slot);
  store_rounded(caches_[size_t(cache)].keys[size_t(page)], slot, key);
  store_rounded(caches_[size_t(cache)].values[size_t(page)], slot, value);
}

std::span<const uint16_t> KvPages::key(int32_t cache, PageId page, int64_t slot,
                                       int64_t head) const {
  check(page, slot);
  const Cache& c = caches_[size_t(cache)];
  return head_of(c.keys[size_t(page)], slot, c.spec.n_head_kv, head, c.spec.head_dim_k);
}

std::span<const uint16_t> KvPages::value(int32_t cache, PageId page, int64_t slot,
                                         int64_t head) const {
  check(page, slot);
  const Cache& c = caches_[size_t(cache)];
  return head_of(c.values[size_t(page)], slot, c.spec.n_head_kv, head, c.spec.head_dim_v);
}

void KvPages::copy(PageId from, PageId to, int64_t n_tokens) {
  check(from, 0);
  check(to, 0);
  HOB_CHECK(n_tokens >= 0 && n_tokens <= kPageTokens, "{} tokens", n_tokens);
  if (from == to) return;
  for (Cache& cache : caches_) {
    copy_slots(cache.keys[size_t(from)], cache.keys[size_t(to)], n_tokens);
    copy_slots(cache.values[size_t(from)], cache.values[size_t(to)], n_tokens);
  }
}

uint64_t KvPages::page_bytes() const {
  uint64_t bytes = 0;
  for (const Cache& cache : caches_)
    bytes += uint64_t(kPageTokens * cache.spec.n_head_kv *
                      (cache.spec.head_dim_k + cache.spec.head_dim_v)) *
             sizeof(uint16_t);
  return bytes;
}

}  // namespace hob::backend::reference
