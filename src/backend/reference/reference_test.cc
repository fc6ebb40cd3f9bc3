// The reference backend on small programs made by hand: how ops read their inputs, which keys a
// token sees, and that a batch never changes an answer.

#include <gtest/gtest.h>

#include <cmath>
#include <deque>

#include "backend/backend.h"

namespace hob::backend {
namespace {

// A model of a few ops on F32 weights that it owns.
class HandMade {
 public:
  explicit HandMade(int64_t n_vocab) { model.program.n_vocab = n_vocab; }

  model::ValueId value(int64_t width, bool per_logit_row = false) {
    model.program.values.push_back({"v", width, per_logit_row});
    return model::ValueId(model.program.values.size()) - 1;
  }
  // rows: [n_rows, row length]
  model::WeightId weight(std::vector<std::vector<float>> rows) {
    std::vector<float>& data = owned_.emplace_back();
    for (const auto& row : rows) data.insert(data.end(), row.begin(), row.end());
    tensor::Tensor t;
    t.name = "w";
    t.n_dims = 2;
    t.shape = {rows[0].size(), rows.size(), 1, 1};
    t.bytes = std::as_bytes(std::span(data));
    model.program.weights.push_back(t);
    return model::WeightId(model.program.weights.size()) - 1;
  }
  void op(model::Action action, model::ValueId out, model::ValueId in0 = model::kNone,
          model::ValueId in1 = model::kNone) {
    model.program.ops.push_back({action, out, {in0, in1}, 0});
  }
  std::unique_ptr<Backend> backend() {
    BackendOptions options;
    options.n_pages = 8;
    options.time_ops = true;
    return *make_reference(model, options);
  }

  model::Model model;

 private:
  std::deque<std::vector<float>> owned_;
};

std::vector<float> run(Backend& backend, const Batch& batch, int64_t n_vocab) {
  std::vector<float> logits(batch.logit_rows.size() * size_t(n_vocab));
  backend.run(batch, logits);
  return logits;
}

const std::vector<PageId> kPages{3, 1, 0, 2};

Batch batch_of(std::vector<int32_t> tokens, int32_t first_position,
               std::vector<int32_t> logit_rows) {
  Batch batch;
  batch.tokens = tokens;
  batch.page_tables = {kPages};
  batch.logit_rows = logit_rows;
  for (size_t i = 0; i < tokens.size(); ++i) {
    batch.positions.push_back(first_position + int32_t(i));
    batch.sequence.push_back(0);
  }
  return batch;
}

TEST(Reference, EmbedProductBiasAndSelectedRows) {
  HandMade hand(3);
  const auto x = hand.value(2), chosen = hand.value(2, true), logits = hand.value(3, true);
  hand.op(model::Embed{hand.weight({{1, 2}, {3, 4}, {5, 6}})}, x);
  hand.op(model::SelectRows{}, chosen, x);
  hand.op(model::MatMul{hand.weight({{1, 0}, {0, 1}, {1, 1}}), hand.weight({{0, 10, 100}})}, logits,
          chosen);
  hand.model.program.logits = logits;
  auto backend = hand.backend();
  EXPECT_EQ(run(*backend, batch_of({2, 0, 1}, 0, {0, 2}), 3),
            (std::vector<float>{5, 16, 111, 3, 14, 107}));
  EXPECT_TRUE(run(*backend, batch_of({2, 0, 1}, 0, {}), 3).empty());
}

TEST(Reference, ElementwiseOpsInPlaceAndNot) {
  HandMade hand(2);
  const auto x = hand.value(2, true), y = hand.value(2, true), z = hand.value(2, true);
  const auto tokens = hand.value(2);
  hand.op(model::Embed{hand.weight({{1, -2}})}, tokens);
  hand.op(model::SelectRows{}, x, tokens);
  hand.op(model::Scale{3}, y, x);                         // 3, -6
  hand.op(model::Add{}, y, y, x);                         // 4, -8
  hand.op(model::Glu{model::Activation::silu}, z, x, y);  // silu(1)·4, silu(-2)·-8
  hand.op(model::Softcap{2}, z, z);
  hand.model.program.logits = z;
  auto backend = hand.backend();
  const auto silu = [](double v) { return v / (1 + std::exp(-v)); };
  const auto logits = run(*backend, batch_of({0}, 0, {0}), 2);
  EXPECT_FLOAT_EQ(logits[0], float(2 * std::tanh(silu(1) * 4 / 2)));
  EXPECT_FLOAT_EQ(logits[1], float(2 * std::tanh(silu(-2) * -8 / 2)));
}

// Queries are zero, so attention is the mean of the values that a token may see. Token t has the
// value t in KV head 0 and 1000 + t in KV head 1; logits 0, 1, … are the heads' outputs.
struct Means : HandMade {
  static constexpr int64_t kTokens = 200;

