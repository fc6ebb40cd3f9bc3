// What ops cost, counted by hand for a small model, and the lines that say so.

#include "model/explain.h"

#include <gtest/gtest.h>

#include "model/made_file.h"
#include "model/model.h"

namespace hob::model {
namespace {

template <class T>
const Op* nth(const Program& program, int n) {
  for (const Op& op : program.ops)
    if (std::holds_alternative<T>(op.action) && n-- == 0) return &op;
  return nullptr;
}

TEST(Explain, CostOfAProduct) {
  auto model = compile(MadeFile().build());
  ASSERT_TRUE(model) << model.error().message;
  const Op& q = *nth<MatMul>(model->program, 0);  // [8, 8] in F32
  const OpCost one = op_cost(model->program, q, 1, 0);
  EXPECT_EQ(one.flops, 2 * 8 * 8);
  EXPECT_EQ(one.bytes, 4 * (8 * 8 + 8 + 8));
  const OpCost ten = op_cost(model->program, q, 10, 0);
  EXPECT_EQ(ten.flops, 10 * 2 * 8 * 8);
  EXPECT_EQ(ten.bytes, 4 * (8 * 8 + 10 * (8 + 8)));
}

TEST(Explain, TheHeadRunsForOneRow) {
  auto model = compile(MadeFile().build());
  ASSERT_TRUE(model);
  const Op& head = *nth<MatMul>(model->program, 14);
  EXPECT_EQ(head.out, model->program.logits);
  EXPECT_EQ(op_cost(model->program, head, 10, 0).flops, 2 * 8 * 5);
}

TEST(Explain, CostOfAttentionGrowsWithDepth) {
  auto model = compile(MadeFile().build());
  ASSERT_TRUE(model);
  const Op& attend = *nth<Attend>(model->program, 0);  // 2 heads of 4 on 1
  const OpCost cost = op_cost(model->program, attend, 2, 10);
  EXPECT_EQ(cost.flops, 2 * (11 + 12) * 2 * (4 + 4));
  EXPECT_EQ(cost.bytes, 4 * 2 * (8 + 8) + 2 * 12 * (4 + 4));
}

TEST(Explain, OneLineForEachOp) {
  auto model = compile(MadeFile().build());
  ASSERT_TRUE(model);
  for (const Op& op : model->program.ops) {
    const std::string line = describe(model->program, op);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_NE(line.find(name(op.action)), std::string::npos);
  }
  const std::string line = describe(model->program, *nth<MatMul>(model->program, 1));
  for (const char* part : {"   3", "h -> k[4]", "blk.0.attn_k.weight F32[8, 4]", "64 flop"})
    EXPECT_NE(line.find(part), std::string::npos) << line;
}

}  // namespace
}  // namespace hob::model
