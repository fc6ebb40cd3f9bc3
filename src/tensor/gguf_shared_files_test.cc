// The broken files at hand: refused or opened as their index says, without a crash, and without
// memory beyond a small multiple of their size.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>

#include "base/platform/cpu.h"
#include "tensor/gguf.h"

namespace hob::tensor {
namespace {

namespace fs = std::filesystem;

const fs::path kMalformed = fs::path(HOB_SHARED_DIR) / "malformed";

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// file -> "load", "reject" or "any".
std::map<std::string, std::string> read_index(const fs::path& path) {
  const std::string text = read(path);
  const std::regex entry(R"re("file": "([^"]+)",\s*"size": \d+,\s*"expect": "(\w+)")re");
  std::map<std::string, std::string> index;
  for (auto it = std::sregex_iterator(text.begin(), text.end(), entry);
       it != std::sregex_iterator(); ++it)
    index[(*it)[1]] = (*it)[2];
  return index;
}

// Their containers are sound; what is wrong is what the metadata mean, which the model's compiler
// and the tokenizer check.
bool is_wrong_in_meaning_only(const std::string& file) {
  return file.starts_with("meta-");
}

TEST(MalformedFiles, AsTheIndexSays) {
  const fs::path folder = kMalformed / "gguf-mutations" / "dev";
  if (!fs::exists(folder)) GTEST_SKIP() << "no " << folder;
  const auto index = read_index(folder / "index.json");
  ASSERT_GT(index.size(), 60u);
  const uint64_t peak_before = peak_resident_bytes();
  for (const auto& [name, expect] : index) {
    const std::string path = folder / name;
    const auto file = GgufFile::open(path);
    if (is_wrong_in_meaning_only(name) || expect == "load") {
      EXPECT_TRUE(file.ok()) << file.error().message;
    } else if (expect == "reject") {
      EXPECT_FALSE(file.ok()) << name;
    }
    if (file.ok()) continue;
    EXPECT_TRUE(file.error().message.starts_with(path + ": ")) << file.error().message;
    EXPECT_EQ(file.error().message.find_first_of("\n\r\x1b"), std::string::npos) << name;
  }
  EXPECT_LT(peak_resident_bytes() - peak_before, uint64_t{16} << 20);
}

// Seeds of other projects' fuzzers, some of them no model files at all.
TEST(MalformedFiles, SeedsOfOtherFuzzers) {
  if (!fs::exists(kMalformed)) GTEST_SKIP() << "no " << kMalformed;
  int n_files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(kMalformed)) {
    if (!entry.is_regular_file()) continue;
    const auto file = GgufFile::open(entry.path());
    ++n_files;
    if (file.ok()) continue;
    EXPECT_TRUE(file.error().message.starts_with(entry.path().string() + ": "));
  }
  EXPECT_GT(n_files, 70);
}

}  // namespace
}  // namespace hob::tensor
