#include "backend/cpu/rope_tables.h"

#include <cmath>

#include "base/checked.h"

namespace hob::backend {

Result<RopeTables> RopeTables::make(std::span<const model::RopeConfig> configs, int64_t max_batch) {
  uint64_t width = 0;
  for (const model::RopeConfig& config : configs) {
    HOB_CHECK(config.n_rot > 0 && config.n_rot % 2 == 0, "n_rot {}", config.n_rot);
    HOB_CHECK(config.frequency.size() == static_cast<size_t>(config.n_rot / 2), "{} frequencies",
              config.frequency.size());
    width += static_cast<uint64_t>(config.n_rot);
  }
  const auto bytes = checked_product({width, static_cast<uint64_t>(max_batch), sizeof(float)});
  if (!bytes) return fail("rope tables for a batch of {} tokens are too large", max_batch);
  auto memory = AnonymousMemory::reserve(*bytes);
  if (!memory) return memory.error();
  RopeTables tables;
  tables.memory_ = std::move(*memory);
  float* at = reinterpret_cast<float*>(tables.memory_.bytes().data());
  for (const model::RopeConfig& config : configs) {
    tables.tables_.push_back({&config, at});
    at += config.n_rot * max_batch;
  }
  return tables;
}

void RopeTables::fill(std::span<const int32_t> positions, ThreadPool& threads) {
  for (const Table& table : tables_) {
    const model::RopeConfig& config = *table.config;
    const int64_t half = config.n_rot / 2;
    threads.parallel_for(
        static_cast<int64_t>(positions.size()), 8, [&](int64_t begin, int64_t end, int) {
          for (int64_t t = begin; t < end; ++t) {
            float* row = table.rows + t * config.n_rot;
            for (int64_t i = 0; i < half; ++i) {
              const double angle =
                  positions[static_cast<size_t>(t)] * config.frequency[static_cast<size_t>(i)];
              row[i] = static_cast<float>(std::cos(angle) * double{config.magnitude});
              row[half + i] = static_cast<float>(std::sin(angle) * double{config.magnitude});
            }
          }
        });
  }
}

const float* RopeTables::cos(int32_t config, int64_t token) const {
  const Table& table = tables_[static_cast<size_t>(config)];
  return table.rows + token * table.config->n_rot;
}

const float* RopeTables::sin(int32_t config, int64_t token) const {
  return cos(config, token) + tables_[static_cast<size_t>(config)].config->n_rot / 2;
}

}  // namespace hob::backend
