// The packers of 256-value formats share this: scales of sub-blocks that are themselves small
// integers.
#pragma once

#include "tensor/quant/pack.h"

namespace hob::tensor::quant {

// Scales d * scale[s] of the sub-blocks, scale[s] in low..high; low < 0 belongs to the largest
// scale.
struct SuperScales {
  float d;
  int scale[16];
};

// Writes d as binary16 to out. nearest, reach: as in fit_scale.
template <int kSub, class Nearest>
SuperScales fit_super_scales(const float* x, float reach, Nearest nearest, int low, int high,
                             uint8_t* out) {
  float fits[256 / kSub];
  for (int s = 0; s < 256 / kSub; ++s) fits[s] = fit_scale({x + kSub * s, kSub}, reach, nearest);
  SuperScales r;
  r.d = put_f16(out, extreme(fits) / float(low));
  for (int s = 0; s < 256 / kSub; ++s) r.scale[s] = round_to(fits[s] * inverse(r.d), low, high);
  return r;
}

// scale q - min with q in 0..kTop, scale = d scale[s], min = dmin min[s], both integers in
// 0..kScaleTop.
struct SuperAffine {
  uint8_t scale[16], min[16];
  uint8_t q[256];
};

// Writes d and dmin as binary16.
template <int kSub, int kTop, int kScaleTop>
SuperAffine fit_super_affine(const float* x, uint8_t* out_d, uint8_t* out_dmin) {
  Affine fits[256 / kSub];
  float top_scale = 0, top_min = 0;
  for (int s = 0; s < 256 / kSub; ++s) {
    fits[s] = fit_affine({x + kSub * s, kSub}, kTop);
    top_scale = std::max(top_scale, fits[s].scale);
    top_min = std::max(top_min, fits[s].min);
  }
  const float d = put_f16(out_d, top_scale / kScaleTop),
              dmin = put_f16(out_dmin, top_min / kScaleTop);
  SuperAffine r;
  for (int s = 0; s < 256 / kSub; ++s) {
    const int scale = round_to(fits[s].scale * inverse(d), 0, kScaleTop);
    const int min = round_to(fits[s].min * inverse(dmin), 0, kScaleTop);
    r.scale[s] = static_cast<uint8_t>(scale);
    r.min[s] = static_cast<uint8_t>(min);
    const float inverse_scale = inverse(d * float(scale));
    for (int i = kSub * s; i < kSub * (s + 1); ++i)
      r.q[i] = static_cast<uint8_t>(round_to((x[i] + dmin * float(min)) * inverse_scale, 0, kTop));
  }
  return r;
}

}  // namespace hob::tensor::quant
