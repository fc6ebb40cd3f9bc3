// See mixes.h.

#include "forge/synth/mixes.h"

#include <algorithm>

namespace hob::forge {

namespace {

using enum tensor::Format;

constexpr Mix kMixes[] = {
    {"f32", 0, f32, false},       {"f16", 1, f16, false},     {"bf16", 32, bf16, false},
    {"q4_0", 2, q4_0, true},      {"q4_1", 3, q4_1, true},    {"q5_0", 8, q5_0, true},
    {"q5_1", 9, q5_1, true},      {"q8_0", 7, q8_0, false},   {"q2_k", 10, q2_k, true},
    {"q3_k_s", 11, q3_k, true},   {"q3_k_m", 12, q3_k, true}, {"q3_k_l", 13, q3_k, true},
    {"q4_k_s", 14, q4_k, true},   {"q4_k_m", 15, q4_k, true}, {"q5_k_s", 16, q5_k, true},
    {"q5_k_m", 17, q5_k, true},   {"q6_k", 18, q6_k, true},   {"iq4_nl", 25, iq4_nl, true},
    {"iq4_xs", 30, iq4_xs, true}, {"mxfp4", 38, mxfp4, true},
};

// The layers where errors hurt most: the first eighth, the last, and every third between.
bool needs_more(int64_t layer, int64_t n_layer) {
  const int64_t eighth = n_layer / 8;
  return layer < eighth || layer >= 7 * n_layer / 8 || (layer - eighth) % 3 == 2;
}

tensor::Format wanted(const Mix& mix, const Place& p) {
  if (p.is_head && mix.better_head) return mix.base == mxfp4 ? q8_0 : q6_k;
  const std::string_view name = mix.name;
  const bool v = p.role == Role::attn_v, down = p.role == Role::ffn_down,
             o = p.role == Role::attn_output;
  if (name == "q4_k_m" || name == "q5_k_m")
    return (v || down) && needs_more(p.layer, p.n_layer) ? q6_k : mix.base;
  if (name == "q4_k_s")
    return (v && p.layer < 4) || (down && p.layer < p.n_layer / 8) ? q5_k : mix.base;
  if (name == "q3_k_m") {
    if (v) return p.layer < 2 ? q5_k : q4_k;
    if (down) return p.layer < p.n_layer / 16 ? q5_k : q4_k;
    return o ? q4_k : mix.base;
  }
  if (name == "q3_k_l") return v || down || o ? q5_k : mix.base;
  if (name == "q2_k") {
    if (v) return p.group >= 4 ? q4_k : q3_k;
    return down || o ? q3_k : mix.base;
  }
  if (name == "iq4_nl" || name == "iq4_xs")
    return (v && p.group >= 4) || (down && p.layer < p.n_layer / 8) ? q5_k : mix.base;
  return mix.base;
}

tensor::Format with_small_blocks(tensor::Format format) {
  switch (format) {
    case q2_k:
    case q3_k:
      return q4_0;
    case q4_k:
      return q5_0;
    case q5_k:
      return q5_1;
    case q6_k:
      return q8_0;
    case iq4_xs:
      return iq4_nl;
    default:
      return f16;
  }
}

}  // namespace

std::span<const Mix> mixes() {
  return kMixes;
}

const Mix* find_mix(std::string_view name) {
  const auto* found = std::ranges::find(kMixes, name, &Mix::name);
  return found == std::end(kMixes) ? nullptr : found;
}

tensor::Format format_of(const Mix& mix, const Place& place) {
  const tensor::Format format = wanted(mix, place);
  return place.row_length % tensor::info(format).block == 0 ? format : with_small_blocks(format);
}

}  // namespace hob::forge
