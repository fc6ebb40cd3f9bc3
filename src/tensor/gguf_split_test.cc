// Models in several files: names, siblings, and parts that do not belong together.
#include "tensor/gguf_split.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tensor/gguf.h"
#include "tensor/gguf_test_bytes.h"

namespace hob::tensor {
namespace {

namespace fs = std::filesystem;
using testing::raw;
using testing::raw_string;
using testing::TestGguf;

TEST(SplitName, Parse) {
  const auto name = parse_split_name("dir-00009-of-00009/big-00002-of-00012.gguf");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->prefix, "dir-00009-of-00009/big");
  EXPECT_EQ(name->part, 2u);
  EXPECT_EQ(name->n_parts, 12u);
  EXPECT_EQ(split_path(name->prefix, 3, 12), "dir-00009-of-00009/big-00003-of-00012.gguf");
  for (const char* other :
       {"model.gguf", "m-00001-of-00002", "m-1-of-2.gguf", "m-00000-of-00002.gguf",
        "m-00003-of-00002.gguf", "m-0000a-of-00002.gguf", "m_00001-of-00002.gguf", "-of-00002.gguf",
        ".gguf", "", "00001-of-00002.gguf", "m-00001-of-000-2.gguf"})
    EXPECT_FALSE(parse_split_name(other)) << other;
}

class SplitGguf : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) /
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    for (int i = 0; i < 3; ++i) parts_.push_back(part(i));
  }
  void TearDown() override { fs::remove_all(folder_); }

  static TestGguf part(int i) {
    TestGguf g;
    if (i == 0) g.keys.push_back({"general.architecture", 8, raw_string("llama"), {}});
    g.keys.push_back({"split.no", 2, raw<uint16_t>(i), {}});
    g.keys.push_back({"split.count", 2, raw<uint16_t>(3), {}});
    g.keys.push_back({"split.tensors.count", 5, raw<int32_t>(3), {}});
    // The first part holds metadata only, as some tools write it.
    for (int t = 0; t < i; ++t)
      g.tensors.push_back({"t" + std::to_string(i) + std::to_string(t), {8}, 0, 32u * t, {}});
    g.data = std::string(32 * i, static_cast<char>(i));
    return g;
  }
  std::string path(int part, int n_parts = 3) const {
    return split_path((folder_ / "m").string(), part + 1, n_parts);
  }
  void write() {
    for (int i = 0; i < 3; ++i) std::ofstream(path(i), std::ios::binary) << parts_[i].bytes();
  }
  // "" where it opens.
  std::string refusal(const std::string& path) {
    const auto file = GgufFile::open(path);
    return file.ok() ? "" : file.error().message;
  }

  fs::path folder_;
  std::vector<TestGguf> parts_;
};

TEST_F(SplitGguf, OpensAllParts) {
  write();
  const auto file = GgufFile::open(path(0));
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_EQ(file->n_parts(), 3);
  ASSERT_EQ(file->tensors().size(), 3u);
  EXPECT_EQ(file->tensors()[0].name, "t10");
  EXPECT_EQ(file->find("t21")->bytes[31], std::byte{2});
  EXPECT_EQ(**file->metadata().string("general.architecture"), "llama");
  uint64_t n_bytes = 0;
  for (const TestGguf& g : parts_) n_bytes += g.bytes().size();
  EXPECT_EQ(file->file_bytes(), n_bytes);
}

TEST_F(SplitGguf, AnotherPartNamesTheFirst) {
  write();
  EXPECT_EQ(refusal(path(2)),
            path(2) + ": is part 3 of 3 of a split model; open the first part instead: " + path(0));
}

TEST_F(SplitGguf, AMissingSiblingIsNamed) {
  write();
  fs::remove(path(1));
  const std::string message = refusal(path(0));
  EXPECT_TRUE(message.starts_with(path(1) + ": ")) << message;
  EXPECT_NE(message.find("part 2 of the 3 parts"), std::string::npos) << message;
}

TEST_F(SplitGguf, ABrokenSiblingIsNamed) {
  write();
  fs::resize_file(path(2), parts_[2].bytes().size() - 1);
  EXPECT_TRUE(refusal(path(0)).starts_with(path(2) + ": tensor 't21' ends at byte"))
      << refusal(path(0));
}

TEST_F(SplitGguf, ARenamedFirstPart) {
  write();
  const std::string renamed = (folder_ / "model.gguf").string();
  fs::rename(path(0), renamed);
  EXPECT_NE(refusal(renamed).find("-00001-of-00003.gguf"), std::string::npos) << refusal(renamed);
  fs::rename(renamed, path(0, 4));
  EXPECT_NE(refusal(path(0, 4)).find("its name says part 1 of 4"), std::string::npos)
      << refusal(path(0, 4));
}

TEST_F(SplitGguf, SwappedParts) {
  std::swap(parts_[1], parts_[2]);
  write();
  EXPECT_TRUE(refusal(path(0)).starts_with(path(1) + ": the metadata key 'split.no' is 2"))
      << refusal(path(0));
}

TEST_F(SplitGguf, PartsOfAnotherModel) {
  parts_[1].keys[1].value = raw<uint16_t>(5);  // split.count
  write();
  EXPECT_EQ(refusal(path(0)), path(1) +
                                  ": the metadata key 'split.count' is 5, but the first part says "
                                  "3; the parts are not of one model");
}

TEST_F(SplitGguf, ASiblingWithoutSplitKeys) {
  parts_[1].keys.clear();
  write();
  EXPECT_TRUE(refusal(path(0)).starts_with(path(1) + ": the metadata key 'split.count' is 1"))
      << refusal(path(0));
}

TEST_F(SplitGguf, ATensorInTwoParts) {
  parts_[2].tensors[1].name = "t10";
  write();
  EXPECT_EQ(refusal(path(0)), path(2) + ": the tensor 't10' is there already in an earlier part");
}

TEST_F(SplitGguf, TooFewTensors) {
  parts_[0].keys[3].value = raw<int32_t>(4);
  write();
  EXPECT_TRUE(refusal(path(0)).starts_with(
      path(0) + ": the metadata key 'split.tensors.count' is 4, but its 3 parts have 3 tensors"))
      << refusal(path(0));
}

TEST_F(SplitGguf, OnePartOnlyNeedsNoName) {
  TestGguf single = testing::good_gguf();
  single.keys.push_back({"split.count", 2, raw<uint16_t>(1), {}});
  const std::string path = (folder_ / "any-name.gguf").string();
  std::ofstream(path, std::ios::binary) << single.bytes();
  EXPECT_EQ(refusal(path), "");
}

}  // namespace
}  // namespace hob::tensor
