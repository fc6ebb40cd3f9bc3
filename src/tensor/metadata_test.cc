// Typed access to metadata: what each accessor accepts, and what it says when it does not.
#include "tensor/metadata.h"

#include <gtest/gtest.h>

#include "tensor/gguf_test_bytes.h"

namespace hob::tensor {
namespace {

using testing::as_bytes;
using testing::raw;
using testing::raw_string;

Value unsigned_value(uint64_t n) {
  return {ValueType::u32, n};
}
Value signed_value(int64_t n) {
  return {ValueType::i32, n};
}
Value array_value(ValueType element, uint64_t count, const std::string& bytes) {
  return {ValueType::array, Array{element, count, as_bytes(bytes)}};
}

template <class T>
std::string message(const Result<T>& result) {
  return result.ok() ? "" : result.error().message;
}

class MetadataTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (auto& [key, value] : std::vector<std::pair<std::string_view, Value>>{
             {"u", unsigned_value(7)},
             {"i", signed_value(5)},
             {"negative", signed_value(-5)},
             {"f", {ValueType::f32, 0.5}},
             {"b", {ValueType::boolean, true}},
             {"s", {ValueType::string, std::string_view("text")}},
             {"ints", array_value(ValueType::i32, 2, ints_)},
             {"bools", array_value(ValueType::boolean, 3, bools_)},
             {"strings", array_value(ValueType::string, 2, strings_)}})
      ASSERT_TRUE(meta_.add(key, value).ok());
  }
  std::string ints_ = raw<int32_t>(-1) + raw<int32_t>(2);
  std::string bools_ = std::string("\1\0\1", 3);
  std::string strings_ = raw_string("a") + raw_string("");
  Metadata meta_;
};

TEST_F(MetadataTest, AbsentIsNoError) {
  EXPECT_FALSE(meta_.has("x"));
  EXPECT_EQ(meta_.find("x"), nullptr);
  EXPECT_EQ(*meta_.unsigned_integer("x"), std::nullopt);
  EXPECT_EQ(*meta_.number("x"), std::nullopt);
  EXPECT_EQ(*meta_.boolean("x"), std::nullopt);
  EXPECT_EQ(*meta_.string("x"), std::nullopt);
  EXPECT_EQ(*meta_.numbers("x", 3), std::nullopt);
  EXPECT_EQ(*meta_.array("x", ValueType::i32), nullptr);
}

TEST_F(MetadataTest, WhatEachAccessorAccepts) {
  EXPECT_EQ(**meta_.unsigned_integer("u"), 7u);
  EXPECT_EQ(**meta_.unsigned_integer("i"), 5u);
  EXPECT_EQ(**meta_.number("u"), 7);
  EXPECT_EQ(**meta_.number("negative"), -5);
  EXPECT_EQ(**meta_.number("f"), 0.5);
  EXPECT_EQ(**meta_.boolean("b"), true);
  EXPECT_EQ(**meta_.string("s"), "text");
  EXPECT_EQ(**meta_.numbers("u", 3), (std::vector<double>{7, 7, 7}));
  EXPECT_EQ(**meta_.numbers("b", 2), (std::vector<double>{1, 1}));
  EXPECT_EQ(**meta_.numbers("ints", 9), (std::vector<double>{-1, 2}));
  EXPECT_EQ(**meta_.numbers("bools", 9), (std::vector<double>{1, 0, 1}));
  EXPECT_EQ((*meta_.array("ints", ValueType::i32))->integers(), (std::vector<int64_t>{-1, 2}));
}

TEST_F(MetadataTest, OtherTypesAreErrorsThatNameKeyAndTypes) {
  EXPECT_EQ(message(meta_.unsigned_integer("negative")),
            "the metadata key 'negative' is -5, but a number of at least 0 is needed");
  EXPECT_EQ(message(meta_.unsigned_integer("f")),
            "the metadata key 'f' is f32, but an integer is needed");
  EXPECT_EQ(message(meta_.unsigned_integer("b")),
            "the metadata key 'b' is bool, but an integer is needed");
  EXPECT_EQ(message(meta_.number("s")), "the metadata key 's' is string, but a number is needed");
  EXPECT_EQ(message(meta_.boolean("u")),
            "the metadata key 'u' is u32, but true or false (bool) is needed");
  EXPECT_EQ(message(meta_.string("strings")),
            "the metadata key 'strings' is an array of 2 string values, but a string is needed");
  EXPECT_EQ(message(meta_.array("ints", ValueType::f32)),
            "the metadata key 'ints' is an array of 2 i32 values, but an array of f32 values is "
            "needed");
  EXPECT_EQ(message(meta_.array("u", ValueType::u32)),
            "the metadata key 'u' is u32, but an array of u32 values is needed");
  for (const char* key : {"s", "strings"})
    EXPECT_NE(message(meta_.numbers(key, 1)).find("array of numbers"), std::string::npos);
}

