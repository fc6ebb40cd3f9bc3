#include "base/platform/atomic_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace hob {
namespace {

namespace fs = std::filesystem;

std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::string read(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

class AtomicFileTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  int n_files() const {
    return static_cast<int>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }
  fs::path folder_;
};

TEST_F(AtomicFileTest, AppearsOnlyWhenComplete) {
  const fs::path path = folder_ / "a.bin";
  AtomicFile file;
  ASSERT_TRUE(file.open(path).ok());
  ASSERT_TRUE(file.write(as_bytes("one ")).ok());
  ASSERT_TRUE(file.write({}).ok());
  ASSERT_TRUE(file.write(as_bytes("two")).ok());
  EXPECT_FALSE(fs::exists(path));
  ASSERT_TRUE(file.commit().ok());
  EXPECT_EQ(read(path), "one two");
  EXPECT_EQ(n_files(), 1);
}

TEST_F(AtomicFileTest, AnUnfinishedOneLeavesTheOldFileAndNoTemporary) {
  const fs::path path = folder_ / "a.bin";
  std::ofstream(path) << "old";
  {
    AtomicFile file;
    ASSERT_TRUE(file.open(path).ok());
    ASSERT_TRUE(file.write(as_bytes("new")).ok());
  }
  EXPECT_EQ(read(path), "old");
  EXPECT_EQ(n_files(), 1);
}

TEST_F(AtomicFileTest, ReplacesAnOldFile) {
  const fs::path path = folder_ / "a.bin";
  std::ofstream(path) << "old";
  AtomicFile file;
  ASSERT_TRUE(file.open(path).ok());
  ASSERT_TRUE(file.write(as_bytes("new")).ok());
  ASSERT_TRUE(file.commit().ok());
  EXPECT_EQ(read(path), "new");
}

TEST_F(AtomicFileTest, TwoWritersOfOneNameDoNotMix) {
  const fs::path path = folder_ / "a.bin";
  AtomicFile first, second;
  ASSERT_TRUE(first.open(path).ok());
  ASSERT_TRUE(second.open(path).ok());
  ASSERT_TRUE(first.write(as_bytes("first")).ok());
  ASSERT_TRUE(second.write(as_bytes("second")).ok());
  ASSERT_TRUE(first.commit().ok());
  ASSERT_TRUE(second.commit().ok());
  EXPECT_EQ(read(path), "second");
}

TEST_F(AtomicFileTest, ADeviceIsWrittenInPlaceAndStaysADevice) {
  const fs::path device = folder_ / "null";
  fs::create_symlink("/dev/null", device);
  AtomicFile file;
  ASSERT_TRUE(file.open(device).ok());
  ASSERT_TRUE(file.write(as_bytes("gone")).ok());
  ASSERT_TRUE(file.commit().ok());
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_TRUE(fs::is_symlink(device));
}

TEST_F(AtomicFileTest, ErrorsNameTheFile) {
  AtomicFile file;
  const fs::path path = folder_ / "missing" / "a.bin";
  const Status status = file.open(path);
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message.find(path.string()), std::string::npos);
  EXPECT_FALSE(file.is_open());

  // A folder in the way of the name is found at the rename.
  fs::create_directories(folder_ / "taken" / "inside");
  ASSERT_TRUE(file.open(folder_ / "taken").ok());
  EXPECT_FALSE(file.commit().ok());
  EXPECT_EQ(n_files(), 1);
}

// RLIMIT_FSIZE stands in for a full disk: writes fail in the same place.
TEST_F(AtomicFileTest, AFailedWriteIsAnErrorThatRemovesTheTemporary) {
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 4096;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  AtomicFile file;
  EXPECT_TRUE(file.open(folder_ / "a.bin").ok());
  Status status = file.write(as_bytes(std::string(100'000, 'x')));
  if (status.ok()) status = file.commit();
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message.find("a.bin"), std::string::npos);
  EXPECT_EQ(n_files(), 0);
}

}  // namespace
}  // namespace hob
