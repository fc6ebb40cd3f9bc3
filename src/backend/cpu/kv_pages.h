// The memory of keys and values: pages of kPageTokens positions, each holding all layers, so that a
// page that is not used is not touched. Keys lie transposed, [head_dim, position], which lets a
// vector hold the scores of 16 positions; values lie [position, head_dim].
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "backend/kv_layout.h"
#include "base/platform/anonymous_memory.h"
#include "base/result.h"
#include "model/program.h"

namespace hob::backend {

class KvPages {
 public:
  // Error: not even the addresses can be had, with the sizes.
  static Result<KvPages> make(std::span<const model::CacheSpec> caches, int64_t n_pages);

  int64_t n_pages() const { return n_pages_; }
  int64_t page_stride() const { return page_stride_; }  // from page to page, in f16 values
  uint64_t page_bytes() const { return static_cast<uint64_t>(page_stride_) * sizeof(uint16_t); }

  // Of one cache and KV head in page 0; page i lies page_stride() * i further.
  uint16_t* keys(int32_t cache, int64_t head) const;    // [head_dim_k, kPageTokens]
  uint16_t* values(int32_t cache, int64_t head) const;  // [kPageTokens, head_dim_v]

  // Copies the first n_tokens positions of every layer.
  void copy(PageId from, PageId to, int64_t n_tokens);

 private:
  struct Layer {
    model::CacheSpec spec;
    int64_t keys_at, values_at;  // in f16 values from the start of a page
  };

  uint16_t* data() const { return reinterpret_cast<uint16_t*>(memory_.bytes().data()); }

  std::vector<Layer> layers_;
  int64_t n_pages_ = 0;
  int64_t page_stride_ = 0;
  AnonymousMemory memory_;
};

}  // namespace hob::backend
