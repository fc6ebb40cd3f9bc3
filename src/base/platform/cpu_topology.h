// Which logical processors are threads of one core, and what /proc says of processor and memory.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace hob {

// Cores that the logical processors `cpus` belong to, from ROOT/sys/devices/system/cpu. A processor
// of which nothing is known counts as a core of its own.
int count_cores(const std::string& root, std::span<const int> cpus);

struct MachineMemory {
  uint64_t total_bytes = 0;      // 0: unknown
  uint64_t available_bytes = 0;  // without swapping, page cache counted as free
};
MachineMemory read_machine_memory(const std::string& root);  // ROOT/proc/meminfo

// As the maker calls it; "" where nothing says.
std::string read_cpu_model_name(const std::string& root);

}  // namespace hob
