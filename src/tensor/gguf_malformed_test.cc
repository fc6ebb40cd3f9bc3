// Files that are wrong in one place each: the error must name the file, the place and the numbers.
#include <gtest/gtest.h>

#include <functional>

#include "tensor/gguf.h"
#include "tensor/gguf_test_bytes.h"

namespace hob::tensor {
namespace {

using testing::good_gguf;
using testing::raw;
using testing::raw_array;
using testing::raw_string;
using testing::TestGguf;

constexpr uint64_t kHuge = uint64_t{1} << 61;

struct Malformed {
  std::string name;
  std::function<void(TestGguf&)> mutate;
  std::vector<std::string> says;               // all of it is in the error
  std::function<void(std::string&)> cut = {};  // changes the finished bytes
};

void PrintTo(const Malformed& m, std::ostream* out) {
  *out << m.name;
}

auto key(std::string name, uint32_t type, std::string value) {
  return [=](TestGguf& g) { g.keys.push_back({name, type, value, {}}); };
}

auto shape(std::vector<uint64_t> sizes) {
  return [=](TestGguf& g) { g.tensors[0].shape = sizes; };
}

auto format(uint32_t id) {
  return [=](TestGguf& g) { g.tensors[1].format = id; };
}

auto offset(uint64_t at) {
  return [=](TestGguf& g) { g.tensors[1].offset = at; };
}

auto magic(std::string_view text) {
  return [=](TestGguf& g) { g.magic = text; };
}

auto version(uint32_t number) {
  return [=](TestGguf& g) { g.version = number; };
}

auto alignment(uint64_t value) {
  return key("general.alignment", 4, raw<uint32_t>(value));
}

auto truncate_to(size_t size) {
  return [=](std::string& bytes) { bytes.resize(size); };
}

void keep(TestGguf&) {}

const std::vector<Malformed> kMagic = {
    {"empty", keep, {"is empty (0 bytes)"}, truncate_to(0)},
    {"three_bytes", keep, {"only 3 bytes", "at least 24"}, truncate_to(3)},
    {"magic_only", keep, {"the version needs 4 bytes at byte 4", "4 bytes"}, truncate_to(4)},
    {"magic_of_ggml", magic("lmgg"), {"GGML file"}},
    {"magic_of_ggjt", magic("tjgg"), {"GGJT file"}},
    {"magic_swapped", magic("FUGG"), {"big-endian"}},
    {"magic_of_zip", magic("PK\x03\x04"), {"zip archive", "convert"}},
    {"magic_of_html", magic("<!DOCTYPE html>"), {"web page"}},
    {"magic_of_lfs",
     magic("version https://git-lfs.github.com/spec/v1"),
     {"Git LFS", "git lfs pull"}},
    {"magic_of_safetensors", magic(std::string_view("\x02\0\0\0\0\0\0\0{}", 10)), {"safetensors"}},
    {"magic_of_nothing", magic("\x1b[2J"), {"begins with '\\x1b[2J'"}},
    {"version_0", version(0), {"version 0"}},
    {"version_1", version(1), {"version 1", "2 and 3"}},
    {"version_4", version(4), {"version 4", "2 and 3"}},
    {"version_big_endian", version(0x03000000), {"big-endian", "50331648"}},
    {"version_huge", version(0xffffffff), {"version 4294967295"}},
};

const std::vector<Malformed> kCounts = {
    {"no_counts",
     keep,
     {"the number of tensors needs 8 bytes at byte 8", "has 12 bytes"},
     truncate_to(12)},
    {"no_key_count", keep, {"the number of metadata keys"}, truncate_to(16)},
    {"keys_2p61",
     [](TestGguf& g) { g.n_keys = kHuge; },
     {"2305843009213693952 metadata keys", "at most"}},
    {"keys_minus_1",
     [](TestGguf& g) { g.n_keys = UINT64_MAX; },
     {"18446744073709551615 metadata keys"}},
    {"tensors_2p61",
     [](TestGguf& g) { g.n_tensors = kHuge; },
     {"2305843009213693952 tensors", "at most"}},
    {"tensors_that_fit_no_more",
     [](TestGguf& g) {
       g.keys.push_back({"long", 8, raw_string(std::string(1000, 'x')), {}});
       g.n_tensors = 30;
     },
     {"30 tensors", "after the metadata", "at most"}},
    {"tensors_zero_with_data",
     [](TestGguf& g) { g.n_tensors = 0; },
     {"0 tensors, but", "bytes follow"}},
    {"one_key_less", [](TestGguf& g) { g.n_keys = 4; }, {"tensor 'a.scores' has 9 dimensions"}},
    {"one_key_more", [](TestGguf& g) { g.n_keys = 6; }, {"the name of tensor 1 of 2 needs"}},
};

const std::vector<Malformed> kKeys = {
    {"key_name_2p63",
     [](TestGguf& g) { g.keys[0].name_bytes = uint64_t{1} << 63; },
     {"metadata key 1 of 5 needs 9223372036854775808 bytes"}},
    {"key_name_minus_1",
     [](TestGguf& g) { g.keys[2].name_bytes = UINT64_MAX; },
     {"metadata key 3 of 5"}},
    {"key_name_too_long",
     key(std::string(70000, 'k'), 4, raw<uint32_t>(0)),
     {"70000 bytes", "at most 65535"}},
    {"key_empty", key("", 4, raw<uint32_t>(0)), {"metadata key 6", "empty name"}},
    {"key_twice", key("a.flag", 4, raw<uint32_t>(0)), {"'a.flag'", "twice"}},
    {"key_with_terminal_codes_twice",
     [](TestGguf& g) {
       for (int i = 0; i < 2; ++i) g.keys.push_back({"\x1b[31m\n", 4, raw<uint32_t>(0), {}});
     },
     {"'\\x1b[31m\\n'", "twice"}},
    {"type_13", key("k", 13, raw<uint64_t>(0)), {"'k'", "type 13", "0 to 12"}},
    {"type_minus_1", key("k", 0xffffffff, raw<uint64_t>(0)), {"'k'", "type 4294967295"}},
    {"bool_2", key("k", 7, raw<uint8_t>(2)), {"'k'", "bool", "value 2"}},
    {"string_2p64", key("k", 8, raw<uint64_t>(UINT64_MAX)), {"'k'", "18446744073709551615 bytes"}},
    {"string_one_too_long",
     [](TestGguf& g) {
       g.keys = {{"k", 8, raw<uint64_t>(6) + "12345", {}}};
       g.tensors.clear();
       g.data.clear();
     },
     {"'k' needs 6 bytes at byte 45", "has 50 bytes"}},
    {"number_cut",
     keep,
     {"'llama.block_count' needs 4 bytes at byte 98", "has 100 bytes"},
     truncate_to(100)},
    {"array_type_13", key("k", 9, raw_array(13, 0, "")), {"'k'", "type 13"}},
    {"array_nested",
     key("k", 9, raw_array(9, 1, raw_array(4, 0, ""))),
     {"'k'", "arrays as elements"}},
    {"array_count_wraps",
     key("k", 9, raw_array(4, uint64_t{1} << 62, "")),
     {"'k'", "4611686018427387904 u32"}},
    {"array_one_too_many",
     [](TestGguf& g) {
       g.keys = {{"k", 9, raw_array(10, 3, raw<uint64_t>(1) + raw<uint64_t>(2)), {}}};
       g.tensors.clear();
       g.data.clear();
     },
     {"'k'", "3 u64 elements", "16 bytes", "at most 2"}},
    {"array_of_bools_with_9",
     key("k", 9, raw_array(7, 3, "\1\1\x09")),
     {"'k'", "bools", "value 9"}},
    {"array_of_strings_2p60",
     key("k", 9, raw_array(8, uint64_t{1} << 60, "")),
     {"'k'", "string elements"}},
    {"array_string_too_long",
     key("k", 9, raw_array(8, 2, raw_string("a") + raw<uint64_t>(99999))),
     {"string 2 of 2 in the metadata array 'k' needs 99999 bytes"}},
    {"alignment_0", alignment(0), {"'general.alignment' is 0", "power of two"}},
    {"alignment_3", alignment(3), {"'general.alignment' is 3", "power of two"}},
    {"alignment_2p31",
     alignment(uint64_t{1} << 31),
     {"'general.alignment' is 2147483648", "at most"}},
    {"alignment_text",
     key("general.alignment", 8, raw_string("32")),
     {"'general.alignment' is string"}},
    {"alignment_larger_than_the_file",
     alignment(uint64_t{1} << 20),
     {"multiple of the alignment 1048576"}},
};

const std::vector<Malformed> kTensors = {
    {"name_empty", [](TestGguf& g) { g.tensors[1].name = ""; }, {"name of tensor 2 of 2", "empty"}},
    {"name_5000",
     [](TestGguf& g) { g.tensors[1].name = std::string(5000, 'n'); },
     {"tensor 2 of 2", "5000 bytes", "at most 127"}},
    {"name_twice",
     [](TestGguf& g) { g.tensors[1].name = g.tensors[0].name; },
     {"'token_embd.weight'", "twice"}},
    {"dims_5", shape({1, 1, 1, 1, 1}), {"'token_embd.weight' has 5 dimensions", "at most 4"}},
    {"dims_huge", [](TestGguf& g) { g.tensors[0].n_dims = 0xffffffff; }, {"4294967295 dimensions"}},
    {"dim_0", shape({4, 0}), {"'token_embd.weight' has 0", "dimension 2"}},
    {"dim_negative",
     shape({UINT64_MAX, 1}),
     {"'token_embd.weight'", "18446744073709551615", "dimension 1"}},
    {"dims_wrap", shape({uint64_t{1} << 33, uint64_t{1} << 33}), {"8589934592", "dimension 2"}},
    {"dims_wrap_to_12", shape({12, 1, uint64_t{1} << 32, uint64_t{1} << 32}), {"dimension 4"}},
    {"bytes_wrap",
     [](TestGguf& g) {
       g.tensors[0].shape = {uint64_t{1} << 62};
       g.tensors[0].format = 28;
     },
     {"'token_embd.weight'", "no file of"}},
    {"too_large",
     shape({4, 1000}),
     {"'token_embd.weight' ends at byte 16352", "the file has 484 bytes", "truncated"}},
    {"row_33_of_Q8_0",
     [](TestGguf& g) { g.tensors[1].shape = {33, 2}; },
     {"'blk.0.attn_q.weight'", "33", "Q8_0", "32"}},
    {"row_32_of_Q4_K", format(12), {"'blk.0.attn_q.weight'", "rows of 32", "Q4_K", "256"}},
    {"scalar_of_Q8_0", [](TestGguf& g) { g.tensors[1].shape = {}; }, {"rows of 1 values", "Q8_0"}},
    {"format_4", format(4), {"'blk.0.attn_q.weight'", "4 (Q4_2)", "removed"}},
    {"format_31", format(31), {"31 (Q4_0_4_4)", "removed"}},
    {"format_38", format(38), {"38 (IQ4_NL_8_8)", "removed"}},
    {"format_200", format(200), {"unknown format 200"}},
    {"offset_unaligned", offset(65), {"'blk.0.attn_q.weight' begins at byte 65", "alignment 32"}},
    {"offset_max", offset(UINT64_MAX), {"'blk.0.attn_q.weight'", "18446744073709551615"}},
    {"offset_wraps", offset(UINT64_MAX - 31), {"'blk.0.attn_q.weight'", "18446744073709551584"}},
    {"offset_beyond", offset(96), {"'blk.0.attn_q.weight' ends at byte 516", "has 484 bytes"}},
    {"overlap",
     offset(32),
     {"'token_embd.weight' ends at byte 48", "'blk.0.attn_q.weight' begins at byte 32"}},
    {"same_place", offset(0), {"'token_embd.weight'", "'blk.0.attn_q.weight'", "byte 0"}},
    {"shape_cut",
     keep,
     {"the name of tensor 2 of 2 needs 8 bytes at byte 273", "has 275 bytes"},
     truncate_to(275)},
    {"data_cut",
     keep,
     {"'blk.0.attn_q.weight' ends at byte 484, but the file has 483 bytes"},
     truncate_to(483)},
    {"data_missing",
     keep,
     {"'token_embd.weight' ends at byte 400, but the file has 384 bytes"},
     truncate_to(384)},
};

const std::vector<Malformed> kSplitKeys = {
    {"split_without_siblings",
     [](TestGguf& g) {
       key("split.no", 2, raw<uint16_t>(0))(g);
       key("split.count", 2, raw<uint16_t>(3))(g);
     },
     {"part 1 of 3", "opened as files"}},
    {"split_without_number",
     key("split.count", 2, raw<uint16_t>(3)),
     {"'split.count' is 3", "'split.no'"}},
    {"split_number_too_high",
     [](TestGguf& g) {
       key("split.no", 2, raw<uint16_t>(3))(g);
       key("split.count", 2, raw<uint16_t>(3))(g);
     },
     {"'split.no' is 3", "'split.count' is 3"}},
    {"split_huge", key("split.count", 10, raw<uint64_t>(kHuge)), {"2305843009213693952", "65535"}},
    {"split_negative", key("split.no", 5, raw<int32_t>(-1)), {"'split.no' is -1"}},
};

class MalformedGguf : public ::testing::TestWithParam<Malformed> {};

TEST_P(MalformedGguf, IsRefusedInOneSentence) {
  TestGguf gguf = good_gguf();
  GetParam().mutate(gguf);
  std::string bytes = gguf.bytes();
  if (GetParam().cut) GetParam().cut(bytes);
  const auto file = GgufFile::parse(testing::as_bytes(bytes), "dir/model.gguf");
  ASSERT_FALSE(file.ok());
  const std::string& message = file.error().message;
  RecordProperty("message", message);
  EXPECT_TRUE(message.starts_with("dir/model.gguf: ")) << message;
  for (const std::string& part : GetParam().says)
    EXPECT_NE(message.find(part), std::string::npos) << message << " -- lacks: " << part;
  EXPECT_EQ(message.find_first_of("\n\r\x1b"), std::string::npos) << message;
  EXPECT_NE(message.back(), '.');
  EXPECT_LT(message.size(), 400u) << message;
}

std::string name_of(const ::testing::TestParamInfo<Malformed>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Magic, MalformedGguf, ::testing::ValuesIn(kMagic), name_of);
INSTANTIATE_TEST_SUITE_P(Counts, MalformedGguf, ::testing::ValuesIn(kCounts), name_of);
INSTANTIATE_TEST_SUITE_P(Keys, MalformedGguf, ::testing::ValuesIn(kKeys), name_of);
INSTANTIATE_TEST_SUITE_P(Tensors, MalformedGguf, ::testing::ValuesIn(kTensors), name_of);
INSTANTIATE_TEST_SUITE_P(Split, MalformedGguf, ::testing::ValuesIn(kSplitKeys), name_of);

// Wherever a file is cut, it is refused; never read past its end.
TEST(TruncatedGguf, EveryLengthIsRefused) {
  const std::string whole = good_gguf().bytes();
  for (size_t n = 0; n < whole.size(); ++n) {
    // A copy of exactly this size, so that a sanitizer sees a read past the end.
    const std::vector<char> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
    const auto file = GgufFile::parse(std::as_bytes(std::span(cut)), "m.gguf");
    EXPECT_FALSE(file.ok()) << n;
  }
  EXPECT_TRUE(GgufFile::parse(testing::as_bytes(whole), "m.gguf").ok());
}

}  // namespace
}  // namespace hob::tensor
