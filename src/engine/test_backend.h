// For tests: a backend without a model. A token's logits are a fixed function of all tokens up to
// it, read back from the pages one by one, so every page that the engine mixes up, shares too early
// or frees too soon shows as other logits or as a failed check.
#pragma once

#include <gtest/gtest.h>

#include <set>
#include <utility>
#include <vector>

#include "backend/backend.h"

namespace hob::engine {

class PrefixBackend : public backend::Backend {
 public:
  PrefixBackend(int64_t n_pages, int64_t max_batch, int64_t n_vocab)
      : max_batch_(max_batch), n_vocab_(n_vocab), slots_(n_pages * backend::kPageTokens) {}

  std::string_view name() const override { return "prefix"; }
  int64_t n_pages() const override {
    return static_cast<int64_t>(slots_.size()) / backend::kPageTokens;
  }
  uint64_t page_bytes() const override { return backend::kPageTokens * sizeof(Slot); }

  void run(const backend::Batch& batch, std::span<float> logits) override {
    ++n_runs;
    n_tokens_run += static_cast<int64_t>(batch.tokens.size());
    largest_batch = std::max(largest_batch, batch.page_tables.size());
    check_shape(batch, logits);
    write(batch);
    for (size_t row = 0; row < batch.logit_rows.size(); ++row) {
      const int32_t i = batch.logit_rows[row];
      fill(prefix_hash(batch.page_tables[batch.sequence[i]], batch.positions[i]),
           logits.subspan(row * static_cast<size_t>(n_vocab_), n_vocab_));
    }
  }

  void copy_page(backend::PageId from, backend::PageId to, int64_t n_tokens) override {
    ++n_copies;
    for (int64_t i = 0; i < backend::kPageTokens; ++i)
      slot(to, i) = i < n_tokens ? slot(from, i) : Slot{};
  }

  // The logits that follow `tokens`, [vocab].
  static std::vector<float> expected(std::span<const int32_t> tokens, int64_t n_vocab) {
    uint64_t hash = 0;
    for (int32_t token : tokens) hash = mix(hash, token);
    std::vector<float> logits(n_vocab);
    fill(hash, logits);
    return logits;
  }

  int64_t n_runs = 0, n_tokens_run = 0, n_copies = 0;
  size_t largest_batch = 0;  // sequences

 private:
  struct Slot {
    int32_t token = -1, position = -1;
  };

  Slot& slot(backend::PageId page, int64_t i) { return slots_.at(page * backend::kPageTokens + i); }

  static uint64_t mix(uint64_t hash, int32_t token) {
    hash = (hash ^ static_cast<uint64_t>(token + 1)) * 0x9E3779B97F4A7C15;
    return hash ^ (hash >> 29);
  }

  static void fill(uint64_t hash, std::span<float> row) {
    for (size_t v = 0; v < row.size(); ++v)
      row[v] = static_cast<float>(mix(hash, static_cast<int32_t>(v) + 7) >> 40) / (1 << 22);
  }

  void check_shape(const backend::Batch& batch, std::span<float> logits) const {
    const size_t n = batch.tokens.size();
    ASSERT_GT(n, 0u);
    ASSERT_LE(static_cast<int64_t>(n), max_batch_);
    ASSERT_EQ(batch.positions.size(), n);
    ASSERT_EQ(batch.sequence.size(), n);
    ASSERT_EQ(logits.size(), batch.logit_rows.size() * static_cast<size_t>(n_vocab_));
    for (size_t i = 1; i < batch.logit_rows.size(); ++i)
      ASSERT_LT(batch.logit_rows[i - 1], batch.logit_rows[i]);
    std::vector<int32_t> last(batch.page_tables.size(), -1);
    for (size_t i = 0; i < n; ++i) {
      int32_t& before = last.at(batch.sequence[i]);
      ASSERT_TRUE(before < 0 || batch.positions[i] == before + 1);
      before = batch.positions[i];
    }
  }

  void write(const backend::Batch& batch) {
    std::set<std::pair<backend::PageId, int64_t>> written;
    for (size_t i = 0; i < batch.tokens.size(); ++i) {
      const int64_t position = batch.positions[i];
      const auto& table = batch.page_tables[batch.sequence[i]];
      const auto index = static_cast<size_t>(position / backend::kPageTokens);
      ASSERT_LT(index, table.size());
      const backend::PageId page = table[index];
      EXPECT_TRUE(written.insert({page, position % backend::kPageTokens}).second);
      for (size_t other = 0; other < batch.page_tables.size(); ++other) {
        if (static_cast<int32_t>(other) == batch.sequence[i]) continue;
        for (backend::PageId foreign : batch.page_tables[other])
          EXPECT_NE(foreign, page) << "a page that is written is shared";
      }
      slot(page, position % backend::kPageTokens) = {batch.tokens[i],
                                                     static_cast<int32_t>(position)};
    }
  }

  uint64_t prefix_hash(std::span<const backend::PageId> table, int64_t position) {
    uint64_t hash = 0;
    for (int64_t p = 0; p <= position; ++p) {
      const Slot& s = slot(table[p / backend::kPageTokens], p % backend::kPageTokens);
      EXPECT_EQ(s.position, p) << "read before it was written";
      hash = mix(hash, s.token);
    }
    return hash;
  }

  int64_t max_batch_, n_vocab_;
  std::vector<Slot> slots_;
};

}  // namespace hob::engine
