// Cosines and sines of the positions of one batch, one table for each RopeConfig. Angles are
// reckoned in double and rounded once, so a position far out is as exact as the first.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/platform/anonymous_memory.h"
#include "base/result.h"
#include "base/thread_pool.h"
#include "model/program.h"

namespace hob::backend {

class RopeTables {
 public:
  static Result<RopeTables> make(std::span<const model::RopeConfig> configs, int64_t max_batch);

  void fill(std::span<const int32_t> positions, ThreadPool& threads);

  const float* cos(int32_t config, int64_t token) const;  // [n_rot / 2]
  const float* sin(int32_t config, int64_t token) const;  // [n_rot / 2]

 private:
  struct Table {
    const model::RopeConfig* config;
    float* rows;  // [max_batch, 2, n_rot / 2]: cosines, sines
  };
  std::vector<Table> tables_;
  AnonymousMemory memory_;
};

}  // namespace hob::backend
