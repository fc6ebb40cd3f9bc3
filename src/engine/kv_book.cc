// Books of who holds which page of keys and values.
#include "engine/kv_book.h"

#include "base/check.h"

namespace hob::engine {

KvBook::KvBook(backend::Backend& backend, bool use_cache)
    : backend_(backend), use_cache_(use_cache), pool_(backend.n_pages()), cache_(pool_) {}

std::optional<PageId> KvBook::take() {
  std::optional<PageId> page = pool_.take();
  if (!page && cache_.evict_one()) page = pool_.take();
  return page;
}

void KvBook::adopt_pages(Sequence& sequence) {
  if (!use_cache_ || sequence.n_run % kPageTokens != 0) return;
  const auto n_held = static_cast<int64_t>(sequence.pages.size());
  HOB_CHECK(n_held * kPageTokens == sequence.n_run);
  const auto wanted = std::span(sequence.tokens).first(sequence.n_tokens() - 1);
  const PrefixCache::Match match = cache_.find(wanted, n_held);
  sequence.pages.insert(sequence.pages.end(), match.pages.begin(), match.pages.end());
  sequence.n_run = static_cast<int64_t>(sequence.pages.size()) * kPageTokens;
}

void KvBook::adopt_part_of_page(Sequence& sequence) {
  if (!use_cache_ || sequence.n_run % kPageTokens != 0) return;
  const auto wanted = std::span(sequence.tokens).first(sequence.n_tokens() - 1);
  const PrefixCache::Match match = cache_.find(wanted, static_cast<int64_t>(sequence.pages.size()));
  HOB_CHECK(match.pages.empty());
  if (match.copy_tokens == 0) return;
  const auto page = take();
  if (!page) return;
  // Where it was the last page to evict, it is here already.
  if (*page != match.copy_from) backend_.copy_page(match.copy_from, *page, match.copy_tokens);
  sequence.pages.push_back(*page);
  sequence.n_run += match.copy_tokens;
}

bool KvBook::extend(Sequence& sequence, int64_t n_tokens) {
  while (static_cast<int64_t>(sequence.pages.size()) < pages_for(n_tokens)) {
    const auto page = take();
    if (!page) return false;
    sequence.pages.push_back(*page);
  }
  return true;
}

void KvBook::publish(Sequence& sequence, int64_t n_run_before) {
  const int64_t n_full = sequence.n_run / kPageTokens;
  if (!use_cache_ || n_full == n_run_before / kPageTokens) return;
  cache_.insert(std::span(sequence.tokens).first(n_full * kPageTokens),
                std::span(sequence.pages).first(n_full));
}

void KvBook::release(Sequence& sequence) {
  if (use_cache_ && sequence.n_run > 0)
    cache_.insert(std::span(sequence.tokens).first(sequence.n_run),
                  std::span(sequence.pages).first(pages_for(sequence.n_run)));
  for (PageId page : sequence.pages) pool_.release(page);
  sequence.pages.clear();
  sequence.n_run = 0;
}

}  // namespace hob::engine
