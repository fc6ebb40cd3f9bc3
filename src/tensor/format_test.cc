// The table of formats agrees with itself and with the sizes that files in the world have.
#include "tensor/format.h"

#include <gtest/gtest.h>

#include <set>

namespace hob::tensor {
namespace {

TEST(Format, IdsAndNamesAreUnique) {
  std::set<uint32_t> ids;
  std::set<std::string_view> names;
  for (const FormatInfo& f : all_formats()) {
    EXPECT_TRUE(ids.insert(static_cast<uint32_t>(f.format)).second) << f.name;
    EXPECT_TRUE(names.insert(f.name).second) << f.name;
    EXPECT_GT(f.block, 0) << f.name;
    EXPECT_GT(f.bytes, 0) << f.name;
    EXPECT_EQ(&info(f.format), &f);
    EXPECT_EQ(find_format(static_cast<uint32_t>(f.format)), &f);
    EXPECT_EQ(find_format(f.name), &f);
  }
  EXPECT_EQ(ids.size(), 35u);
}

TEST(Format, IdsOfTheSpecification) {
  struct Known {
    uint32_t id;
    std::string_view name;
  };
  for (const Known& k : {Known{0, "F32"}, Known{12, "Q4_K"}, Known{23, "IQ4_XS"}, Known{30, "BF16"},
                         Known{39, "MXFP4"}, Known{42, "Q2_0"}}) {
    ASSERT_NE(find_format(k.id), nullptr) << k.id;
    EXPECT_EQ(find_format(k.id)->name, k.name);
  }
}

TEST(Format, RemovedAndUnknownIdsAreNoFormats) {
  for (uint32_t id : {4u, 5u, 31u, 32u, 33u, 36u, 37u, 38u, 43u, 200u, 0xffffffffu})
    EXPECT_EQ(find_format(id), nullptr) << id;
  EXPECT_EQ(find_format("Q4_2"), nullptr);
  EXPECT_EQ(find_format(""), nullptr);
}

TEST(Format, NamesInAnyCase) {
  EXPECT_EQ(find_format("q4_k"), &info(Format::q4_k));
  EXPECT_EQ(find_format("Bf16"), &info(Format::bf16));
  EXPECT_EQ(find_format("q4_kk"), nullptr);
}

// Bits per weight as published for these formats.
TEST(Format, BitsPerWeight) {
  struct Known {
    Format format;
    double bits;
  };
  for (const Known& k :
       {Known{Format::q4_0, 4.5}, Known{Format::q8_0, 8.5}, Known{Format::q2_k, 2.625},
        Known{Format::q3_k, 3.4375}, Known{Format::q6_k, 6.5625}, Known{Format::iq1_s, 1.5625},
        Known{Format::iq2_xxs, 2.0625}, Known{Format::iq4_xs, 4.25}, Known{Format::tq1_0, 1.6875},
        Known{Format::nvfp4, 4.5}, Known{Format::mxfp4, 4.25}, Known{Format::q1_0, 1.125}})
    EXPECT_DOUBLE_EQ(8.0 * info(k.format).bytes / info(k.format).block, k.bits)
        << info(k.format).name;
}

TEST(Format, RowBytes) {
  EXPECT_EQ(row_bytes(Format::f32, 7), 28u);
  EXPECT_EQ(row_bytes(Format::q4_k, 512), 288u);
  EXPECT_DEATH((void)row_bytes(Format::q4_k, 100), "100");
}

}  // namespace
}  // namespace hob::tensor
