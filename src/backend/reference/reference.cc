// The reference backend: walks the Program op by op and token by token. The oracle of every test,
// and no faster than it must be.

#include <algorithm>
#include <chrono>
#include <numeric>

#include "backend/backend.h"
#include "backend/reference/kv_pages.h"
#include "backend/reference/ops.h"
#include "base/check.h"

namespace hob::backend {

namespace reference {

class Reference final : public Backend {
 public:
  Reference(const model::Program& program, const BackendOptions& options)
      : program_(program),
        options_(options),
        pages_(program.caches, options.n_pages),
        values_(program.values.size()),
        times_(options.time_ops ? program.ops.size() : 0) {}

  std::string_view name() const override { return "reference"; }
  void run(const Batch& batch, std::span<float> logits) override;
  void copy_page(PageId from, PageId to, int64_t n_tokens) override {
    pages_.copy(from, to, n_tokens);
  }
  int64_t n_pages() const override { return pages_.n_pages(); }
  uint64_t page_bytes() const override { return pages_.page_bytes(); }
  std::span<const OpTime> op_times() const override { return times_; }
  void reset_op_times() override { std::fill(times_.begin(), times_.end(), OpTime{}); }

 private:
  friend struct Step;

  void check(const Batch& batch, std::span<float> logits) const;
  int64_t width(model::ValueId id) const { return program_.values[size_t(id)].width; }
  size_t n_rows(model::ValueId id, const Batch& batch) const {
    return program_.values[size_t(id)].per_logit_row ? batch.logit_rows.size()
                                                     : batch.tokens.size();
  }
  Row row(model::ValueId id, size_t r) {
    return std::span(values_[size_t(id)]).subspan(r * size_t(width(id)), size_t(width(id)));
  }
  std::vector<float> vector(model::WeightId id) const {
    return weight_row(program_.weights[size_t(id)], 0);
  }

  const model::Program& program_;
  BackendOptions options_;
  KvPages pages_;
  std::vector<std::vector<double>> values_;  // [values] of [rows, width]
  std::vector<OpTime> times_;
};

// One op on one batch; an overload for each kind.
struct Step {
  Reference& self;
  const Batch& batch;
  const model::Op& op;

  size_t rows() const { return self.n_rows(op.out, batch); }
  Row in(size_t r, size_t which = 0) const { return self.row(op.in[which], r); }
  Row out(size_t r) const { return self.row(op.out, r); }
  PageId page(size_t token, int64_t position) const {
    return batch.page_tables[size_t(batch.sequence[token])][size_t(position / kPageTokens)];
  }
  template <class Function>
  void each(Function function) const {  // out[i] = function(in[0][i])
    for (size_t r = 0; r < rows(); ++r)
      std::transform(in(r).begin(), in(r).end(), out(r).begin(), function);
  }
  template <class Function>
  void each_pair(Function function) const {  // out[i] = function(in[0][i], in[1][i])
    for (size_t r = 0; r < rows(); ++r)
      std::transform(in(r).begin(), in(r).end(), in(r, 1).begin(), out(r).begin(), function);
  }

