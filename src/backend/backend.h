// A backend runs a Program over a Batch. It owns the KV pages and its scratch memory; weights stay
// in the mapped file.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backend/kv_layout.h"
#include "base/result.h"
#include "model/model.h"

namespace hob::backend {

// What one forward takes: tokens of one or more sequences, side by side. Tokens of a sequence come
// in ascending position.
struct Batch {
  std::vector<int32_t> tokens;     // [n]
  std::vector<int32_t> positions;  // [n] position of the token in its sequence, from 0
  std::vector<int32_t> sequence;   // [n] index into page_tables
  std::vector<std::span<const PageId>>
      page_tables;  // page of positions [64 i, 64 i + 64) of that sequence at index i
  std::vector<int32_t> logit_rows;  // indices into tokens whose logits are wanted, ascending
};

struct OpTime {
  double seconds = 0;  // summed over runs since reset
  int64_t runs = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;

  virtual std::string_view name() const = 0;

  // logits: [batch.logit_rows.size(), n_vocab]. Everything a token may attend to must already be in
  // its pages or in this batch. Same sequence, same bits: the result for a token depends on the
  // tokens before it in its sequence alone.
  virtual void run(const Batch& batch, std::span<float> logits) = 0;

  // Copies the first n_tokens positions of a page in all layers (a shared page that one sequence
  // wants to extend).
  virtual void copy_page(PageId from, PageId to, int64_t n_tokens) = 0;

  virtual int64_t n_pages() const = 0;
  virtual uint64_t page_bytes() const = 0;  // one page over all layers

  // Per-op times, index as in Program::ops; empty unless the backend was made with `time_ops`.
  virtual std::span<const OpTime> op_times() const { return {}; }
  virtual void reset_op_times() {}
};

struct BackendOptions {
  int64_t n_pages = 64;     // KV capacity; memory is touched only as pages are used
  int64_t max_batch = 512;  // tokens in one run at most
  int n_threads = 1;
  std::string isa = {};  // "" = the best this machine has; else one of kernel::available_isas()
  bool time_ops = false;
};

// The model must outlive the backend.
Result<std::unique_ptr<Backend>> make_reference(const model::Model& model,
                                                const BackendOptions& options);
Result<std::unique_ptr<Backend>> make_cpu(const model::Model& model, const BackendOptions& options);

}  // namespace hob::backend
