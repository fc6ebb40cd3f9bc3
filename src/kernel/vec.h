// Sixteen 32-bit lanes on every instruction set: the only file with intrinsics. A vector is one,
// two or four native registers, so all instruction sets do the same arithmetic in the same order;
// those with fused multiply-add give the same bits. Everything has internal linkage and is inlined:
// each isa_*.cc has a copy of its own, nothing leaks. Before the #include: HOB_ISA, the namespace
// of the instruction set.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <cstddef>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#else
#error "no vectors for this processor"
#endif

#define HOB_INLINE __attribute__((always_inline)) inline

namespace hob::kernel::HOB_ISA {
namespace {

inline constexpr int kLanes = 16;

#if defined(__AVX512F__)
inline constexpr int kNativeBytes = 64;
#elif defined(__AVX2__)
inline constexpr int kNativeBytes = 32;
#else
inline constexpr int kNativeBytes = 16;
#endif
inline constexpr int kParts = 64 / kNativeBytes;
inline constexpr int kPartLanes = kLanes / kParts;

// True where fma() rounds once. Without it (x86-64 baseline) the bits may differ.
#if defined(__FMA__) || defined(__aarch64__)
inline constexpr bool kHasFma = true;
#else
inline constexpr bool kHasFma = false;
#endif

typedef float F32n __attribute__((vector_size(kNativeBytes)));
typedef int32_t I32n __attribute__((vector_size(kNativeBytes)));
typedef uint32_t U32n __attribute__((vector_size(kNativeBytes)));
typedef F32n F32u __attribute__((aligned(4), may_alias));  // as they lie in memory
typedef I32n I32u __attribute__((aligned(1), may_alias));
typedef U32n U32u __attribute__((aligned(1), may_alias));

// Copied part by part: gcc would copy the whole in pieces of 16 bytes through the stack, and wait
// for them there.
template <class Native>
struct Vector {
  Native part[kParts];

