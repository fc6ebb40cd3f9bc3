// cpu_features(): what the processor says of itself and what the operating system saves at a thread
// switch. Sources: Intel SDM vol. 2A (CPUID) and vol. 1 ch. 13 (XCR0); Linux's elf_hwcaps.rst.
#include "base/platform/cpu.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#elif defined(__aarch64__)
#include <sys/auxv.h>
#endif

namespace hob {
namespace {

#if defined(__x86_64__)

struct Leaf {
  unsigned a = 0, b = 0, c = 0, d = 0;
};

Leaf cpuid(unsigned leaf, unsigned subleaf) {
  Leaf out;
  if (!__get_cpuid_count(leaf, subleaf, &out.a, &out.b, &out.c, &out.d)) return {};
  return out;
}

bool has(unsigned bits, int bit) {
  return (bits >> bit) & 1;
}

// The register states that the operating system saves.
uint64_t saved_states() {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return uint64_t{high} << 32 | low;
}

// Linux grants the tile registers to a process that asks for them.
bool tiles_granted() {
#if defined(__linux__)
  constexpr int kRequest = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr int kTileData = 18;
  return ::syscall(SYS_arch_prctl, kRequest, kTileData) == 0;
#else
  return false;
#endif
}

CpuFeatures detect() {
  constexpr uint64_t kYmm = 0x6, kZmm = 0xe6, kTiles = 0x60000;
  CpuFeatures f;
  const Leaf one = cpuid(1, 0), seven = cpuid(7, 0);
  const Leaf seven_one = seven.a >= 1 ? cpuid(7, 1) : Leaf{};
  if (!has(one.c, 27)) return f;  // OSXSAVE
  const uint64_t saved = saved_states();
  const bool ymm = (saved & kYmm) == kYmm && has(one.c, 28);
  const bool zmm = (saved & kZmm) == kZmm;
  f.avx2_fma_f16c = ymm && has(seven.b, 5) && has(one.c, 12) && has(one.c, 29);
  f.avx_vnni = f.avx2_fma_f16c && has(seven_one.a, 4);
  f.avx512 = f.avx2_fma_f16c && zmm && has(seven.b, 16) && has(seven.b, 17) && has(seven.b, 30) &&
             has(seven.b, 31);
  f.avx512_vnni = f.avx512 && has(seven.c, 11);
  f.avx512_vbmi2 = f.avx512 && has(seven.c, 6);
  f.avx512_bf16 = f.avx512 && has(seven_one.a, 5);
  f.amx_int8 = f.avx512 && (saved & kTiles) == kTiles && has(seven.d, 24) && has(seven.d, 25) &&
               tiles_granted();
  return f;
}

#elif defined(__aarch64__)

CpuFeatures detect() {
  constexpr unsigned long kAsimd = 1ul << 1, kAsimdDotProduct = 1ul << 20, kI8mm = 1ul << 13;
  CpuFeatures f;
  const unsigned long first = ::getauxval(AT_HWCAP), second = ::getauxval(AT_HWCAP2);
  f.neon = first & kAsimd;
  f.neon_dotprod = f.neon && (first & kAsimdDotProduct);
  f.neon_i8mm = f.neon && (second & kI8mm);
  return f;
}

#else

CpuFeatures detect() {
  return {};
}

#endif

}  // namespace

const CpuFeatures& cpu_features() {
  static const CpuFeatures features = detect();
  return features;
}

}  // namespace hob
