// KvBook: which sequence holds which pages. Takes from the pool, finds in and feeds the prefix
// cache, and has beginnings of pages copied by the backend. It decides nothing: that is the
// scheduler's.
#pragma once

#include <cstdint>
#include <optional>

#include "backend/backend.h"
#include "engine/page_pool.h"
#include "engine/prefix_cache.h"
#include "engine/sequence.h"

namespace hob::engine {

class KvBook {
 public:
  KvBook(backend::Backend& backend, bool use_cache);

  // Gives a sequence whose run tokens end at a page's end what the cache has of its next pages. The
  // last token is never taken from the cache: its logits are wanted.
  void adopt_pages(Sequence& sequence);
  // The same for a part of the next page, by copying.
  void adopt_part_of_page(Sequence& sequence);

  // Pages for the first n_tokens positions, evicting cached ones where needed. false: too few; what
  // was taken stays with the sequence.
  bool extend(Sequence& sequence, int64_t n_tokens);

  // After a run: shares pages that became full since n_run was `n_run_before`.
  void publish(Sequence& sequence, int64_t n_run_before);

  // The sequence gives up all its pages and what it has run; the cache keeps them.
  void release(Sequence& sequence);

  int64_t n_available() const { return pool_.n_free() + cache_.n_evictable(); }
  PagePool& pool() { return pool_; }
  PrefixCache& cache() { return cache_; }

  std::optional<PageId> take();  // evicts where needed

 private:
  backend::Backend& backend_;
  bool use_cache_;
  PagePool pool_;
  PrefixCache cache_;
};

}  // namespace hob::engine