  Vector() = default;
  HOB_INLINE Vector(const Vector& other) { *this = other; }
  HOB_INLINE Vector& operator=(const Vector& other) {
    part[0] = other.part[0];
    if constexpr (kParts > 1) part[1] = other.part[1];
    if constexpr (kParts > 2) {
      part[2] = other.part[2];
      part[3] = other.part[3];
    }
    return *this;
  }
};
struct F32 : Vector<F32n> {};
struct I32 : Vector<I32n> {};
struct U32 : Vector<U32n> {};

// r.part[i] = f(a.part[i]...), written out so that the parts stay in registers.
template <class R, class F, class... A>
HOB_INLINE R map(F f, const A&... a) {
  R r;
  r.part[0] = f(a.part[0]...);
  if constexpr (kParts > 1) r.part[1] = f(a.part[1]...);
  if constexpr (kParts > 2) {
    r.part[2] = f(a.part[2]...);
    r.part[3] = f(a.part[3]...);
  }
  return r;
}

// --- splat, bits as another type ---
HOB_INLINE F32 f32(float x) {
  const F32n v = x - F32n{};
  F32 r;
  for (int i = 0; i < kParts; ++i) r.part[i] = v;
  return r;
}
HOB_INLINE I32 i32(int32_t x) {
  const I32n v = x + I32n{};
  I32 r;
  for (int i = 0; i < kParts; ++i) r.part[i] = v;
  return r;
}
HOB_INLINE U32 u32(uint32_t x) {
  const U32n v = x + U32n{};
  U32 r;
  for (int i = 0; i < kParts; ++i) r.part[i] = v;
  return r;
}
HOB_INLINE F32 as_f32(const U32& a) {
  return map<F32>([](U32n x) { return (F32n)x; }, a);
}
HOB_INLINE F32 as_f32(const I32& a) {
  return map<F32>([](I32n x) { return (F32n)x; }, a);
}
HOB_INLINE I32 as_i32(const F32& a) {
  return map<I32>([](F32n x) { return (I32n)x; }, a);
}
HOB_INLINE I32 as_i32(const U32& a) {
  return map<I32>([](U32n x) { return (I32n)x; }, a);
}
HOB_INLINE U32 as_u32(const F32& a) {
  return map<U32>([](F32n x) { return (U32n)x; }, a);
}
HOB_INLINE U32 as_u32(const I32& a) {
  return map<U32>([](I32n x) { return (U32n)x; }, a);
}

// --- memory ---
HOB_INLINE F32 load_f32(const float* p) {  // [16]
  F32 r;
  for (int i = 0; i < kParts; ++i) r.part[i] = *(const F32u*)(p + i * kPartLanes);
  return r;
}
HOB_INLINE void store(float* p, const F32& a) {  // [16]
  for (int i = 0; i < kParts; ++i) *(F32u*)(p + i * kPartLanes) = a.part[i];
}
// The first n < 16 lanes; the others are 0 or stay as they were.
HOB_INLINE F32 load_f32(const float* p, int n) {
  float lanes[kLanes] = {};
  for (int i = 0; i < n; ++i) lanes[i] = p[i];
  return load_f32(lanes);
}
HOB_INLINE void store(float* p, const F32& a, int n) {
  float lanes[kLanes];
  store(lanes, a);
  for (int i = 0; i < n; ++i) p[i] = lanes[i];
}
HOB_INLINE U32 load_u32(const void* p) {  // 64 bytes, any alignment
  U32 r;
  for (int i = 0; i < kParts; ++i) r.part[i] = *(const U32u*)((const char*)p + i * kNativeBytes);
  return r;
}
HOB_INLINE void store(void* p, const U32& a) {
  for (int i = 0; i < kParts; ++i) *(U32u*)((char*)p + i * kNativeBytes) = a.part[i];
}
HOB_INLINE void prefetch(const void* p) {
  __builtin_prefetch(p, 0, 3);
}

// --- integers ---
HOB_INLINE U32 operator&(const U32& a, const U32& b) {
  return map<U32>([](U32n x, U32n y) { return x & y; }, a, b);
}
HOB_INLINE U32 operator|(const U32& a, const U32& b) {
  return map<U32>([](U32n x, U32n y) { return x | y; }, a, b);
}
HOB_INLINE U32 operator^(const U32& a, const U32& b) {
  return map<U32>([](U32n x, U32n y) { return x ^ y; }, a, b);
}
HOB_INLINE U32 operator+(const U32& a, const U32& b) {
  return map<U32>([](U32n x, U32n y) { return x + y; }, a, b);
}
HOB_INLINE U32 operator-(const U32& a, const U32& b) {
  return map<U32>([](U32n x, U32n y) { return x - y; }, a, b);
}
HOB_INLINE U32 operator&(const U32& a, uint32_t b) {
  return a & u32(b);
}
HOB_INLINE U32 operator|(const U32& a, uint32_t b) {
  return a | u32(b);
}
HOB_INLINE U32 operator^(const U32& a, uint32_t b) {
  return a ^ u32(b);
}
HOB_INLINE U32 operator+(const U32& a, uint32_t b) {
  return a + u32(b);
}
HOB_INLINE U32 operator<<(const U32& a, int n) {  // 0 <= n < 32
  return map<U32>([n](U32n x) { return x << n; }, a);
}
HOB_INLINE U32 operator>>(const U32& a, int n) {
  return map<U32>([n](U32n x) { return x >> n; }, a);
}
HOB_INLINE I32 operator+(const I32& a, const I32& b) {
  return map<I32>([](I32n x, I32n y) { return x + y; }, a, b);
}
HOB_INLINE I32 operator-(const I32& a, const I32& b) {
  return map<I32>([](I32n x, I32n y) { return x - y; }, a, b);
}
HOB_INLINE I32 operator*(const I32& a, const I32& b) {
  return map<I32>([](I32n x, I32n y) { return x * y; }, a, b);
}
HOB_INLINE I32 operator+(const I32& a, int32_t b) {
  return a + i32(b);
}
HOB_INLINE I32 operator-(const I32& a, int32_t b) {
  return a - i32(b);
}
HOB_INLINE I32 operator<<(const I32& a, int n) {
  return map<I32>([n](I32n x) { return x << n; }, a);
}
HOB_INLINE I32 operator>>(const I32& a, int n) {  // keeps the sign
  return map<I32>([n](I32n x) { return x >> n; }, a);
}

// --- floats ---
HOB_INLINE F32 operator+(const F32& a, const F32& b) {
  return map<F32>([](F32n x, F32n y) { return x + y; }, a, b);
}
HOB_INLINE F32 operator-(const F32& a, const F32& b) {
  return map<F32>([](F32n x, F32n y) { return x - y; }, a, b);
}
HOB_INLINE F32 operator*(const F32& a, const F32& b) {
  return map<F32>([](F32n x, F32n y) { return x * y; }, a, b);
}
HOB_INLINE F32 operator/(const F32& a, const F32& b) {
  return map<F32>([](F32n x, F32n y) { return x / y; }, a, b);
}
HOB_INLINE F32 operator-(const F32& a) {
  return as_f32(as_u32(a) ^ 0x80000000u);
}
HOB_INLINE F32 abs(const F32& a) {
  return as_f32(as_u32(a) & 0x7fffffffu);
}

HOB_INLINE F32 fma(const F32& a, const F32& b, const F32& c) {  // a * b + c
#if defined(__AVX512F__)
  return map<F32>([](F32n x, F32n y, F32n z) { return (F32n)_mm512_fmadd_ps(x, y, z); }, a, b, c);
#elif defined(__FMA__)
  return map<F32>([](F32n x, F32n y, F32n z) { return (F32n)_mm256_fmadd_ps(x, y, z); }, a, b, c);
#elif defined(__aarch64__)
  return map<F32>([](F32n x, F32n y, F32n z) { return (F32n)vfmaq_f32(z, x, y); }, a, b, c);
#else
  return a * b + c;
#endif
}

// a < b ? a : b and a > b ? a : b, so b where one of them is not a number.
HOB_INLINE F32 min(const F32& a, const F32& b) {
#if defined(__AVX512F__)
  return map<F32>([](F32n x, F32n y) { return (F32n)_mm512_min_ps(x, y); }, a, b);
#elif defined(__AVX2__)
  return map<F32>([](F32n x, F32n y) { return (F32n)_mm256_min_ps(x, y); }, a, b);
#elif defined(__x86_64__)
  return map<F32>([](F32n x, F32n y) { return (F32n)_mm_min_ps(x, y); }, a, b);
#else
  return map<F32>([](F32n x, F32n y) { return x < y ? x : y; }, a, b);
#endif
}
HOB_INLINE F32 max(const F32& a, const F32& b) {
#if defined(__AVX512F__)
  return map<F32>([](F32n x, F32n y) { return (F32n)_mm512_max_ps(x, y); }, a, b);
#elif defined(__AVX2__)
  return map<F32>([](F32n x, F32n y) { return (F32n)_mm256_max_ps(x, y); }, a, b);
#elif defined(__x86_64__)
  return map<F32>([](F32n x, F32n y) { return (F32n)_mm_max_ps(x, y); }, a, b);
#else
  return map<F32>([](F32n x, F32n y) { return x > y ? x : y; }, a, b);
#endif
}
HOB_INLINE F32 sqrt(const F32& a) {
#if defined(__AVX512F__)
  return map<F32>([](F32n x) { return (F32n)_mm512_sqrt_ps(x); }, a);
#elif defined(__AVX2__)
  return map<F32>([](F32n x) { return (F32n)_mm256_sqrt_ps(x); }, a);
#elif defined(__x86_64__)
  return map<F32>([](F32n x) { return (F32n)_mm_sqrt_ps(x); }, a);
#else
  return map<F32>([](F32n x) { return (F32n)vsqrtq_f32(x); }, a);
#endif
}

// Comparisons give lanes of all ones or all zeros; select() takes a where the mask is set.
HOB_INLINE U32 less(const F32& a, const F32& b) {
  return map<U32>([](F32n x, F32n y) { return (U32n)(x < y); }, a, b);
}
HOB_INLINE U32 less_equal(const F32& a, const F32& b) {
  return map<U32>([](F32n x, F32n y) { return (U32n)(x <= y); }, a, b);
}
HOB_INLINE U32 equal(const F32& a, const F32& b) {
  return map<U32>([](F32n x, F32n y) { return (U32n)(x == y); }, a, b);
}
HOB_INLINE U32 less(const I32& a, const I32& b) {
  return map<U32>([](I32n x, I32n y) { return (U32n)(x < y); }, a, b);
}
HOB_INLINE U32 select(const U32& mask, const U32& a, const U32& b) {
  return map<U32>([](U32n m, U32n x, U32n y) { return y ^ ((x ^ y) & m); }, mask, a, b);
}
HOB_INLINE F32 select(const U32& mask, const F32& a, const F32& b) {
  return as_f32(select(mask, as_u32(a), as_u32(b)));
}
// All ones in the lanes [0, n).
HOB_INLINE U32 first_lanes(int n) {
  constexpr int32_t kIndex[kLanes] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return less(as_i32(load_u32(kIndex)), i32(n));
}

// --- conversions ---
HOB_INLINE F32 to_f32(const I32& a) {  // to nearest even
  return map<F32>([](I32n x) { return __builtin_convertvector(x, F32n); }, a);
}
HOB_INLINE I32 to_i32(const F32& a) {  // to nearest even; |a| < 2^31
#if defined(__AVX512F__)
  return map<I32>([](F32n x) { return (I32n)_mm512_cvtps_epi32(x); }, a);
#elif defined(__AVX2__)
  return map<I32>([](F32n x) { return (I32n)_mm256_cvtps_epi32(x); }, a);
#elif defined(__x86_64__)
  return map<I32>([](F32n x) { return (I32n)_mm_cvtps_epi32(x); }, a);
#else
  return map<I32>([](F32n x) { return (I32n)vcvtnq_s32_f32(x); }, a);
#endif
}

// Half precision in the low 16 bits of each lane; the high bits are ignored.
HOB_INLINE F32 f32_from_f16(const U32& a) {
#if defined(__AVX512F__)
  return map<F32>([](U32n x) { return (F32n)_mm512_cvtph_ps(_mm512_cvtepi32_epi16((__m512i)x)); },
                  a);
#elif defined(__F16C__)
  return map<F32>(
      [](U32n x) {
        const __m256i low = _mm256_and_si256((__m256i)x, _mm256_set1_epi32(0xffff));
        const __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi32(low, low), 0x08);
        return (F32n)_mm256_cvtph_ps(_mm256_castsi256_si128(packed));
      },
      a);
#elif defined(__aarch64__)
  return map<F32>([](U32n x) { return (F32n)vcvt_f32_f16(vreinterpret_f16_u16(vmovn_u32(x))); }, a);
#else
  // Exponent and mantissa move to their places and 2^112 repairs the exponent, subnormals included;
  // infinities and NaNs need the exponent's other bits too. Signalling NaNs become quiet, as in
  // hardware.
  const U32 magnitude = (a & 0x7fffu) << 13;
  const F32 scaled = as_f32(magnitude) * f32(0x1p112f);
  const U32 special = less(i32(0x0f7fffff), as_i32(magnitude));
  const U32 nan = less(i32(0x0f800000), as_i32(magnitude));
  return as_f32(as_u32(scaled) | (special & 0x7f800000u) | (nan & 0x00400000u) |
                (a & 0x8000u) << 16);
#endif
}
// To nearest even; too large becomes infinity.
HOB_INLINE U32 f16_from_f32(const F32& a) {
#if defined(__AVX512F__)
  return map<U32>([](F32n x) { return (U32n)_mm512_cvtepu16_epi32(_mm512_cvtps_ph(x, 0)); }, a);
#elif defined(__F16C__)
  return map<U32>([](F32n x) { return (U32n)_mm256_cvtepu16_epi32(_mm256_cvtps_ph(x, 0)); }, a);
#elif defined(__aarch64__)
  return map<U32>([](F32n x) { return (U32n)vmovl_u16(vreinterpret_u16_f16(vcvt_f16_f32(x))); }, a);
#else
  const U32 bits = as_u32(a) & 0x7fffffffu;
  const U32 sign = (as_u32(a) >> 16) & 0x8000u;
  // Normal: rebias, add half an ulp (less one where the result is even already), drop 13 bits.
  const U32 normal = (bits + u32(0xc8000fffu) + ((bits >> 13) & 1u)) >> 13;
  // Subnormal: adding 0.5 lets the hardware round at the right bit.
  const U32 subnormal = as_u32(as_f32(bits) + f32(0.5f)) - u32(0x3f000000u);
  const U32 nan = (bits >> 13 & 0x1ffu) | 0x7e00u;
  U32 r = select(less(as_i32(bits), i32(0x38800000)), subnormal, normal);
  r = select(less(i32(0x477fefff), as_i32(bits)), u32(0x7c00u), r);
  r = select(less(i32(0x7f800000), as_i32(bits)), nan, r);
  return r | sign;
#endif
}
HOB_INLINE U32 load_u16(const uint16_t* p) {  // [16]
  U32 r;
#if defined(__AVX512F__)
  r.part[0] = (U32n)_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)p));
