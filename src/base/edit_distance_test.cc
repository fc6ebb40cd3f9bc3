#include "base/edit_distance.h"

#include <gtest/gtest.h>

namespace hob {
namespace {

TEST(EditDistance, CountsSingleCharacterChanges) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("llama", "llama"), 0u);
  EXPECT_EQ(edit_distance("lama", "llama"), 1u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

}  // namespace
}  // namespace hob
