// See shapes.h. Numbers as the models' makers published them.

#include "forge/synth/shapes.h"

#include <cmath>
#include <numbers>

namespace hob::forge {

namespace {

constexpr Shape llama(std::string_view size, int64_t n_layer, int64_t dim, int64_t n_ff,
                      int64_t n_head, int64_t n_head_kv, int64_t head_dim) {
  return {.architecture = "llama",
          .size = size,
          .n_layer = n_layer,
          .dim = dim,
          .n_ff = n_ff,
          .n_head = n_head,
          .n_head_kv = n_head_kv,
          .head_dim = head_dim,
          .n_vocab = 128256,
          .n_context = 131072,
          .rope_base = 500000,
          .norm_eps = 1e-5,
          .rope_divisor = 32};
}

constexpr Shape qwen(std::string_view architecture, std::string_view size, int64_t n_layer,
                     int64_t dim, int64_t n_ff, int64_t n_head, int64_t n_head_kv,
                     int64_t head_dim) {
  return {.architecture = architecture,
          .size = size,
          .n_layer = n_layer,
          .dim = dim,
          .n_ff = n_ff,
          .n_head = n_head,
          .n_head_kv = n_head_kv,
          .head_dim = head_dim,
          .n_vocab = 151936,
          .n_context = architecture == "qwen3" ? 40960 : 32768,
          .rope_base = 1e6};
}

constexpr Shape gemma(std::string_view architecture, std::string_view size, int64_t n_layer,
                      int64_t dim, int64_t n_ff, int64_t n_head, int64_t n_head_kv,
                      int64_t head_dim, int64_t window) {
  const bool third = architecture == "gemma3";
  return {.architecture = architecture,
          .size = size,
          .n_layer = n_layer,
          .dim = dim,
          .n_ff = n_ff,
          .n_head = n_head,
          .n_head_kv = n_head_kv,
          .head_dim = head_dim,
          .n_vocab = third ? 262144 : 256000,
          .n_context = third ? 32768 : 8192,
          .rope_base = third ? 1e6 : 10000,
          .window = window};
}

constexpr Shape small(Shape shape) {
  shape.n_vocab = 512;
  shape.n_context = 2048;
  return shape;
}
constexpr Shape untied(Shape shape) {
  shape.tied = false;
  return shape;
}
constexpr Shape with_divisor(Shape shape, double divisor) {
  shape.rope_divisor = divisor;
  return shape;
}
constexpr Shape with_vocab(Shape shape, int64_t n_vocab) {
  shape.n_vocab = n_vocab;
  return shape;
}
constexpr Shape long_gemma(Shape shape) {
  shape.n_context = 131072;
  shape.rope_linear = 8;
  return shape;
}

// layers, width, ff, heads, KV heads, head width
constexpr Shape kShapes[] = {
    untied(small(with_divisor(llama("tiny", 2, 256, 512, 8, 2, 32), 8))),
    small(llama("narrow", 2, 96, 160, 3, 1, 32)),
    llama("1b", 16, 2048, 8192, 32, 8, 64),
    llama("3b", 28, 3072, 8192, 24, 8, 128),
    untied(with_divisor(llama("8b", 32, 4096, 14336, 32, 8, 128), 8)),
    small(qwen("qwen2", "tiny", 2, 256, 512, 4, 2, 64)),
    qwen("qwen2", "0.5b", 24, 896, 4864, 14, 2, 64),
    qwen("qwen2", "1.5b", 28, 1536, 8960, 12, 2, 128),
    untied(with_vocab(qwen("qwen2", "7b", 28, 3584, 18944, 28, 4, 128), 152064)),
    small(qwen("qwen3", "tiny", 2, 256, 512, 4, 2, 128)),
    qwen("qwen3", "0.6b", 28, 1024, 3072, 16, 8, 128),
    qwen("qwen3", "1.7b", 28, 2048, 6144, 16, 8, 128),
    qwen("qwen3", "4b", 36, 2560, 9728, 32, 8, 128),
    untied(qwen("qwen3", "8b", 36, 4096, 12288, 32, 8, 128)),
    small(gemma("gemma2", "tiny", 2, 256, 512, 4, 2, 64, 16)),
    gemma("gemma2", "2b", 26, 2304, 9216, 8, 4, 256, 4096),
    gemma("gemma2", "9b", 42, 3584, 14336, 16, 8, 256, 4096),
    small(gemma("gemma3", "tiny", 6, 256, 512, 4, 1, 64, 16)),
    gemma("gemma3", "270m", 18, 640, 2048, 4, 1, 256, 512),
    gemma("gemma3", "1b", 26, 1152, 6912, 4, 1, 256, 512),
    with_vocab(long_gemma(gemma("gemma3", "4b", 34, 2560, 10240, 8, 4, 256, 1024)), 262208),
};

}  // namespace

std::span<const Shape> synth_shapes() {
  return kShapes;
}

Parts parts_of(std::string_view architecture) {
  return {.qkv_bias = architecture == "qwen2",
          .head_norms = architecture == "qwen3" || architecture == "gemma3",
          .post_norms = architecture == "gemma2" || architecture == "gemma3"};
}

std::vector<float> rope_divisors(const Shape& shape) {
  constexpr double kOriginalContext = 8192, kLowFactor = 1, kHighFactor = 4;
  std::vector<float> divisors;
  for (int64_t i = 0; i < shape.head_dim / 2; ++i) {
    const double frequency = std::pow(shape.rope_base, -2.0 * double(i) / double(shape.head_dim));
    const double turns = kOriginalContext * frequency / (2 * std::numbers::pi);
    const double short_wave = (turns - kLowFactor) / (kHighFactor - kLowFactor);
    double divisor = 1 / ((1 - short_wave) / shape.rope_divisor + short_wave);
    if (turns > kHighFactor) divisor = 1;
    if (turns < kLowFactor) divisor = shape.rope_divisor;
    divisors.push_back(float(divisor));
  }
  return divisors;
}

}  // namespace hob::forge