#elif defined(__AVX2__)
  for (int i = 0; i < 2; ++i)
    r.part[i] = (U32n)_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i*)(p + 8 * i)));
#elif defined(__x86_64__)
  for (int i = 0; i < 2; ++i) {
    const __m128i x = _mm_loadu_si128((const __m128i*)(p + 8 * i));
    r.part[2 * i] = (U32n)_mm_unpacklo_epi16(x, _mm_setzero_si128());
    r.part[2 * i + 1] = (U32n)_mm_unpackhi_epi16(x, _mm_setzero_si128());
  }
#else
  for (int i = 0; i < 4; ++i) r.part[i] = (U32n)vmovl_u16(vld1_u16(p + 4 * i));
#endif
  return r;
}
HOB_INLINE void store_u16(uint16_t* p, const U32& a) {  // [16], lanes below 2^16
#if defined(__AVX512F__)
  _mm256_storeu_si256((__m256i*)p, _mm512_cvtepi32_epi16((__m512i)a.part[0]));
#elif defined(__AVX2__)
  const __m256i packed = _mm256_packus_epi32((__m256i)a.part[0], (__m256i)a.part[1]);
  _mm256_storeu_si256((__m256i*)p, _mm256_permute4x64_epi64(packed, 0xd8));
#elif defined(__x86_64__)
  for (int i = 0; i < 2; ++i) {  // no unsigned pack before SSE4.1: sign-extend, pack signed
    const __m128i low = _mm_srai_epi32(_mm_slli_epi32((__m128i)a.part[2 * i], 16), 16);
    const __m128i high = _mm_srai_epi32(_mm_slli_epi32((__m128i)a.part[2 * i + 1], 16), 16);
    _mm_storeu_si128((__m128i*)(p + 8 * i), _mm_packs_epi32(low, high));
  }
#else
  for (int i = 0; i < 4; ++i) vst1_u16(p + 4 * i, vmovn_u32(a.part[i]));
#endif
}
HOB_INLINE F32 load_f16(const uint16_t* p) {  // [16]
#if defined(__AVX512F__)
  F32 r;
  r.part[0] = (F32n)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i*)p));
  return r;
