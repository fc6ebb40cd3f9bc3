#include "backend/cpu/kv_pages.h"

#include <cstring>

#include "base/checked.h"

namespace hob::backend {
namespace {

constexpr int64_t kLine = 64 / sizeof(uint16_t);  // f16 values in a cache line

}  // namespace

Result<KvPages> KvPages::make(std::span<const model::CacheSpec> caches, int64_t n_pages) {
  KvPages pages;
  pages.n_pages_ = n_pages;
  uint64_t at = 0;
  for (const model::CacheSpec& spec : caches) {
    const uint64_t heads = static_cast<uint64_t>(spec.n_head_kv) * kPageTokens;
    const auto keys = checked_mul(heads, static_cast<uint64_t>(spec.head_dim_k));
    const auto values = checked_mul(heads, static_cast<uint64_t>(spec.head_dim_v));
    if (!keys || !values || *keys > INT32_MAX || *values > INT32_MAX)
      return fail("a layer with {} KV heads of {} and {} values is too large", spec.n_head_kv,
                  spec.head_dim_k, spec.head_dim_v);
    pages.layers_.push_back({spec, static_cast<int64_t>(at), static_cast<int64_t>(at + *keys)});
    at += *keys + *values;
    at = (at + kLine - 1) / kLine * kLine;
  }
  const auto bytes = checked_product({at, sizeof(uint16_t), static_cast<uint64_t>(n_pages)});
  if (!bytes || *bytes > INT64_MAX)
    return fail("{} pages of {} bytes of keys and values are too much; try a smaller context",
                n_pages, at * sizeof(uint16_t));
  auto memory = AnonymousMemory::reserve(*bytes);
  if (!memory)
    return fail("keys and values of {} tokens: {}; try a smaller context", n_pages * kPageTokens,
                memory.error().message);
  pages.page_stride_ = static_cast<int64_t>(at);
  pages.memory_ = std::move(*memory);
  return pages;
}

uint16_t* KvPages::keys(int32_t cache, int64_t head) const {
  const Layer& layer = layers_[static_cast<size_t>(cache)];
  return data() + layer.keys_at + head * layer.spec.head_dim_k * kPageTokens;
}

uint16_t* KvPages::values(int32_t cache, int64_t head) const {
  const Layer& layer = layers_[static_cast<size_t>(cache)];
  return data() + layer.values_at + head * layer.spec.head_dim_v * kPageTokens;
}

void KvPages::copy(PageId from, PageId to, int64_t n_tokens) {
  HOB_CHECK(from >= 0 && from < n_pages_ && to >= 0 && to < n_pages_, "pages {} and {} of {}", from,
            to, n_pages_);
  HOB_CHECK(n_tokens >= 0 && n_tokens <= kPageTokens, "{} tokens", n_tokens);
  if (from == to || n_tokens == 0) return;
  const int64_t there = (to - int64_t{from}) * page_stride_;
  const size_t n = static_cast<size_t>(n_tokens);
  for (size_t c = 0; c < layers_.size(); ++c) {
    const model::CacheSpec& spec = layers_[c].spec;
    for (int64_t head = 0; head < spec.n_head_kv; ++head) {
      const uint16_t* k = keys(static_cast<int32_t>(c), head) + from * page_stride_;
      for (int64_t d = 0; d < spec.head_dim_k; ++d, k += kPageTokens)
        std::memcpy(const_cast<uint16_t*>(k) + there, k, n * sizeof(uint16_t));
      const uint16_t* v = values(static_cast<int32_t>(c), head) + from * page_stride_;
      std::memcpy(const_cast<uint16_t*>(v) + there, v,
                  n * static_cast<size_t>(spec.head_dim_v) * sizeof(uint16_t));
    }
  }
}

}  // namespace hob::backend
