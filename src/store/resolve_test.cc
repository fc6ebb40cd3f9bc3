#include "store/resolve.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>

#include "store/builtin_model.h"

namespace hob::store {
namespace {

namespace fs = std::filesystem;

class ResolveTest : public testing::Test {
 protected:
  ResolveTest() {
    folder_ =
        fs::temp_directory_path() / (std::string("hob-resolve-") +
                                     testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~ResolveTest() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
  }
  static std::string message(const std::string& name) {
    const auto result = resolve(name);
    return result.ok() ? "resolved" : result.error().message;
  }
  static bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }

  fs::path folder_;
};

TEST_F(ResolveTest, OpensAFile) {
  // A GGUF file of version 3 with no tensors and no metadata.
  write("empty.gguf", std::string("GGUF\x03\0\0\0", 8) + std::string(16, '\0'));
  const auto result = resolve(path("empty.gguf"));
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->display_name, path("empty.gguf"));
  EXPECT_EQ(result->file->version(), 3u);
}

TEST_F(ResolveTest, AMissingFileSaysWhatToDo) {
  const std::string text = message("llama3");
  EXPECT_TRUE(contains(text, "llama3: no file has this name")) << text;
  EXPECT_TRUE(contains(text, "hob run path/to/model.gguf")) << text;
  EXPECT_EQ(contains(text, "hob run builtin"), !builtin_model_bytes().empty()) << text;
}

TEST_F(ResolveTest, ADirectoryListsItsModels) {
  EXPECT_TRUE(contains(message(path("")), "without .gguf files"));
  write("b.gguf", "");
  write("a.gguf", "");
  write("notes.txt", "");
  const std::string text = message(folder_.string());
  EXPECT_TRUE(contains(text, "is a directory")) << text;
  EXPECT_TRUE(contains(text, path("a.gguf") + ", " + path("b.gguf"))) << text;
  EXPECT_FALSE(contains(text, "notes")) << text;
}

TEST_F(ResolveTest, ALargeDirectoryIsCutShort) {
  for (int i = 0; i < 25; ++i) write(fmt::format("m{}.gguf", i), "");
  EXPECT_TRUE(contains(message(folder_.string()), "and 5 more"));
}

TEST_F(ResolveTest, ErrorsOfTheFileComeThrough) {
  write("story.txt", "Once upon a time there was no model.");
  const std::string text = message(path("story.txt"));
  EXPECT_TRUE(contains(text, "story.txt")) << text;
  EXPECT_TRUE(contains(text, "GGUF")) << text;
  EXPECT_NE(message(""), "resolved");
}

TEST_F(ResolveTest, TheBuiltInModelIsThereOrSaidToBeMissing) {
  const auto bytes = builtin_model_bytes();
  const auto result = resolve(kBuiltinName);
  if (bytes.empty()) {
    ASSERT_FALSE(result.ok());
    EXPECT_TRUE(contains(result.error().message, "built without")) << result.error().message;
    GTEST_SKIP() << "built without the built-in model";
  }
  EXPECT_EQ(reinterpret_cast<uintptr_t>(bytes.data()) % 64, 0u);
  EXPECT_EQ(bytes.size(), fs::file_size(HOB_SOURCE_DIR "/src/store/builtin.gguf"));
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->display_name, "builtin");
  EXPECT_FALSE(result->file->tensors().empty());
}

}  // namespace
}  // namespace hob::store