#elif defined(__F16C__)
  F32 r;
  for (int i = 0; i < 2; ++i)
    r.part[i] = (F32n)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i*)(p + 8 * i)));
  return r;
#else
  return f32_from_f16(load_u16(p));
#endif
}
HOB_INLINE F32 load_f16(const uint16_t* p, int n) {
  uint16_t lanes[kLanes] = {};
  for (int i = 0; i < n; ++i) lanes[i] = p[i];
  return load_f16(lanes);
}
HOB_INLINE void store_f16(uint16_t* p, const F32& a) {
  store_u16(p, f16_from_f32(a));
}
HOB_INLINE void store_f16(uint16_t* p, const F32& a, int n) {
  uint16_t lanes[kLanes];
  store_f16(lanes, a);
  for (int i = 0; i < n; ++i) p[i] = lanes[i];
}
HOB_INLINE F32 load_bf16(const uint16_t* p) {
  return as_f32(load_u16(p) << 16);
}  // [16]

// --- across the lanes: one fixed tree, lane i with i + 8, then i + 4, i + 2, i + 1 ---
typedef float F32x4 __attribute__((vector_size(16)));
typedef uint32_t U32x4 __attribute__((vector_size(16)));
template <class Narrow, class Vector>
HOB_INLINE Narrow quarter(const Vector& a, int i) {  // lanes [4 i, 4 i + 4)
  typedef Narrow Unaligned __attribute__((aligned(4), may_alias));
  return *(const Unaligned*)((const char*)&a + 16 * i);
}
HOB_INLINE float reduce_add(const F32& a) {
  const F32x4 x =
      (quarter<F32x4>(a, 0) + quarter<F32x4>(a, 2)) + (quarter<F32x4>(a, 1) + quarter<F32x4>(a, 3));
  return (x[0] + x[2]) + (x[1] + x[3]);
}
HOB_INLINE float reduce_max(const F32& a) {
  const F32x4 low =
      quarter<F32x4>(a, 0) > quarter<F32x4>(a, 2) ? quarter<F32x4>(a, 0) : quarter<F32x4>(a, 2);
  const F32x4 high =
      quarter<F32x4>(a, 1) > quarter<F32x4>(a, 3) ? quarter<F32x4>(a, 1) : quarter<F32x4>(a, 3);
  const F32x4 x = low > high ? low : high;
  const float even = x[0] > x[2] ? x[0] : x[2], odd = x[1] > x[3] ? x[1] : x[3];
  return even > odd ? even : odd;
}
HOB_INLINE int32_t reduce_add(const I32& a) {
  const U32x4 x =
      (quarter<U32x4>(a, 0) + quarter<U32x4>(a, 2)) + (quarter<U32x4>(a, 1) + quarter<U32x4>(a, 3));
  return int32_t(x[0] + x[1] + x[2] + x[3]);
}

