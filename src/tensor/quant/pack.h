// What the packers share: rounding, writing of fields, and the search for the scale that loses
// least. All of it is deterministic: plain float arithmetic in a fixed order.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <span>

#include "tensor/half.h"
#include "tensor/quant/block.h"

namespace hob::tensor::quant {

// Nearest integer (ties to even) within [low, high].
inline int round_to(float x, int low, int high) {
  return static_cast<int>(std::nearbyint(std::clamp(x, float(low), float(high))));
}
inline float inverse(float x) {  // 0 where there is none
  const float r = x == 0 ? 0.0f : 1.0f / x;
  return std::isfinite(r) ? r : 0.0f;
}

// Writes a scale as binary16 and returns what was written; never infinite.
inline float put_f16(uint8_t* out, float x) {
  const uint16_t half = float_to_half(std::clamp(x, -65504.0f, 65504.0f));
  std::memcpy(out, &half, 2);
  return half_to_float(half);
}

// 32 values below 16 as in Block::nibbles.
inline void put_nibbles(uint8_t* out, const uint8_t* q) {
  for (int i = 0; i < 16; ++i) out[i] = static_cast<uint8_t>(q[i] | q[i + 16] << 4);
}
inline void put_fifth_bits(uint8_t* out, const uint8_t* q) {  // bit 4 of 32 values
  uint32_t bits = 0;
  for (int i = 0; i < 32; ++i) bits |= uint32_t(q[i] >> 4 & 1) << i;
  std::memcpy(out, &bits, 4);
}

// The value of largest magnitude, with its sign.
inline float extreme(std::span<const float> x) {
  float best = 0;
  for (float v : x)
    if (std::fabs(v) > std::fabs(best)) best = v;
  return best;
}

// How much an error at value x counts: large values matter more to a product, small ones still do.
inline float importance(float x, float rms) {
  return rms + std::fabs(x);
}
inline float rms(std::span<const float> x) {
  float sum = 0;
  for (float v : x) sum += v * v;
  return std::sqrt(sum / float(x.size()));
}

// The scale (of either sign) for which nearest(x / scale) times scale has the least weighted
// squared error; near `reach`, the value that the extreme is mapped to. nearest(float) -> the
// representable value as a float.
template <class Nearest>
float fit_scale(std::span<const float> x, float reach, Nearest nearest) {
  const float peak = extreme(x), typical = rms(x);
  if (inverse(peak) == 0 || !std::isfinite(typical)) return peak / reach;
  float best_scale = 0, best_gain = 0;
  for (int step = -9; step <= 9; ++step) {
    const float inverse_scale = reach * (1 + 0.0125f * float(step)) / peak;
    float xq = 0, qq = 0;
    for (float v : x) {
      const float w = importance(v, typical), q = nearest(v * inverse_scale);
      xq += w * v * q;
      qq += w * q * q;
    }
    // With the best scale for these q, xq / qq, the error falls by xq^2 / qq.
    if (qq > 0 && xq * xq > best_gain * qq) {
      best_gain = xq * xq / qq;
      best_scale = xq / qq;
    }
  }
  return best_scale != 0 ? best_scale : peak / reach;
}

struct Affine {
  float scale, min;  // x ~ scale q - min, neither negative
};

// The same for values scale q - min with q in 0..top.
inline Affine fit_affine(std::span<const float> x, int top) {
  float low = 0, high = 0;  // 0 must stay representable: min is not negative
  for (float v : x) low = std::min(low, v), high = std::max(high, v);
  const float typical = rms(x);
  Affine best{(high - low) / float(top), -low};
  if (inverse(best.scale) == 0 || !std::isfinite(typical)) return best;
  float best_error = INFINITY;
  for (int step = -6; step <= 6; ++step) {
    const float inverse_scale = (float(top) + 0.15f * float(step)) / (high - low);
    float sw = 0, sq = 0, sx = 0, sqq = 0, sqx = 0, sxx = 0;
    for (float v : x) {
      const float w = importance(v, typical),
                  q = float(round_to((v - low) * inverse_scale, 0, top));
      sw += w, sq += w * q, sx += w * v, sqq += w * q * q, sqx += w * q * v, sxx += w * v * v;
    }
    const float determinant = sw * sqq - sq * sq;
    if (!(determinant > 0)) continue;
    Affine fit{(sw * sqx - sq * sx) / determinant, (sq * sqx - sqq * sx) / determinant};
    if (fit.min < 0) fit = {sqx / sqq, 0};
    if (!(fit.scale > 0)) continue;
    const float error = sxx + fit.scale * fit.scale * sqq + fit.min * fit.min * sw -
                        2 * fit.scale * sqx + 2 * fit.min * sx - 2 * fit.scale * fit.min * sq;
    if (error < best_error) best_error = error, best = fit;
  }
  return best;
}

// Index of the table's nearest value.
inline int nearest_index(const Table& table, float x) {
  int best = 0;
  for (int i = 1; i < 16; ++i)
    if (std::fabs(x - table.v[i]) < std::fabs(x - table.v[best])) best = i;
  return best;
}

}  // namespace hob::tensor::quant
