#include "backend/cpu/cpu_backend.h"

#include <algorithm>
#include <chrono>

namespace hob::backend {

static_assert(kPageTokens == kernel::kPageTokens);

Result<std::unique_ptr<Backend>> make_cpu(const model::Model& model,
                                          const BackendOptions& options) {
  return CpuBackend::make(model, options);
}

Result<std::unique_ptr<Backend>> CpuBackend::make(const model::Model& model,
                                                  const BackendOptions& options) {
  if (options.n_pages < 1 || options.max_batch < 1 || options.n_threads < 1)
    return fail("{} KV pages, batches of {} tokens and {} threads: each must be at least 1",
                options.n_pages, options.max_batch, options.n_threads);
  auto kernels = kernel::find_kernels(options.isa);
  if (!kernels) return kernels.error();
  std::unique_ptr<CpuBackend> backend(new CpuBackend(model.program, **kernels, options.n_threads));
  if (Status status = backend->allocate(options); !status) return status.error();
  return std::unique_ptr<Backend>(std::move(backend));
}

CpuBackend::CpuBackend(const model::Program& program, const kernel::Kernels& kernels, int n_threads)
    : program_(program),
      kernels_(kernels),
      name_(fmt::format("cpu {}", kernels.isa)),
      threads_(n_threads) {}

Status CpuBackend::allocate(const BackendOptions& options) {
  max_batch_ = options.max_batch;
  auto kv = KvPages::make(program_.caches, options.n_pages);
  if (!kv) return kv.error();
  kv_ = std::move(*kv);
  auto values = ValueBuffers::make(program_, max_batch_);
  if (!values) return values.error();
  values_ = std::move(*values);
  auto ropes = RopeTables::make(program_.ropes, max_batch_);
  if (!ropes) return ropes.error();
  ropes_ = std::move(*ropes);

  size_t prepared_bytes = 0;
  scratch_bytes_ = kernel::kMatMulScratchBytes;
  for (const model::Op& op : program_.ops) {
    if (const auto* matmul = std::get_if<model::MatMul>(&op.action)) {
      const tensor::Tensor& weight = program_.weights[static_cast<size_t>(matmul->weight)];
      prepared_bytes =
          std::max(prepared_bytes,
                   kernels_.prepared_bytes(weight.format, static_cast<int64_t>(weight.row_length()),
                                           max_batch_));
    } else if (const auto* attend = std::get_if<model::Attend>(&op.action)) {
      scratch_bytes_ = std::max(
          scratch_bytes_, kernels_.attend_scratch_bytes(attend->n_head / attend->n_head_kv,
                                                        attend->head_dim_k, attend->head_dim_v));
    } else if (const auto* store = std::get_if<model::StoreKv>(&op.action)) {
      scratch_bytes_ =
          std::max(scratch_bytes_, static_cast<size_t>(store->head_dim_k) * sizeof(uint16_t));
    }
  }
  constexpr size_t kApart = 4096;  // the scratch of two threads shares no memory page
  scratch_bytes_ = (scratch_bytes_ + kApart - 1) / kApart * kApart;
  auto prepared = AnonymousMemory::reserve(prepared_bytes);
  if (!prepared) return prepared.error();
  prepared_ = std::move(*prepared);
  auto scratch = AnonymousMemory::reserve(scratch_bytes_ * static_cast<size_t>(threads_.size()));
  if (!scratch) return scratch.error();
  scratch_ = std::move(*scratch);
  if (options.time_ops) times_.resize(program_.ops.size());
  return {};
}

void CpuBackend::check(const Batch& batch, std::span<const float> logits) const {
  const size_t n = batch.tokens.size();
  HOB_CHECK(static_cast<int64_t>(n) <= max_batch_, "{} tokens, at most {}", n, max_batch_);
  HOB_CHECK(batch.positions.size() == n && batch.sequence.size() == n, "{} tokens, {}, {}", n,
            batch.positions.size(), batch.sequence.size());
  for (size_t t = 0; t < n; ++t) {
    HOB_CHECK(batch.tokens[t] >= 0 && batch.tokens[t] < program_.n_vocab, "token {} of {}",
              batch.tokens[t], program_.n_vocab);
    const size_t sequence = static_cast<size_t>(batch.sequence[t]);
    HOB_CHECK(sequence < batch.page_tables.size(), "sequence {}", batch.sequence[t]);
    const int64_t position = batch.positions[t];
    const auto& pages = batch.page_tables[sequence];
    HOB_CHECK(position >= 0 && position / kPageTokens < static_cast<int64_t>(pages.size()),
              "position {} with {} pages", position, pages.size());
    const PageId page = pages[static_cast<size_t>(position / kPageTokens)];
    HOB_CHECK(page >= 0 && page < kv_.n_pages(), "page {} of {}", page, kv_.n_pages());
  }
  for (int32_t row : batch.logit_rows)
    HOB_CHECK(row >= 0 && static_cast<size_t>(row) < n, "logits row {} of {}", row, n);
  HOB_CHECK(batch.logit_rows.size() <= n, "{} logits rows", batch.logit_rows.size());
  HOB_CHECK(logits.size() == batch.logit_rows.size() * static_cast<size_t>(program_.n_vocab),
            "{} logits for {} rows of {}", logits.size(), batch.logit_rows.size(),
            program_.n_vocab);
}

void CpuBackend::run(const Batch& batch, std::span<float> logits) {
  check(batch, logits);
  if (batch.tokens.empty()) return;
  batch_ = &batch;
  values_.set_logits(logits.data());
  prepared_value_ = model::kNone;
  ropes_.fill(batch.positions, threads_);
  for (size_t i = 0; i < program_.ops.size(); ++i) {
    using Clock = std::chrono::steady_clock;
    const model::Op& op = program_.ops[i];
    const auto start = times_.empty() ? Clock::time_point() : Clock::now();
    std::visit([&](const auto& action) { execute(op, action); }, op.action);
    if (op.out == prepared_value_) prepared_value_ = model::kNone;
    if (!times_.empty()) {
      times_[i].seconds += std::chrono::duration<double>(Clock::now() - start).count();
      ++times_[i].runs;
    }
  }
  batch_ = nullptr;
}

void CpuBackend::copy_page(PageId from, PageId to, int64_t n_tokens) {
  kv_.copy(from, to, n_tokens);
}

int64_t CpuBackend::rows(model::ValueId id) const {
  const bool logits = program_.values[static_cast<size_t>(id)].per_logit_row;
  return static_cast<int64_t>(logits ? batch_->logit_rows.size() : batch_->tokens.size());
}

int64_t CpuBackend::token_of(model::ValueId id, int64_t row) const {
  const bool logits = program_.values[static_cast<size_t>(id)].per_logit_row;
  return logits ? batch_->logit_rows[static_cast<size_t>(row)] : row;
}

std::byte* CpuBackend::scratch(int thread) const {
  return scratch_.bytes().data() + scratch_bytes_ * static_cast<size_t>(thread);
}

}  // namespace hob::backend