// --- bytes: exact dot products of weights with activations ---
// A lane's dword holds four weights; x has the same four activations (-127..127) in every lane.
HOB_INLINE U32 splat_dword(const void* p) {
  uint32_t x;
  __builtin_memcpy(&x, p, 4);
  return u32(x);
}

// Signed weights w are passed as w + kSignedBias, unsigned where that is 128: AVX-512 multiplies
// unsigned bytes only.
#if defined(__AVX512F__)
inline constexpr int kSignedBias = 128;
#else
inline constexpr int kSignedBias = 0;
#endif
HOB_INLINE U32 bias_signed(const U32& w) {
  if constexpr (kSignedBias == 128) return w ^ 0x80808080u;
  return w;
}

#if defined(__x86_64__) && !defined(__AVX2__)
HOB_INLINE __m128i even_bytes(U32n x) {
  return _mm_srai_epi16(_mm_slli_epi16((__m128i)x, 8), 8);
}
HOB_INLINE __m128i odd_bytes(U32n x) {
  return _mm_srai_epi16((__m128i)x, 8);
}
#endif

// acc + the sum of four products; kSigned: weights from bias_signed(), else 0..127.
template <bool kSigned>
HOB_INLINE I32 dot4(const I32& acc, const U32& w, const U32& x) {
  return map<I32>(
      [](I32n sum, U32n a, U32n b) {
#if defined(__AVX512F__)
        return (I32n)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
        // The pairs fit 16 bits: 2 * 128 * 127.
        __m256i weights = (__m256i)a, activations = (__m256i)b;
        if constexpr (kSigned) {
          activations = _mm256_sign_epi8(activations, weights);
          weights = _mm256_abs_epi8(weights);
        }
        const __m256i pairs = _mm256_maddubs_epi16(weights, activations);
        return sum + (I32n)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
#elif defined(__x86_64__)
        const __m128i even = _mm_madd_epi16(even_bytes(a), even_bytes(b));
        const __m128i odd = _mm_madd_epi16(odd_bytes(a), odd_bytes(b));
        return sum + ((I32n)even + (I32n)odd);
#elif defined(__ARM_FEATURE_DOTPROD)
        return (I32n)vdotq_s32((int32x4_t)sum, (int8x16_t)a, (int8x16_t)b);
#else
        const int8x16_t p = (int8x16_t)a, q = (int8x16_t)b;  // pairs fit 16 bits, as above
        const int16x8_t low = vmull_s8(vget_low_s8(p), vget_low_s8(q)), high = vmull_high_s8(p, q);
        return (I32n)vpadalq_s16((int32x4_t)sum, vpaddq_s16(low, high));
#endif
      },
      acc, w, x);
}

