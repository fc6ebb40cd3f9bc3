// What this machine's processor can do, and how much of it and of the memory this process may use.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hob {

struct CpuFeatures {  // usable ones: both the processor and the operating system support them
  bool avx2_fma_f16c = false, avx_vnni = false, avx512 = false /* F BW DQ VL */,
       avx512_vnni = false, avx512_bf16 = false, avx512_vbmi2 = false, amx_int8 = false,
       neon = false, neon_dotprod = false, neon_i8mm = false;
};
const CpuFeatures& cpu_features();

std::string cpu_model_name();

// Physical cores this process may run on, limited by affinity and by the cgroup's CPU quota; at
// least 1.
int usable_cores();
int logical_cpus();  // of the machine, threads of one core counted each

struct MemoryLimits {
  uint64_t total_bytes;         // of the machine
  uint64_t available_bytes;     // now, within the cgroup's limit; page cache counts as free
  uint64_t cgroup_limit_bytes;  // 0: none that is below total_bytes
};
MemoryLimits memory_limits();

uint64_t peak_resident_bytes();  // of this process so far

}  // namespace hob