  Means(int64_t n_head, int64_t n_head_kv, int64_t window) : HandMade(kTokens) {
    std::vector<std::vector<float>> table(kTokens), heads(kTokens);
    for (int64_t t = 0; t < kTokens; ++t) {
      for (int64_t h = 0; h < n_head_kv; ++h) table[size_t(t)].push_back(float(t + 1000 * h));
      for (int64_t h = 0; h < n_head; ++h) heads[size_t(t)].push_back(t == h ? 1 : 0);
    }
    const std::vector<float> zero_row(size_t(n_head_kv), 0.0f);
    const std::vector<std::vector<float>> zeros(size_t(n_head), zero_row);
    const auto v = value(n_head_kv), q = value(n_head), out = value(n_head);
    const auto chosen = value(n_head, true), logits = value(kTokens, true);
    model.program.caches.push_back({n_head_kv, 1, 1, window});
    op(model::Embed{weight(table)}, v);
    op(model::MatMul{weight(zeros)}, q, v);
    op(model::StoreKv{0, n_head_kv, 1, 1}, model::kNone, v, v);
    op(model::Attend{.cache = 0,
                     .n_head = n_head,
                     .n_head_kv = n_head_kv,
                     .head_dim_k = 1,
                     .head_dim_v = 1,
                     .scale = 1,
                     .softcap = 0,
                     .window = window},
       out, q);
    op(model::SelectRows{}, chosen, out);
    op(model::MatMul{weight(heads)}, logits, chosen);
    model.program.logits = logits;
  }
};

// tokens 0 … n-1 at the positions 0 … n-1
Batch counting(int32_t n, std::vector<int32_t> logit_rows) {
  std::vector<int32_t> tokens;
  for (int32_t t = 0; t < n; ++t) tokens.push_back(t);
  return batch_of(tokens, 0, std::move(logit_rows));
}

TEST(ReferenceAttention, SeesItselfAndAllBeforeAcrossPages) {
  Means means(1, 1, 0);
  auto backend = means.backend();
  const auto logits = run(*backend, counting(130, {0, 1, 129}), Means::kTokens);
  EXPECT_FLOAT_EQ(logits[0], 0);
  EXPECT_FLOAT_EQ(logits[Means::kTokens], 0.5f);
  EXPECT_FLOAT_EQ(logits[2 * Means::kTokens], 64.5f);
}

TEST(ReferenceAttention, AWindowForgets) {
  Means means(1, 1, 4);
  auto backend = means.backend();
  const auto logits = run(*backend, counting(130, {2, 66, 129}), Means::kTokens);
  EXPECT_FLOAT_EQ(logits[0], 1);
  EXPECT_FLOAT_EQ(logits[Means::kTokens], 64.5f);
  EXPECT_FLOAT_EQ(logits[2 * Means::kTokens], 127.5f);
}

TEST(ReferenceAttention, NeighbouringQueryHeadsShareAKvHead) {
  Means means(4, 2, 0);
  auto backend = means.backend();
  const auto logits = run(*backend, counting(3, {2}), Means::kTokens);
  EXPECT_EQ(std::vector<float>(logits.begin(), logits.begin() + 4),
            (std::vector<float>{1, 1, 1001, 1001}));
}

TEST(ReferenceAttention, ValuesAreStoredAsF16) {
  Means means(1, 1, 0);
  auto backend = means.backend();
  // 2049 is no float16: the tie goes to 2048
  auto& table = means.model.program.weights[0];
  const float odd = 2049;
  auto* data = const_cast<float*>(reinterpret_cast<const float*>(table.bytes.data()));
  data[0] = odd;
  EXPECT_EQ(run(*backend, counting(1, {0}), Means::kTokens)[0], 2048);
}

TEST(ReferenceAttention, SequencesDoNotMeet) {
  Means means(1, 1, 0);
  auto backend = means.backend();
  const std::vector<PageId> first{4}, second{5};
  const Batch batch{.tokens = {10, 50, 20, 70},
                    .positions = {0, 0, 1, 1},
                    .sequence = {0, 1, 0, 1},
                    .page_tables = {first, second},
                    .logit_rows = {2, 3}};
  const auto logits = run(*backend, batch, Means::kTokens);
  EXPECT_EQ(logits[0], 15);
  EXPECT_EQ(logits[Means::kTokens], 60);
}

TEST(ReferenceAttention, ACopiedPageContinuesOnItsOwn) {
  Means means(1, 1, 0);
  auto backend = means.backend();
  run(*backend, counting(2, {}), Means::kTokens);  // page 3 has 0 and 1
  backend->copy_page(3, 7, 1);
  const std::vector<PageId> copy{7};
  const Batch batch{
      .tokens = {100}, .positions = {1}, .sequence = {0}, .page_tables = {copy}, .logit_rows = {0}};
  EXPECT_EQ(run(*backend, batch, Means::kTokens)[0], 50);
  EXPECT_EQ(run(*backend, batch_of({5}, 2, {0}), Means::kTokens)[0],
            2);  // the first still has 0, 1
}

TEST(Reference, SaysWhatAPageTakesAndTimesOps) {
  Means means(4, 2, 0);
  auto backend = means.backend();
  EXPECT_EQ(backend->page_bytes(), 64u * 2 * (1 + 1) * 2);
  EXPECT_EQ(backend->n_pages(), 8);
  run(*backend, counting(3, {2}), Means::kTokens);
  ASSERT_EQ(backend->op_times().size(), means.model.program.ops.size());
  EXPECT_EQ(backend->op_times()[0].runs, 1);
  backend->reset_op_times();
  EXPECT_EQ(backend->op_times()[0].runs, 0);
}

}  // namespace
}  // namespace hob::backend