// acc + the sum of two products of signed 16-bit values.
HOB_INLINE I32 dot2(const I32& acc, const U32& w, const U32& x) {
  return map<I32>(
      [](I32n sum, U32n a, U32n b) {
#if defined(__AVX512F__)
        return (I32n)_mm512_dpwssd_epi32((__m512i)sum, (__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
        return sum + (I32n)_mm256_madd_epi16((__m256i)a, (__m256i)b);
#elif defined(__x86_64__)
        return sum + (I32n)_mm_madd_epi16((__m128i)a, (__m128i)b);
#else
        const int16x8_t p = (int16x8_t)a, q = (int16x8_t)b;
        const int32x4_t low = vmull_s16(vget_low_s16(p), vget_low_s16(q)),
                        high = vmull_high_s16(p, q);
        return sum + (I32n)vpaddq_s32(low, high);
#endif
      },
      acc, w, x);
}

// Rounds of 12 independent products of bfloat16 pairs (64 flops a vector of 16 lanes): only
// measures what the machine could do, no kernel multiplies bfloat16 yet.
#if defined(__AVX512F__)
inline constexpr bool kCanMultiplyBf16 = true;  // where the processor has AVX-512 BF16
__attribute__((target("avx512bf16"), noinline)) inline float bf16_rounds(int64_t rounds) {
  const __m512bh a = (__m512bh)_mm512_set1_epi32(0x3c003c00);  // two times 2^-7
  __m512 sums[12];
#pragma GCC unroll 12
  for (int c = 0; c < 12; ++c) sums[c] = _mm512_set1_ps(float(c));
  for (int64_t r = 0; r < rounds; ++r) {
#pragma GCC unroll 12
    for (__m512& sum : sums) sum = _mm512_dpbf16_ps(sum, a, a);
    asm volatile("");
  }
  __m512 total = _mm512_setzero_ps();
#pragma GCC unroll 12
  for (__m512 sum : sums) total = _mm512_add_ps(total, sum);
  return _mm512_cvtss_f32(total);
}
#else
inline constexpr bool kCanMultiplyBf16 = false;
inline float bf16_rounds(int64_t) {
  return 0;
}
#endif

// Each byte (0..15) of x replaced by table[byte].
HOB_INLINE U32 lookup(const U32& x, const int8_t* table) {  // [16]
#if defined(__AVX512F__)
  const __m512i t = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i*)table));
  return map<U32>([t](U32n v) { return (U32n)_mm512_shuffle_epi8(t, (__m512i)v); }, x);
