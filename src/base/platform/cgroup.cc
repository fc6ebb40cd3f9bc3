#include "base/platform/cgroup.h"

#include <algorithm>
#include <climits>
#include <functional>

#include "base/platform/system_file.h"

namespace hob {
namespace {

template <class T>
void tighten(std::optional<T>& limit, std::optional<T> other) {
  if (other && (!limit || *other < *limit)) limit = other;
}

// Calls visit for each folder of a group from the process's own up to the mount. Inside a container
// the path may be that of the host, whose lower folders are not there: the upper ones still are.
void walk_up(const std::string& mount, std::string_view group,
             const std::function<void(const std::string&)>& visit) {
  // A group outside this namespace shows as /../…: only the mount can be seen.
  if (!group.starts_with('/') || group.find("/..") != std::string_view::npos) group = "/";
  while (group.size() > 1) {
    visit(mount + std::string(group));
    group = group.substr(0, group.rfind('/'));
  }
  visit(mount);
}

std::optional<int> cpus_of(std::optional<uint64_t> quota, std::optional<uint64_t> period) {
  if (!quota || !period || *quota == 0 || *period == 0) return std::nullopt;
  const uint64_t cpus = *quota / *period + (*quota % *period != 0);
  return cpus > INT_MAX ? std::nullopt : std::optional(static_cast<int>(cpus));
}

std::optional<uint64_t> number_in(const std::string& path) {
  const auto text = read_system_file(path);
  return text ? parse_unsigned(trimmed(*text)) : std::nullopt;
}

// "200000 100000" or "max 100000": microseconds in each period.
std::optional<int> cpus_v2(const std::string& folder) {
  const auto text = read_system_file(folder + "/cpu.max");
  if (!text) return std::nullopt;
  const std::string_view line = trimmed(*text);
  const size_t space = line.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  return cpus_of(parse_unsigned(line.substr(0, space)), parse_unsigned(line.substr(space + 1)));
}

std::optional<int> cpus_v1(const std::string& folder) {
  // A quota of -1 is none.
  return cpus_of(number_in(folder + "/cpu.cfs_quota_us"), number_in(folder + "/cpu.cfs_period_us"));
}

struct MemoryFiles {
  std::string_view limit, usage, droppable;
};
constexpr MemoryFiles kMemoryV2{"/memory.max", "/memory.current", "inactive_file"};
constexpr MemoryFiles kMemoryV1{"/memory.limit_in_bytes", "/memory.usage_in_bytes",
                                "total_inactive_file"};

void read_memory(const std::string& folder, const MemoryFiles& names, CgroupLimits& limits) {
  const auto limit = number_in(folder + std::string(names.limit));
  // Version 1 writes "no limit" as the largest multiple of a page.
  if (!limit || *limit >= uint64_t{1} << 62) return;
  tighten(limits.memory_bytes, limit);
  uint64_t used = number_in(folder + std::string(names.usage)).value_or(0);
  if (const auto stat = read_system_file(folder + "/memory.stat"))
    used -= std::min(used, number_after(*stat, names.droppable).value_or(0));
  tighten(limits.memory_available_bytes, std::optional(*limit - std::min(*limit, used)));
}

bool has_controller(std::string_view list, std::string_view controller) {
  while (!list.empty()) {
    const size_t comma = list.find(',');
    if (list.substr(0, comma) == controller) return true;
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return false;
}

}  // namespace

CgroupLimits read_cgroup_limits(const std::string& root) {
  CgroupLimits limits;
  const auto groups = read_system_file(root + "/proc/self/cgroup");
  if (!groups) return limits;
  const std::string base = root + "/sys/fs/cgroup";
  // Each line: "hierarchy:controllers:group"; version 2 has no controllers.
  for (std::string_view line : lines_of(*groups)) {
    const size_t first = line.find(':');
    const size_t second = first == line.npos ? line.npos : line.find(':', first + 1);
    if (second == line.npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    const std::string_view group = line.substr(second + 1);
    if (controllers.empty()) {
      for (const std::string& mount : {base, base + "/unified"})
        walk_up(mount, group, [&](const std::string& folder) {
          tighten(limits.cpus, cpus_v2(folder));
          read_memory(folder, kMemoryV2, limits);
        });
    }
    if (has_controller(controllers, "cpu"))
      for (const std::string& mount : {base + "/" + std::string(controllers), base + "/cpu"})
        walk_up(mount, group,
                [&](const std::string& folder) { tighten(limits.cpus, cpus_v1(folder)); });
    if (has_controller(controllers, "memory"))
      walk_up(base + "/memory", group,
              [&](const std::string& folder) { read_memory(folder, kMemoryV1, limits); });
  }
  return limits;
}

}  // namespace hob
