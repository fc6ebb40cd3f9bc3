// The storage formats of tensors: ids as in GGUF, sizes of their blocks. Which of them hob can
// compute with is in tensor/quant/all.def; the others are known by name and size so that any file
// can be shown.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace hob::tensor {

enum class Format : uint32_t {
  f32 = 0,
  f16 = 1,
  q4_0 = 2,
  q4_1 = 3,
  q5_0 = 6,
  q5_1 = 7,
  q8_0 = 8,
  q8_1 = 9,
  q2_k = 10,
  q3_k = 11,
  q4_k = 12,
  q5_k = 13,
  q6_k = 14,
  q8_k = 15,
  iq2_xxs = 16,
  iq2_xs = 17,
  iq3_xxs = 18,
  iq1_s = 19,
  iq4_nl = 20,
  iq3_s = 21,
  iq2_s = 22,
  iq4_xs = 23,
  i8 = 24,
  i16 = 25,
  i32 = 26,
  i64 = 27,
  f64 = 28,
  iq1_m = 29,
  bf16 = 30,
  tq1_0 = 34,
  tq2_0 = 35,
  mxfp4 = 39,
  nvfp4 = 40,
  q1_0 = 41,
  q2_0 = 42,
};

struct FormatInfo {
  Format format;
  std::string_view name;  // as people write it: "Q4_K"
  int block;              // values in a block
  int bytes;              // bytes in a block
};

std::span<const FormatInfo> all_formats();

// nullptr when the id from a file is not known.
const FormatInfo* find_format(uint32_t gguf_id);
const FormatInfo* find_format(std::string_view name);  // any case: "q4_k"
const FormatInfo& info(Format format);

// Bytes of a row of `n` values; n must be a multiple of the block.
uint64_t row_bytes(Format format, uint64_t n);

}  // namespace hob::tensor