#elif defined(__AVX2__)
  const __m256i t = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i*)table));
  return map<U32>([t](U32n v) { return (U32n)_mm256_shuffle_epi8(t, (__m256i)v); }, x);
#elif defined(__x86_64__)
  uint8_t bytes[64];
  store(bytes, x);
  for (int i = 0; i < 64; ++i) bytes[i] = uint8_t(table[bytes[i]]);
  return load_u32(bytes);
#else
  const int8x16_t t = vld1q_s8(table);
  return map<U32>([t](U32n v) { return (U32n)vqtbl1q_s8(t, (uint8x16_t)v); }, x);
#endif
}

HOB_INLINE void store_s8(int8_t* p, const I32& a) {  // [16], lanes within -128..127
#if defined(__AVX512F__)
  _mm_storeu_si128((__m128i*)p, _mm512_cvtepi32_epi8((__m512i)a.part[0]));
#elif defined(__AVX2__)
  const __m256i words = _mm256_packs_epi32((__m256i)a.part[0], (__m256i)a.part[1]);
  const __m256i sorted = _mm256_permute4x64_epi64(words, 0xd8);
  _mm_storeu_si128((__m128i*)p, _mm_packs_epi16(_mm256_castsi256_si128(sorted),
                                                _mm256_extracti128_si256(sorted, 1)));
#elif defined(__x86_64__)
  const __m128i low = _mm_packs_epi32((__m128i)a.part[0], (__m128i)a.part[1]);
  const __m128i high = _mm_packs_epi32((__m128i)a.part[2], (__m128i)a.part[3]);
  _mm_storeu_si128((__m128i*)p, _mm_packs_epi16(low, high));
#else
  const int16x8_t low = vcombine_s16(vmovn_s32(a.part[0]), vmovn_s32(a.part[1]));
  const int16x8_t high = vcombine_s16(vmovn_s32(a.part[2]), vmovn_s32(a.part[3]));
  vst1q_s8(p, vcombine_s8(vmovn_s16(low), vmovn_s16(high)));
#endif
}

// --- transposing loads: row r's dwords become lane r of vectors ---
#if defined(__AVX512F__)
typedef __m512i Native;
HOB_INLINE Native low_dwords(Native a, Native b) {
  return _mm512_unpacklo_epi32(a, b);
}
HOB_INLINE Native high_dwords(Native a, Native b) {
  return _mm512_unpackhi_epi32(a, b);
}
HOB_INLINE Native low_qwords(Native a, Native b) {
  return _mm512_unpacklo_epi64(a, b);
}
HOB_INLINE Native high_qwords(Native a, Native b) {
  return _mm512_unpackhi_epi64(a, b);
}
#elif defined(__AVX2__)
typedef __m256i Native;
HOB_INLINE Native low_dwords(Native a, Native b) {
  return _mm256_unpacklo_epi32(a, b);
}
HOB_INLINE Native high_dwords(Native a, Native b) {
  return _mm256_unpackhi_epi32(a, b);
}
HOB_INLINE Native low_qwords(Native a, Native b) {
  return _mm256_unpacklo_epi64(a, b);
}
HOB_INLINE Native high_qwords(Native a, Native b) {
  return _mm256_unpackhi_epi64(a, b);
}
#elif defined(__x86_64__)
typedef __m128i Native;
HOB_INLINE Native low_dwords(Native a, Native b) {
  return _mm_unpacklo_epi32(a, b);
}
HOB_INLINE Native high_dwords(Native a, Native b) {
  return _mm_unpackhi_epi32(a, b);
}
HOB_INLINE Native low_qwords(Native a, Native b) {
  return _mm_unpacklo_epi64(a, b);
}
HOB_INLINE Native high_qwords(Native a, Native b) {
  return _mm_unpackhi_epi64(a, b);
}
#else
typedef uint32x4_t Native;
HOB_INLINE Native low_dwords(Native a, Native b) {
  return vzip1q_u32(a, b);
}
HOB_INLINE Native high_dwords(Native a, Native b) {
  return vzip2q_u32(a, b);
}
HOB_INLINE Native low_qwords(Native a, Native b) {
  return (Native)vzip1q_u64((uint64x2_t)a, (uint64x2_t)b);
}
HOB_INLINE Native high_qwords(Native a, Native b) {
  return (Native)vzip2q_u64((uint64x2_t)a, (uint64x2_t)b);
}
#endif

