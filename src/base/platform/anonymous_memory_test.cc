#include "base/platform/anonymous_memory.h"

#include <gtest/gtest.h>

#include <utility>

namespace hob {
namespace {

TEST(AnonymousMemory, IsZeroWritableAndMovable) {
  auto memory = AnonymousMemory::reserve(1 << 20);
  ASSERT_TRUE(memory.ok());
  EXPECT_EQ(memory->bytes().size(), size_t{1} << 20);
  EXPECT_EQ(memory->bytes()[12345], std::byte{0});
  memory->bytes()[12345] = std::byte{7};
  AnonymousMemory moved = std::move(*memory);
  EXPECT_TRUE(memory->bytes().empty());
  EXPECT_EQ(moved.bytes()[12345], std::byte{7});
}

TEST(AnonymousMemory, LargeRegionsAreLazy) {
  auto memory = AnonymousMemory::reserve(size_t{1} << 38);  // 256 GiB of addresses
  ASSERT_TRUE(memory.ok()) << memory.error().message;
  memory->bytes().back() = std::byte{1};
}

TEST(AnonymousMemory, TooLargeIsAnError) {
  auto memory = AnonymousMemory::reserve(size_t{1} << 60);
  ASSERT_FALSE(memory.ok());
  EXPECT_NE(memory.error().message.find("MiB"), std::string::npos);
}

TEST(AnonymousMemory, Empty) {
  EXPECT_TRUE(AnonymousMemory::reserve(0)->bytes().empty());
}

}  // namespace
}  // namespace hob
