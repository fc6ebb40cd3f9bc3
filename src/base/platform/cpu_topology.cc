#include "base/platform/cpu_topology.h"

#include <fmt/format.h>

#include <limits>
#include <set>

#include "base/platform/system_file.h"

namespace hob {
namespace {

// The list of a core's logical processors ("0,32" or "0-1") names the core.
std::string core_of(const std::string& root, int cpu) {
  const std::string folder = fmt::format("{}/sys/devices/system/cpu/cpu{}/topology/", root, cpu);
  for (const char* file : {"core_cpus_list", "thread_siblings_list"})
    if (const auto text = read_system_file(folder + file))
      if (const auto list = trimmed(*text); !list.empty()) return std::string(list);
  return fmt::format("cpu{}", cpu);
}

uint64_t kilobytes(std::string_view text, std::string_view name) {
  const uint64_t kb = number_after(text, name).value_or(0);
  return kb > std::numeric_limits<uint64_t>::max() / 1024 ? 0 : kb * 1024;
}

// "model name<tab>: AMD EPYC …"
std::string value_of(std::string_view text, std::string_view name) {
  for (std::string_view line : lines_of(text)) {
    const size_t colon = line.find(':');
    if (colon == line.npos || trimmed(line.substr(0, colon)) != name) continue;
    return std::string(trimmed(line.substr(colon + 1)));
  }
  return "";
}

}  // namespace

int count_cores(const std::string& root, std::span<const int> cpus) {
  std::set<std::string> cores;
  for (int cpu : cpus) cores.insert(core_of(root, cpu));
  return static_cast<int>(cores.size());
}

MachineMemory read_machine_memory(const std::string& root) {
  const auto text = read_system_file(root + "/proc/meminfo");
  if (!text) return {};
  MachineMemory memory{kilobytes(*text, "MemTotal"), kilobytes(*text, "MemAvailable")};
  if (memory.available_bytes == 0) memory.available_bytes = kilobytes(*text, "MemFree");
  if (memory.available_bytes > memory.total_bytes) memory.available_bytes = memory.total_bytes;
  return memory;
}

std::string read_cpu_model_name(const std::string& root) {
  const std::string info = read_system_file(root + "/proc/cpuinfo").value_or("");
  for (const char* name : {"model name", "Model", "Hardware", "Processor"})
    if (std::string value = value_of(info, name); !value.empty()) return value;
  // Ends with a NUL.
  const std::string board = read_system_file(root + "/proc/device-tree/model").value_or("");
  return std::string(trimmed(board.c_str()));
}

}  // namespace hob
