#include "base/byte_reader.h"

#include <gtest/gtest.h>

#include <vector>

namespace hob {
namespace {

std::vector<std::byte> bytes(std::initializer_list<int> values) {
  std::vector<std::byte> out;
  for (int v : values) out.push_back(static_cast<std::byte>(v));
  return out;
}

TEST(ByteReader, ReadsUnalignedLittleEndianNumbers) {
  const auto data = bytes({1, 0x78, 0x56, 0x34, 0x12, 0xff, 0xff});
  ByteReader in(data);
  EXPECT_EQ(in.number<uint8_t>(), 1);
  EXPECT_EQ(in.number<uint32_t>(), 0x12345678u);
  EXPECT_EQ(in.number<int16_t>(), -1);
  EXPECT_EQ(in.remaining(), 0u);
}

TEST(ByteReader, StaysWhereSomethingDoesNotFit) {
  const auto data = bytes({'a', 'b', 'c'});
  ByteReader in(data);
  EXPECT_FALSE(in.number<uint32_t>());
  EXPECT_FALSE(in.take(4));
  EXPECT_FALSE(in.take(UINT64_MAX));
  EXPECT_EQ(in.position(), 0u);
  EXPECT_EQ(as_text(*in.take(2)), "ab");
  EXPECT_FALSE(in.take(UINT64_MAX));
  EXPECT_EQ(as_text(*in.take(1)), "c");
  EXPECT_EQ(in.take(0)->size(), 0u);
}

TEST(ByteReader, EmptyBytes) {
  ByteReader in({});
  EXPECT_FALSE(in.number<uint8_t>());
  EXPECT_TRUE(in.take(0));
}

}  // namespace
}  // namespace hob