  void operator()(const model::Embed& a) const {
    for (size_t r = 0; r < rows(); ++r) {
      const auto embedding = weight_row(self.program_.weights[size_t(a.table)], batch.tokens[r]);
      std::copy(embedding.begin(), embedding.end(), out(r).begin());
    }
  }
  void operator()(const model::RmsNorm& a) const {
    const std::vector<float> weight = self.vector(a.weight);
    for (size_t r = 0; r < rows(); ++r) rms_norm(in(r), weight, double(a.eps), out(r));
  }
  void operator()(const model::MatMul& a) const {
    const tensor::Tensor& weight = self.program_.weights[size_t(a.weight)];
    std::vector<float> bias(weight.n_rows(), 0.0f);
    if (a.bias != model::kNone) bias = self.vector(a.bias);
    for (size_t o = 0; o < weight.n_rows(); ++o) {
      const std::vector<float> w = weight_row(weight, int64_t(o));
      for (size_t r = 0; r < rows(); ++r)
        out(r)[o] = std::inner_product(w.begin(), w.end(), in(r).begin(), 0.0) + double(bias[o]);
    }
  }
  void operator()(const model::Rope& a) const {
    for (size_t r = 0; r < rows(); ++r) {
      if (op.out != op.in[0]) std::copy(in(r).begin(), in(r).end(), out(r).begin());
      rope(self.program_.ropes[size_t(a.config)], a.head_dim, batch.positions[r], out(r));
    }
  }
  void operator()(const model::StoreKv& a) const {
    for (size_t r = 0; r < batch.tokens.size(); ++r) {
      const int64_t position = batch.positions[r];
      self.pages_.store(a.cache, page(r, position), position % kPageTokens, in(r), in(r, 1));
    }
  }
  void operator()(const model::Attend& a) const {
    for (size_t r = 0; r < rows(); ++r) {
      for (int64_t head = 0; head < a.n_head; ++head) {
        const int64_t kv_head = head / (a.n_head / a.n_head_kv);
        Visible visible;
        for (int64_t p = first_visible(a.window, batch.positions[r]); p <= batch.positions[r];
             ++p) {
          visible.keys.push_back(self.pages_.key(a.cache, page(r, p), p % kPageTokens, kv_head));
          visible.values.push_back(
              self.pages_.value(a.cache, page(r, p), p % kPageTokens, kv_head));
        }
        attend(a, in(r).subspan(size_t(head * a.head_dim_k), size_t(a.head_dim_k)), visible,
               out(r).subspan(size_t(head * a.head_dim_v), size_t(a.head_dim_v)));
      }
    }
  }
  void operator()(const model::Glu& a) const {
    each_pair([&](double gate, double up) { return activate(a.activation, gate) * up; });
  }
  void operator()(const model::Add&) const {
    each_pair([](double x, double y) { return x + y; });
  }
  void operator()(const model::Scale& a) const {
    each([&](double x) { return x * double(a.factor); });
  }
  void operator()(const model::Softcap& a) const {
    each([&](double x) { return softcap(x, double(a.cap)); });
  }
  void operator()(const model::SelectRows&) const {
    for (size_t r = 0; r < rows(); ++r)
      std::copy_n(in(size_t(batch.logit_rows[r])).begin(), self.width(op.out), out(r).begin());
  }
};

void Reference::check(const Batch& batch, std::span<float> logits) const {
  const size_t n = batch.tokens.size();
  HOB_CHECK(batch.positions.size() == n && batch.sequence.size() == n, "{} tokens", n);
  HOB_CHECK(int64_t(n) <= options_.max_batch, "{} tokens, at most {}", n, options_.max_batch);
  HOB_CHECK(logits.size() == batch.logit_rows.size() * size_t(program_.n_vocab));
  for (size_t i = 0; i < n; ++i) {
    HOB_CHECK(batch.tokens[i] >= 0 && batch.tokens[i] < program_.n_vocab, "token {}",
              batch.tokens[i]);
    HOB_CHECK(size_t(batch.sequence[i]) < batch.page_tables.size(), "sequence {}",
              batch.sequence[i]);
    HOB_CHECK(batch.positions[i] >= 0 && size_t(batch.positions[i] / kPageTokens) <
                                             batch.page_tables[size_t(batch.sequence[i])].size(),
              "position {} has no page", batch.positions[i]);
  }
  for (int32_t row : batch.logit_rows) HOB_CHECK(size_t(row) < n, "row {} of {}", row, n);
}

void Reference::run(const Batch& batch, std::span<float> logits) {
  check(batch, logits);
  for (size_t id = 0; id < values_.size(); ++id)
    values_[id].assign(n_rows(model::ValueId(id), batch) * size_t(width(model::ValueId(id))), 0.0);
  for (size_t i = 0; i < program_.ops.size(); ++i) {
    const auto start = std::chrono::steady_clock::now();
    std::visit(Step{*this, batch, program_.ops[i]}, program_.ops[i].action);
    if (times_.empty()) continue;
    times_[i].seconds +=
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    ++times_[i].runs;
  }
  const std::vector<double>& result = values_[size_t(program_.logits)];
  std::transform(result.begin(), result.end(), logits.begin(), [](double x) { return float(x); });
}

}  // namespace reference

Result<std::unique_ptr<Backend>> make_reference(const model::Model& model,
                                                const BackendOptions& options) {
  return std::unique_ptr<Backend>(new reference::Reference(model.program, options));
}

}  // namespace hob::backend
