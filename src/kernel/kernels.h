// The dispatch table: the same kernels compiled once per instruction set, one of them chosen at run
// time. All kernels are pure functions over the memory they are given; threads are the caller's:
// each call does a part of the output. Reductions have one fixed order, the same for every split of
// the work and on every instruction set with fused multiply-add.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tensor/format.h"

namespace hob::kernel {

// out[c, r] = sum_k weights[r, k] * x[c, k] (+ bias[r]), for c < cols and a range of r.
struct MatMulArgs {
  tensor::Format format;
  const std::byte* weights;  // [rows, k] packed
  size_t weight_row_bytes;
  int64_t rows, k, cols;
  const std::byte* prepared;  // activations as prepare() left them
  const float* bias;          // [rows] or nullptr
  float* out;                 // [cols, out_stride]
  int64_t out_stride;         // floats
};

struct Kernels {
  std::string_view isa;

  // --- matrix product (kernel/matmul.inc) ---
  // Activations are prepared once per op for the class of the weights' format (8-bit with scales,
  // or float).
  size_t (*prepared_bytes)(tensor::Format format, int64_t k, int64_t cols);
  void (*prepare)(tensor::Format format, const float* x, int64_t x_stride, int64_t k, int64_t cols,
                  std::byte* prepared, int64_t col_begin, int64_t col_end);  // x [cols, x_stride]
  // Computes output rows [row_begin, row_end); row_begin is a multiple of kRowGrain. scratch:
  // kMatMulScratchBytes, 64-byte aligned, the thread's own.
  void (*matmul)(const MatMulArgs& args, int64_t row_begin, int64_t row_end, std::byte* scratch);

  // --- everything else (kernel/ops.inc) ---
  void (*rms_norm)(const float* x, const float* weight, float eps, int64_t n,
                   float* out);  // one run of n
  void (*rope)(float* x, int64_t n_head, int64_t head_dim, int64_t n_rot, bool adjacent,
               const float* cos, const float* sin);  // one token, cos/sin [n_rot/2]
  void (*glu)(bool gelu, const float* gate, const float* up, int64_t n, float* out);
  void (*add)(const float* a, const float* b, int64_t n, float* out);
  void (*scale)(const float* x, float factor, int64_t n, float* out);
  void (*softcap)(const float* x, float cap, int64_t n, float* out);
  void (*to_f16)(const float* x, int64_t n, uint16_t* out);
  // One query token against one KV head: the queries of its group against the keys at positions
  // [first, last] of the sequence. A page holds kPageTokens positions; pages[p] is the page of
  // positions [64 p, 64 p + 64). Keys lie transposed, so that one vector holds 16 positions.
  struct AttendArgs {
    const float* q;  // [group, head_dim_k]
    float* out;      // [group, head_dim_v]
    int64_t group, head_dim_k, head_dim_v;
    const uint16_t* keys;    // f16, page i at keys + i * page_stride: [head_dim_k, 64]
    const uint16_t* values;  // f16, page i at values + i * page_stride: [64, head_dim_v]
    int64_t page_stride;     // in f16 values
    const int32_t* pages;    // at least [last / 64 + 1]; entries before first / 64 are not read
    int64_t first, last;     // inclusive
    float scale, softcap;    // score = scale * q·k, then softcap * tanh(score / softcap) unless 0
  };
  size_t (*attend_scratch_bytes)(int64_t group, int64_t head_dim_k, int64_t head_dim_v);
  void (*attend)(const AttendArgs& args, std::byte* scratch);

  // --- what the machine can reach at most (kernel/peak.inc) ---
  // A round of a peak loop is peak_chains vectors of 16 lanes: 4 products a lane in int8, 1 in f32.
  // What they return only keeps the work from being optimized away.
  uint32_t (*peak_int8)(int64_t rounds);
  float (*peak_f32)(int64_t rounds);
  int64_t peak_chains;
  float (*peak_bf16)(
      int64_t rounds);  // 12 vectors of 16 lanes, 2 products a lane; nullptr, or needs avx512_bf16
  uint32_t (*read_all)(const std::byte* bytes, int64_t n_bytes);  // in whole 256 bytes
};

// Positions of a page of keys and values, and the span in which attend() reduces scores.
inline constexpr int64_t kPageTokens = 64;
inline constexpr int64_t kRowGrain = 64;
inline constexpr size_t kMatMulScratchBytes = 256 << 10;

// The instruction sets this binary has kernels for and this machine can run, best first. "baseline"
// is always last.
std::vector<std::string_view> available_isas();

// "" = the best (or what HOB_ISA says). Errors name the instruction sets that would work.
Result<const Kernels*> find_kernels(std::string_view isa);

}  // namespace hob::kernel
