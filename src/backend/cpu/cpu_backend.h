// The CPU backend: interprets a Program op by op with the kernels of one instruction set. Each op
// is one parallel loop over its outputs with a barrier at the end, so that no sum crosses threads
// and the bits do not depend on how many there are.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "backend/cpu/kv_pages.h"
#include "backend/cpu/rope_tables.h"
#include "backend/cpu/value_buffers.h"
#include "base/platform/anonymous_memory.h"
#include "base/thread_pool.h"
#include "kernel/kernels.h"

namespace hob::backend {

class CpuBackend final : public Backend {
 public:
  static Result<std::unique_ptr<Backend>> make(const model::Model& model,
                                               const BackendOptions& options);

  std::string_view name() const override { return name_; }
  void run(const Batch& batch, std::span<float> logits) override;
  void copy_page(PageId from, PageId to, int64_t n_tokens) override;
  int64_t n_pages() const override { return kv_.n_pages(); }
  uint64_t page_bytes() const override { return kv_.page_bytes(); }
  std::span<const OpTime> op_times() const override { return times_; }
  void reset_op_times() override { times_.assign(times_.size(), {}); }

 private:
  CpuBackend(const model::Program& program, const kernel::Kernels& kernels, int n_threads);

  Status allocate(const BackendOptions& options);
  void check(const Batch& batch, std::span<const float> logits) const;

  // What each op does (cpu_ops.cc).
  void execute(const model::Op& op, const model::Embed& embed);
  void execute(const model::Op& op, const model::RmsNorm& norm);
  void execute(const model::Op& op, const model::MatMul& matmul);
  void execute(const model::Op& op, const model::Rope& rope);
  void execute(const model::Op& op, const model::StoreKv& store);
  void execute(const model::Op& op, const model::Attend& attend);
  void execute(const model::Op& op, const model::Glu& glu);
  void execute(const model::Op& op, const model::Add& add);
  void execute(const model::Op& op, const model::Scale& scale);
  void execute(const model::Op& op, const model::Softcap& softcap);
  void execute(const model::Op& op, const model::SelectRows& select);

  void prepare(model::ValueId in, const tensor::Tensor& weight, int64_t cols);
  void attend_one(const model::Op& op, const model::Attend& attend, int64_t row, int64_t head,
                  int thread);

  int64_t width(model::ValueId id) const { return program_.values[static_cast<size_t>(id)].width; }
  int64_t rows(model::ValueId id) const;
  int64_t token_of(model::ValueId id, int64_t row) const;  // index into the batch
  std::byte* scratch(int thread) const;

  const model::Program& program_;
  const kernel::Kernels& kernels_;
  std::string name_;
  ThreadPool threads_;
  KvPages kv_;
  ValueBuffers values_;
  RopeTables ropes_;
  AnonymousMemory prepared_;  // activations of one matmul
  AnonymousMemory scratch_;   // [threads, scratch_bytes_]
  size_t scratch_bytes_ = 0;  // for each thread
  int64_t max_batch_ = 0;
  std::vector<OpTime> times_;  // [ops], or empty

  // While a batch runs:
  const Batch* batch_ = nullptr;
  model::ValueId prepared_value_ = model::kNone;  // what prepared_ holds
  tensor::Format prepared_format_ = tensor::Format::f32;
};

}  // namespace hob::backend
