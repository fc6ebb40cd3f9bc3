// What is written is what is read, and what could not be read is not written.
#include "tensor/gguf_writer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tensor/gguf.h"
#include "tensor/gguf_test_bytes.h"

namespace hob::tensor {
namespace {

namespace fs = std::filesystem;
using testing::as_bytes;
using testing::raw;
using testing::raw_string;

std::vector<std::byte> filled(size_t n, int value) {
  return std::vector<std::byte>(n, static_cast<std::byte>(value));
}

TEST(GgufWriter, EveryKindOfKey) {
  const std::vector<std::string> strings{"a", "", std::string("x\0y", 3)};
  const std::vector<float> floats{1.5f, -2};
  const std::vector<int32_t> ints{1, -2, 3};
  const bool bools[] = {true, false};
  GgufWriter writer;
  writer.add("u32", uint32_t{4'000'000'000});
  writer.add("i32", int32_t{-5});
  writer.add("u64", uint64_t{UINT64_MAX});
  writer.add("f32", 0.1f);
  writer.add("bool", true);
  writer.add("view", std::string_view("text"));
  writer.add("literal", "");
  writer.add("strings", std::span(strings));
  writer.add("floats", std::span(floats));
  writer.add("ints", std::span(ints));
  writer.add("bools", std::span(bools));
  writer.add("no_strings", std::span<const std::string>());
  const auto bytes = writer.to_bytes({});

  const auto file = GgufFile::parse(bytes, "m");
  ASSERT_TRUE(file.ok()) << file.error().message;
  const Metadata& m = file->metadata();
  EXPECT_EQ(m.entries().size(), 12u);
  EXPECT_EQ(**m.unsigned_integer("u32"), 4'000'000'000u);
  EXPECT_EQ(m.find("u32")->type, ValueType::u32);
  EXPECT_EQ(**m.number("i32"), -5);
  EXPECT_EQ(**m.unsigned_integer("u64"), UINT64_MAX);
  EXPECT_EQ(**m.number("f32"), 0.1f);
  EXPECT_EQ(m.find("f32")->type, ValueType::f32);
  EXPECT_EQ(**m.boolean("bool"), true);
  EXPECT_EQ(**m.string("view"), "text");
  EXPECT_EQ(**m.string("literal"), "");
  EXPECT_EQ((*m.array("strings", ValueType::string))->strings(),
            std::vector<std::string_view>(strings.begin(), strings.end()));
  EXPECT_EQ((*m.array("floats", ValueType::f32))->floats(), floats);
  EXPECT_EQ((*m.array("ints", ValueType::i32))->integers(), (std::vector<int64_t>{1, -2, 3}));
  EXPECT_EQ((*m.array("bools", ValueType::boolean))->integers(), (std::vector<int64_t>{1, 0}));
  EXPECT_EQ((*m.array("no_strings", ValueType::string))->strings().size(), 0u);
}

// A file's keys copied one by one are the same bytes.
TEST(GgufWriter, CopiesEveryTypeOfValue) {
  testing::TestGguf g;
  g.keys = {
      {"u8", 0, raw<uint8_t>(200), {}},
      {"i8", 1, raw<int8_t>(-100), {}},
      {"u16", 2, raw<uint16_t>(60000), {}},
      {"i16", 3, raw<int16_t>(-30000), {}},
      {"u32", 4, raw<uint32_t>(4'000'000'000), {}},
      {"i32", 5, raw<int32_t>(-2'000'000'000), {}},
      {"f32", 6, raw(0.1f), {}},
      {"bool", 7, raw<uint8_t>(1), {}},
      {"string", 8, raw_string("text"), {}},
      {"u64", 10, raw<uint64_t>(UINT64_MAX), {}},
      {"i64", 11, raw<int64_t>(INT64_MIN), {}},
      {"f64", 12, raw(-0.1), {}},
      {"array of strings", 9, testing::raw_array(8, 2, raw_string("a") + raw_string("b")), {}},
      {"array of u8", 9, testing::raw_array(0, 3, "\1\2\3"), {}},
      {"array of f64", 9, testing::raw_array(12, 1, raw(0.1)), {}},
      {"array of nothing", 9, testing::raw_array(4, 0, ""), {}}};
  const std::string before = g.bytes();
  const auto file = GgufFile::parse(as_bytes(before), "m");
  ASSERT_TRUE(file.ok()) << file.error().message;
  GgufWriter writer;
  for (const auto& entry : file->metadata().entries()) writer.add(entry.key, entry.value);
  const auto after = writer.to_bytes({});
  EXPECT_TRUE(std::ranges::equal(as_bytes(before), after));
}

class GgufWriterFile : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) /
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    path_ = folder_ / "m.gguf";
  }
  void TearDown() override { fs::remove_all(folder_); }
  bool is_folder_empty() const { return fs::is_empty(folder_); }

  fs::path folder_;
  std::string path_;
};

void describe(GgufWriter& writer) {
  writer.add("general.architecture", "llama");
  writer.add_tensor("a", Format::f32, {3});           // 12 bytes, padded
  writer.add_tensor("b", Format::q8_0, {32, 2});      // 68
  writer.add_tensor("c", Format::f16, {2, 1, 1, 4});  // 16
}

TEST_F(GgufWriterFile, StreamsPiecesOfAnySize) {
  const auto a = filled(12, 1), b = filled(68, 2), c = filled(16, 3);
  GgufWriter whole;
  describe(whole);
  EXPECT_EQ(whole.data_bytes(), 96u);
  const std::vector<std::span<const std::byte>> data{a, b, c};
  const auto expected = whole.to_bytes(data);

  std::vector<std::byte> all = a;
  all.insert(all.end(), b.begin(), b.end());
  all.insert(all.end(), c.begin(), c.end());
  for (size_t piece : {1, 7, 12, 50, 96}) {
    GgufWriter writer;
    describe(writer);
    ASSERT_TRUE(writer.open(path_).ok());
    for (size_t at = 0; at < all.size(); at += piece)
      ASSERT_TRUE(writer.append(std::span(all).subspan(at, std::min(piece, all.size() - at))).ok());
    ASSERT_TRUE(writer.close().ok());
    std::ifstream in(path_, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    EXPECT_TRUE(std::ranges::equal(as_bytes(text), expected)) << piece;
  }
  const auto file = GgufFile::open(path_);
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_EQ(file->find("b")->bytes[67], std::byte{2});
  EXPECT_EQ(file->find("c")->shape, (std::array<uint64_t, 4>{2, 1, 1, 4}));
  EXPECT_EQ(file->find("c")->bytes[0], std::byte{3});
}

TEST_F(GgufWriterFile, MissingBytesLeaveNothingBehind) {
  GgufWriter writer;
  describe(writer);
  ASSERT_TRUE(writer.open(path_).ok());
  ASSERT_TRUE(writer.append(filled(20, 1)).ok());
  const Status status = writer.close();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message,
            path_ + ": not written, because tensor 'b' got 8 of its 68 bytes");
  EXPECT_TRUE(is_folder_empty());
}

TEST_F(GgufWriterFile, AnAbandonedWriterLeavesNothingBehind) {
  {
    GgufWriter writer;
    describe(writer);
    ASSERT_TRUE(writer.open(path_).ok());
  }
  EXPECT_TRUE(is_folder_empty());
}

TEST_F(GgufWriterFile, KeepsTheAlignmentOfTheMetadata) {
  GgufWriter writer;
  writer.add("general.alignment", uint32_t{256});
  describe(writer);
  ASSERT_TRUE(writer.open(path_).ok());
  ASSERT_TRUE(writer.append(filled(96, 9)).ok());
  ASSERT_TRUE(writer.close().ok());
  const auto file = GgufFile::open(path_);
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_EQ(file->tensors()[1].bytes.data() - file->tensors()[0].bytes.data(), 256);
  EXPECT_EQ(file->file_bytes() % 256, 0u);
}

TEST_F(GgufWriterFile, RefusesWhatTheReaderWould) {
  struct Case {
    void (*describe)(GgufWriter&);
    std::string_view says;
  };
  const Case cases[] = {
      {[](GgufWriter& w) { w.add("k", 1), w.add("k", 2); }, "'k' would be there twice"},
      {[](GgufWriter& w) { w.add("", 1); }, "empty name"},
      {[](GgufWriter& w) { w.add("general.alignment", 3u); }, "power of two"},
      {[](GgufWriter& w) { w.add("general.alignment", 0u); }, "power of two"},
      {[](GgufWriter& w) { w.add_tensor("", Format::f32, {1}); }, "0 bytes"},
      {[](GgufWriter& w) { w.add_tensor(std::string(200, 'n'), Format::f32, {1}); }, "200 bytes"},
      {[](GgufWriter& w) { w.add_tensor("t", Format::q4_k, {100}); },
       "[100] cannot be stored as Q4_K"},
      {[](GgufWriter& w) { w.add_tensor("t", Format::f32, {4, 0}); }, "[4, 0]"},
      {[](GgufWriter& w) { w.add_tensor("t", Format::f32, {1, 1, 1, 1, 1}); }, "5 dimensions"},
      {[](GgufWriter& w) { w.add_tensor("t", Format::f32, {uint64_t{1} << 63, 4}); }, "too large"},
      {[](GgufWriter& w) {
         w.add_tensor("t", Format::f32, {1});
         w.add_tensor("t", Format::f16, {1});
       },
       "'t' would be there twice"}};
  for (const Case& c : cases) {
    GgufWriter writer;
    c.describe(writer);
    const Status status = writer.open(path_);
    ASSERT_FALSE(status.ok()) << c.says;
    EXPECT_TRUE(status.error().message.starts_with(path_ + ": ")) << status.error().message;
    EXPECT_NE(status.error().message.find(c.says), std::string::npos) << status.error().message;
  }
  EXPECT_TRUE(is_folder_empty());
}

}  // namespace
}  // namespace hob::tensor
