// The keys and values of all layers, rounded to float16 as they are stored: the definition of what
// the cache keeps. A page's memory comes when it is first written.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "backend/kv_layout.h"
#include "model/program.h"

namespace hob::backend::reference {

class KvPages {
 public:
  KvPages(std::span<const model::CacheSpec> caches, int64_t n_pages);

  // key: [n_head_kv, head_dim_k], value: [n_head_kv, head_dim_v]; slot is the position in the page.
  void store(int32_t cache, PageId page, int64_t slot, std::span<const double> key,
             std::span<const double> value);

  std::span<const uint16_t> key(int32_t cache, PageId page, int64_t slot, int64_t head) const;
  std::span<const uint16_t> value(int32_t cache, PageId page, int64_t slot, int64_t head) const;

  // The first n_tokens slots, in all layers.
  void copy(PageId from, PageId to, int64_t n_tokens);

  int64_t n_pages() const { return n_pages_; }
  uint64_t page_bytes() const;

 private:
  struct Cache {
    model::CacheSpec spec;
    // [n_pages] of [kPageTokens, n_head_kv, head_dim]; empty until written
    std::vector<std::vector<uint16_t>> keys, values;
  };
  void check(PageId page, int64_t slot) const;

  std::vector<Cache> caches_;
  int64_t n_pages_;
};

}  // namespace hob::backend::reference
