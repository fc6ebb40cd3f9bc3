// Which format each tensor gets when a whole model is stored as, say, "q4_k_m": the same choices as
// the files that people download, so that benchmarks read what they would read there.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "tensor/format.h"

namespace hob::forge {

enum class Role : uint8_t { embedding, output, attn_v, attn_output, ffn_down, other };

struct Mix {
  std::string_view name;  // "q4_k_m"
  uint32_t file_type;     // general.file_type
  tensor::Format base;    // of tensors without a rule of their own
  bool better_head;       // the output (or the tied embedding) gets 6 bits
};

std::span<const Mix> mixes();
const Mix* find_mix(std::string_view name);  // nullptr when not known

struct Place {
  Role role = Role::other;
  int64_t layer = 0, n_layer = 1;
  int64_t group = 1;  // query heads on one KV head
  int64_t row_length =
      0;                 // where no 256-block fits, the next larger format with 32-blocks is taken
  bool is_head = false;  // output.weight, or token_embd.weight where the two are tied
};
tensor::Format format_of(const Mix& mix, const Place& place);

}  // namespace hob::forge
