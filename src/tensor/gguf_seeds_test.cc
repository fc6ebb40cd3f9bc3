// The seeds of the fuzz target, small files that reach each part of the reader: made here, kept in
// tests/fuzz/corpus/gguf. With HOB_WRITE_SEEDS=1 in the environment this test writes them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "tensor/format.h"
#include "tensor/gguf_test_bytes.h"

namespace hob::tensor {
namespace {

namespace fs = std::filesystem;
using testing::good_gguf;
using testing::raw;
using testing::raw_array;
using testing::raw_string;
using testing::TestGguf;

TestGguf every_scalar() {
  TestGguf g;
  g.keys = {{"u8", 0, raw<uint8_t>(200), {}},
            {"i8", 1, raw<int8_t>(-100), {}},
            {"u16", 2, raw<uint16_t>(60000), {}},
            {"i16", 3, raw<int16_t>(-30000), {}},
            {"u32", 4, raw<uint32_t>(1u << 31), {}},
            {"i32", 5, raw<int32_t>(-7), {}},
            {"f32", 6, raw(0.5f), {}},
            {"bool", 7, raw<uint8_t>(1), {}},
            {"str", 8, raw_string("text"), {}},
            {"u64", 10, raw<uint64_t>(UINT64_MAX), {}},
            {"i64", 11, raw<int64_t>(-1), {}},
            {"f64", 12, raw(0.25), {}}};
  return g;
}

TestGguf every_array() {
  TestGguf g;
  const std::string bytes(16, '\1');
  for (uint32_t type = 0; type <= 12; ++type) {
    if (type == 9) continue;
    const std::string elements = type == 8 ? raw_string("a") + raw_string("") : bytes;
    const uint64_t size = type == 8                ? 8
                          : type >= 10             ? 8
                          : type >= 4 && type <= 6 ? 4
                                                   : type / 2 + 1;
    const uint64_t n = type == 7 ? 16 : type == 8 ? 2 : 16 / size;
    g.keys.push_back({"array" + std::to_string(type), 9, raw_array(type, n, elements), {}});
  }
  return g;
}

// One tensor of one block in each format.
TestGguf every_format() {
  TestGguf g;
  for (const FormatInfo& f : all_formats()) {
    if (f.bytes > 40) continue;  // the seed stays small
    g.tensors.push_back({std::string(f.name),
                         {static_cast<uint64_t>(f.block)},
                         static_cast<uint32_t>(f.format),
                         g.data.size(),
                         {}});
    g.data.resize(g.data.size() + (f.bytes + 31) / 32 * 32, '\2');
  }
  return g;
}

TestGguf with_key(const std::string& name, uint32_t type, const std::string& value) {
  TestGguf g = good_gguf();
  g.keys.push_back({name, type, value, {}});
  return g;
}

std::map<std::string, std::string> seeds() {
  TestGguf version_2 = good_gguf();
  version_2.version = 2;
  TestGguf aligned = with_key("general.alignment", 4, raw<uint32_t>(64));
  aligned.alignment = 64;
  TestGguf split = with_key("split.no", 2, raw<uint16_t>(0));
  split.keys.push_back({"split.count", 2, raw<uint16_t>(2), {}});
  split.keys.push_back({"split.tensors.count", 5, raw<int32_t>(4), {}});
  TestGguf dims = good_gguf();
  dims.tensors = {{"scalar", {}, 0, 0, {}}, {"4d", {2, 1, 2, 2}, 1, 32, {}}};
  TestGguf huge = good_gguf();
  huge.n_tensors = uint64_t{1} << 61;
  const std::string good = good_gguf().bytes();
  return {{"good", good},
          {"version-2", version_2.bytes()},
          {"every-scalar", every_scalar().bytes()},
          {"every-array", every_array().bytes()},
          {"every-format", every_format().bytes()},
          {"alignment-64", aligned.bytes()},
          {"split", split.bytes()},
          {"dims", dims.bytes()},
          {"nested-array", with_key("k", 9, raw_array(9, 1, raw_array(4, 0, ""))).bytes()},
          {"huge-count", huge.bytes()},
          {"truncated", good.substr(0, good.size() - 40)},
          {"strange-names", with_key("\x1b[31m\xff\n", 8, raw_string("\xe2\x80")).bytes()}};
}

TEST(GgufSeeds, AreTheOnesMadeHere) {
  const fs::path folder = fs::path(HOB_SOURCE_DIR) / "tests/fuzz/corpus/gguf";
  const bool write = std::getenv("HOB_WRITE_SEEDS") != nullptr;
  if (write) fs::create_directories(folder);
  for (const auto& [name, bytes] : seeds()) {
    const fs::path path = folder / (name + ".gguf");
    EXPECT_LT(bytes.size(), 2048u) << name;
    if (write) std::ofstream(path, std::ios::binary) << bytes;
    std::ifstream in(path, std::ios::binary);
    EXPECT_TRUE(in) << path << " is missing: run this test with HOB_WRITE_SEEDS=1";
    const std::string there{std::istreambuf_iterator<char>(in), {}};
    EXPECT_TRUE(there == bytes) << path << " differs: run this test with HOB_WRITE_SEEDS=1";
  }
}

}  // namespace
}  // namespace hob::tensor