TEST_F(MetadataTest, BroadcastIsBounded) {
  EXPECT_EQ(message(meta_.numbers("u", uint64_t{1} << 40)),
            "the metadata key 'u' would stand for 1099511627776 values, but at most 65536 are "
            "supported");
}

TEST_F(MetadataTest, KeysAreUniqueAndNotEmpty) {
  EXPECT_EQ(meta_.add("u", unsigned_value(1)).error().message,
            "the metadata key 'u' is there twice");
  EXPECT_FALSE(meta_.add("", unsigned_value(1)).ok());
  EXPECT_EQ(meta_.entries().size(), 9u);
  EXPECT_EQ(**meta_.unsigned_integer("u"), 7u);
}

// Every element type, at an odd address.
TEST(Array, EveryElementType) {
  const auto check = [](ValueType type, auto element, double expected) {
    std::string bytes = raw(element) + raw(element);
    bytes.insert(bytes.begin(), 'x');
    const Array array{type, 2, as_bytes(bytes).subspan(1)};
    EXPECT_EQ(array.numbers(), std::vector<double>(2, expected)) << name(type);
    EXPECT_EQ(array.floats(), std::vector<float>(2, static_cast<float>(expected))) << name(type);
    EXPECT_EQ(fixed_bytes(type), sizeof element) << name(type);
    if (type == ValueType::f32 || type == ValueType::f64) return;
    EXPECT_EQ(array.integers(), std::vector<int64_t>(2, static_cast<int64_t>(expected)));
  };
  check(ValueType::u8, uint8_t{200}, 200);
  check(ValueType::i8, int8_t{-100}, -100);
  check(ValueType::u16, uint16_t{60000}, 60000);
  check(ValueType::i16, int16_t{-30000}, -30000);
  check(ValueType::u32, uint32_t{4000000000}, 4e9);
  check(ValueType::i32, int32_t{-2000000000}, -2e9);
  check(ValueType::u64, uint64_t{1} << 40, 1099511627776);
  check(ValueType::i64, -(int64_t{1} << 40), -1099511627776);
  check(ValueType::f32, 0.25f, 0.25);
  check(ValueType::f64, -0.75, -0.75);
  check(ValueType::boolean, uint8_t{1}, 1);
}

TEST(Array, LargeUnsignedIntegersSaturate) {
  const std::string bytes = raw(UINT64_MAX);
  EXPECT_EQ((Array{ValueType::u64, 1, as_bytes(bytes)}.integers()),
            (std::vector<int64_t>{INT64_MAX}));
}

TEST(Array, StringsAreViews) {
  const std::string bytes = raw_string("one") + raw_string("") + raw_string("three");
  const Array array{ValueType::string, 3, as_bytes(bytes)};
  const auto strings = array.strings();
  EXPECT_EQ(strings, (std::vector<std::string_view>{"one", "", "three"}));
  EXPECT_EQ(strings[0].data(), bytes.data() + 8);
}

TEST(Array, MisuseIsOurFault) {
  const std::string bytes = raw_string("one");
  const Array strings{ValueType::string, 1, as_bytes(bytes)};
  EXPECT_DEATH((void)strings.numbers(), "string");
  EXPECT_DEATH((void)(Array{ValueType::i32, 1, {}}.strings()), "i32");
  EXPECT_DEATH((void)(Array{ValueType::f32, 1, as_bytes(bytes)}.integers()), "f32");
  EXPECT_DEATH((void)(Array{ValueType::string, 2, as_bytes(bytes)}.strings()), "string 1 of 2");
}

}  // namespace
}  // namespace hob::tensor
