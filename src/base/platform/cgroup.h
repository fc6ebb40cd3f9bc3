// What the control groups of this process (Linux containers, systemd slices) leave it: processor
// time and memory. Versions 1 and 2. Sources: the kernel's cgroup-v2.rst, cgroup-v1/memory.rst and
// scheduler/sched-bwc.rst. Not here: affinity (cpuset), which sched_getaffinity tells.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace hob {

struct CgroupLimits {
  std::optional<int> cpus;  // processor seconds a second, rounded up, at least 1
  // The tightest of all groups from the process's own up to the root.
  std::optional<uint64_t> memory_bytes;
  // What may still be allocated before a limit is met. Page cache that the kernel can drop at once
  // counts as free.
  std::optional<uint64_t> memory_available_bytes;
};

// Reads ROOT/proc/self/cgroup and ROOT/sys/fs/cgroup; `root` is "" but in tests. What is missing or
// makes no sense limits nothing.
CgroupLimits read_cgroup_limits(const std::string& root);

}  // namespace hob
