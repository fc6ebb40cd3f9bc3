// The scheduler decides what the coming step runs: who leaves the line, one token of every running
// answer, then chunks of prompts, shared fairly. When pages run out the youngest sequence gives its
// pages to older ones and begins anew later; its answer stays the same to the bit.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/kv_book.h"
#include "engine/sequence.h"

namespace hob::engine {

using Sequences = std::vector<std::unique_ptr<Sequence>>;  // in order of age, the oldest first

class Scheduler {
 public:
  // options.context is at most what the pages of `book` hold.
  Scheduler(const EngineOptions& options, KvBook& book) : options_(options), book_(book) {}

  // Sets n_planned of every sequence, and gives it the pages for that. At least one gets a token.
  void plan(std::span<const std::unique_ptr<Sequence>> sequences);

 private:
  void admit(std::span<const std::unique_ptr<Sequence>> sequences);
  bool try_admit(Sequence& sequence, int64_t n_reserved);
  void share_out(std::span<const std::unique_ptr<Sequence>> sequences);
  void provide_pages(std::span<const std::unique_ptr<Sequence>> sequences);
  int64_t pages_wanted(const Sequence& sequence) const;
  void put_back(Sequence& sequence);

  const EngineOptions options_;
  KvBook& book_;
};

}  // namespace hob::engine
