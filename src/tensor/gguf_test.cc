// Good files: every value type, both versions, alignments, shapes, and the real files at hand.
#include "tensor/gguf.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tensor/gguf_test_bytes.h"

namespace hob::tensor {
namespace {

using testing::as_bytes;
using testing::good_gguf;
using testing::raw;
using testing::raw_array;
using testing::raw_string;
using testing::TestGguf;

std::string message(const Result<GgufFile>& file) {
  return file.ok() ? "" : file.error().message;
}

TEST(Gguf, KeysAndTensors) {
  const std::string bytes = good_gguf().bytes();
  const auto file = GgufFile::parse(as_bytes(bytes), "model.gguf");
  ASSERT_TRUE(file.ok()) << message(file);
  EXPECT_EQ(file->path(), "model.gguf");
  EXPECT_EQ(file->version(), 3u);
  EXPECT_EQ(file->file_bytes(), bytes.size());
  EXPECT_EQ(file->n_parts(), 1);

  const Metadata& meta = file->metadata();
  ASSERT_EQ(meta.entries().size(), 5u);
  EXPECT_EQ(meta.entries()[0].key, "general.architecture");  // in file order
  EXPECT_EQ(**meta.string("general.architecture"), "llama");
  EXPECT_EQ(**meta.unsigned_integer("llama.block_count"), 7u);
  EXPECT_EQ(**meta.boolean("a.flag"), true);
  EXPECT_EQ((*meta.array("a.tokens", ValueType::string))->strings(),
            (std::vector<std::string_view>{"one", ""}));
  EXPECT_EQ((*meta.array("a.scores", ValueType::f32))->floats(), (std::vector<float>{0.5f, -1, 2}));

  ASSERT_EQ(file->tensors().size(), 2u);
  const Tensor* q = file->find("blk.0.attn_q.weight");
  ASSERT_NE(q, nullptr);
  EXPECT_EQ(q->format, Format::q8_0);
  EXPECT_EQ(q->n_dims, 2);
  EXPECT_EQ(q->shape, (std::array<uint64_t, 4>{32, 2, 1, 1}));
  EXPECT_EQ(q->bytes.size(), 68u);
  EXPECT_EQ(q->bytes.data() + q->bytes.size(), as_bytes(bytes).data() + bytes.size());
  EXPECT_EQ(q->row(1), q->bytes.data() + 34);
  EXPECT_EQ(file->find("blk.0.attn_k.weight"), nullptr);
}

TEST(Gguf, EveryScalarType) {
  TestGguf g;
  g.keys = {{"u8", 0, raw<uint8_t>(200), {}},
            {"i8", 1, raw<int8_t>(-100), {}},
            {"u16", 2, raw<uint16_t>(60000), {}},
            {"i16", 3, raw<int16_t>(-30000), {}},
            {"u32", 4, raw<uint32_t>(4'000'000'000), {}},
            {"i32", 5, raw<int32_t>(-2'000'000'000), {}},
            {"f32", 6, raw(0.25f), {}},
            {"bool", 7, raw<uint8_t>(0), {}},
            {"string", 8, raw_string("x\0y"), {}},
            {"u64", 10, raw<uint64_t>(UINT64_MAX), {}},
            {"i64", 11, raw<int64_t>(INT64_MIN), {}},
            {"f64", 12, raw(-1e300), {}}};
  const std::string bytes = g.bytes();
  const auto file = GgufFile::parse(as_bytes(bytes), "m");
  ASSERT_TRUE(file.ok()) << message(file);
  const Metadata& m = file->metadata();
  EXPECT_EQ(std::get<uint64_t>(m.find("u8")->data), 200u);
  EXPECT_EQ(std::get<int64_t>(m.find("i8")->data), -100);
  EXPECT_EQ(std::get<uint64_t>(m.find("u16")->data), 60000u);
  EXPECT_EQ(std::get<int64_t>(m.find("i16")->data), -30000);
  EXPECT_EQ(std::get<uint64_t>(m.find("u32")->data), 4'000'000'000u);
  EXPECT_EQ(std::get<int64_t>(m.find("i32")->data), -2'000'000'000);
  EXPECT_EQ(std::get<double>(m.find("f32")->data), 0.25);
  EXPECT_EQ(std::get<bool>(m.find("bool")->data), false);
  EXPECT_EQ(std::get<uint64_t>(m.find("u64")->data), UINT64_MAX);
  EXPECT_EQ(std::get<int64_t>(m.find("i64")->data), INT64_MIN);
  EXPECT_EQ(std::get<double>(m.find("f64")->data), -1e300);
  for (const auto& entry : m.entries()) EXPECT_EQ(name(entry.value.type), entry.key);
}

TEST(Gguf, VersionTwoReadsTheSame) {
  TestGguf g = good_gguf();
  g.version = 2;
  const std::string bytes = g.bytes();
  const auto file = GgufFile::parse(as_bytes(bytes), "m");
  ASSERT_TRUE(file.ok()) << message(file);
  EXPECT_EQ(file->version(), 2u);
  EXPECT_EQ(file->tensors().size(), 2u);
}

TEST(Gguf, VocabularyWithoutTensors) {
  TestGguf g = good_gguf();
  g.tensors.clear();
  g.data.clear();
  std::string bytes = g.bytes();
  EXPECT_TRUE(GgufFile::parse(as_bytes(bytes), "m").ok());
  bytes.resize((bytes.size() + 31) / 32 * 32);  // padded to the data's beginning
  EXPECT_TRUE(GgufFile::parse(as_bytes(bytes), "m").ok());
}

TEST(Gguf, NothingAtAll) {
  const std::string bytes = TestGguf{}.bytes();
  ASSERT_EQ(bytes.size(), 24u);
  EXPECT_TRUE(GgufFile::parse(as_bytes(bytes), "m").ok());
}

TEST(Gguf, OtherAlignments) {
  for (uint64_t alignment : {1, 2, 8, 64, 4096}) {
    TestGguf g = good_gguf();
    g.keys.push_back({"general.alignment", 4, raw<uint32_t>(alignment), {}});
    g.alignment = alignment;
    g.tensors[1].offset = (48 + alignment - 1) / alignment * alignment;
    g.data = std::string(g.tensors[1].offset, '\1') + std::string(68, '\2');
    const std::string bytes = g.bytes();
    const auto file = GgufFile::parse(as_bytes(bytes), "m");
    ASSERT_TRUE(file.ok()) << message(file);
    EXPECT_EQ(file->tensors()[1].bytes[0], std::byte{2}) << alignment;
  }
}

TEST(Gguf, GapsAnyOrderTailsAndScalars) {
  TestGguf g = good_gguf();
  std::swap(g.tensors[0].offset, g.tensors[1].offset);
  g.tensors[0].offset = 1024;
  g.tensors.push_back({"scalar", {}, 0, 2048, {}});
  g.data = std::string(3000, '\1');
  const std::string bytes = g.bytes();
  const auto file = GgufFile::parse(as_bytes(bytes), "m");
  ASSERT_TRUE(file.ok()) << message(file);
  EXPECT_EQ(file->find("scalar")->n_dims, 0);
  EXPECT_EQ(file->find("scalar")->bytes.size(), 4u);
}

TEST(Gguf, AMovedFileKeepsItsViews) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / "gguf-moved";
  std::filesystem::create_directories(folder);
  const std::string path = folder / "m.gguf";
  std::ofstream(path, std::ios::binary) << good_gguf().bytes();
  auto opened = GgufFile::open(path);
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(opened.ok()) << message(opened);
  const GgufFile first = std::move(*opened);
  GgufFile file;
  {
    GgufFile second = std::move(const_cast<GgufFile&>(first));
    file = std::move(second);
  }
  EXPECT_EQ(**file.metadata().string("general.architecture"), "llama");
  ASSERT_NE(file.find("token_embd.weight"), nullptr);
  EXPECT_EQ(file.find("token_embd.weight")->bytes[0], std::byte{1});
}

TEST(Gguf, MissingFile) {
  const auto file = GgufFile::open("/nowhere/model.gguf");
  ASSERT_FALSE(file.ok());
  EXPECT_NE(message(file).find("/nowhere/model.gguf"), std::string::npos);
}

TEST(Gguf, OpensTheRealFilesAtHand) {
  const std::filesystem::path shared = HOB_SHARED_DIR;
  if (!std::filesystem::exists(shared / "models")) GTEST_SKIP() << "no " << shared / "models";
  int n_files = 0;
  for (const char* folder : {"models", "vocabs"})
    for (const auto& entry : std::filesystem::recursive_directory_iterator(shared / folder)) {
      if (entry.path().extension() != ".gguf") continue;
      const auto file = GgufFile::open(entry.path());
      EXPECT_TRUE(file.ok()) << message(file);
      if (!file.ok()) continue;
      ++n_files;
      EXPECT_TRUE(file->metadata().has("general.architecture")) << entry.path();
      EXPECT_EQ(file->file_bytes(), entry.file_size());
    }
  EXPECT_GT(n_files, 15);
}

}  // namespace
}  // namespace hob::tensor
