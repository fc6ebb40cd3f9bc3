#include "base/platform/cpu.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/platform/cgroup.h"
#include "base/platform/cpu_topology.h"

namespace hob {
namespace {

constexpr const char* kRoot = "";

// Logical processors that this process may run on; empty where the system does not say.
std::vector<int> allowed_cpus() {
  // The kernel refuses a mask that is smaller than its own.
  for (int n_cpus = 1024; n_cpus <= 1 << 20; n_cpus *= 2) {
    cpu_set_t* set = CPU_ALLOC(n_cpus);
    if (!set) return {};
    const size_t n_bytes = CPU_ALLOC_SIZE(n_cpus);
    CPU_ZERO_S(n_bytes, set);
    const bool good = ::sched_getaffinity(0, n_bytes, set) == 0;
    const bool too_small = !good && errno == EINVAL;
    std::vector<int> cpus;
    for (int cpu = 0; good && cpu < n_cpus; ++cpu)
      if (CPU_ISSET_S(cpu, n_bytes, set)) cpus.push_back(cpu);
    CPU_FREE(set);
    if (!too_small) return cpus;
  }
  return {};
}

}  // namespace

std::string cpu_model_name() {
  if (std::string name = read_cpu_model_name(kRoot); !name.empty()) return name;
  utsname system;
  return ::uname(&system) == 0 ? std::string(system.machine) + " processor" : "unknown processor";
}

int logical_cpus() {
  return std::max(1, static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN)));
}

int usable_cores() {
  const std::vector<int> cpus = allowed_cpus();
  const int cores = cpus.empty() ? logical_cpus() : count_cores(kRoot, cpus);
  return std::max(1, std::min(cores, read_cgroup_limits(kRoot).cpus.value_or(cores)));
}

MemoryLimits memory_limits() {
  const MachineMemory machine = read_machine_memory(kRoot);
  MemoryLimits limits{machine.total_bytes, machine.available_bytes, 0};
  const CgroupLimits group = read_cgroup_limits(kRoot);
  if (group.memory_bytes && (limits.total_bytes == 0 || *group.memory_bytes < limits.total_bytes))
    limits.cgroup_limit_bytes = *group.memory_bytes;
  if (group.memory_available_bytes)
    limits.available_bytes = limits.total_bytes == 0
                                 ? *group.memory_available_bytes
                                 : std::min(limits.available_bytes, *group.memory_available_bytes);
  return limits;
}

uint64_t peak_resident_bytes() {
  rusage usage;
  if (::getrusage(RUSAGE_SELF, &usage) != 0) return 0;
#if defined(__APPLE__)
  return static_cast<uint64_t>(usage.ru_maxrss);
#else
  return static_cast<uint64_t>(usage.ru_maxrss) * 1024;
#endif
}

}  // namespace hob