// In every 128-bit lane: four rows of four dwords become four columns.
HOB_INLINE void transpose_quads(Native (&v)[4]) {
  const Native a = low_dwords(v[0], v[1]), b = high_dwords(v[0], v[1]);
  const Native c = low_dwords(v[2], v[3]), d = high_dwords(v[2], v[3]);
  v[0] = low_qwords(a, c);
  v[1] = high_qwords(a, c);
  v[2] = low_qwords(b, d);
  v[3] = high_qwords(b, d);
}

// The 16 bytes at rows[r] + at of 16 rows.
HOB_INLINE void load_transposed4(const std::byte* const* rows, ptrdiff_t at, U32* out) {  // [4]
  for (int p = 0; p < kParts; ++p) {
    Native v[4];
    for (int i = 0; i < 4; ++i) {
      const std::byte* const* row = rows + p * kPartLanes + i;
#if defined(__x86_64__)
      const auto quad = [&](int j) __attribute__((always_inline)) {
        return _mm_loadu_si128((const __m128i*)(row[4 * j] + at));
      };
#endif
#if defined(__AVX512F__)
      v[i] = _mm512_castsi128_si512(quad(0));
      v[i] = _mm512_inserti32x4(v[i], quad(1), 1);
      v[i] = _mm512_inserti32x4(v[i], quad(2), 2);
      v[i] = _mm512_inserti32x4(v[i], quad(3), 3);
#elif defined(__AVX2__)
      v[i] = _mm256_inserti128_si256(_mm256_castsi128_si256(quad(0)), quad(1), 1);
#elif defined(__x86_64__)
      v[i] = quad(0);
#else
      v[i] = (Native)vld1q_u8((const uint8_t*)(*row + at));
#endif
    }
    transpose_quads(v);
    for (int i = 0; i < 4; ++i) out[i].part[p] = (U32n)v[i];
  }
}

// The 32 bytes at rows[r] + at of 16 rows.
HOB_INLINE void load_transposed8(const std::byte* const* rows, ptrdiff_t at, U32* out) {  // [8]
#if defined(__AVX512F__)
  Native top[4], bottom[4];  // rows 0..7 and 8..15
  const auto pair = [=](int r) __attribute__((always_inline)) {
    const __m512i low = _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i*)(rows[r] + at)));
    return _mm512_inserti64x4(low, _mm256_loadu_si256((const __m256i*)(rows[r + 4] + at)), 1);
  };
  for (int i = 0; i < 4; ++i) {
    top[i] = pair(i);
    bottom[i] = pair(8 + i);
  }
  transpose_quads(top);
  transpose_quads(bottom);
  for (int i = 0; i < 4; ++i) {
    out[i].part[0] = (U32n)_mm512_shuffle_i32x4(top[i], bottom[i], 0x88);
    out[i + 4].part[0] = (U32n)_mm512_shuffle_i32x4(top[i], bottom[i], 0xdd);
  }
#else
  load_transposed4(rows, at, out);
  load_transposed4(rows, at + 16, out + 4);
#endif
}

// --- shape of the matrix kernels: groups of 16 rows and columns whose sums stay in registers ---
#if defined(__AVX512F__)
inline constexpr int kTileRows = 2, kTileCols = 6;
#elif defined(__AVX2__) || defined(__aarch64__)
inline constexpr int kTileRows = 1, kTileCols = 3;
#else
inline constexpr int kTileRows = 1, kTileCols = 2;
#endif
// Unpacking with all places of fields as constants is fastest, but four native operations for each
// of ours make more code than the instruction cache and the compiler's patience bear.
inline constexpr bool kUnrollUnpack = kParts <= 2;

}  // namespace
}  // namespace hob::kernel::HOB_ISA
