// Containers, old and new, as folders of small files; and this machine itself.
#include "base/platform/cpu.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <numeric>

#include "base/platform/cgroup.h"
#include "base/platform/cpu_topology.h"
#include "base/platform/system_file.h"

namespace hob {
namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

class FakeSystem : public testing::Test {
 protected:
  void SetUp() override {
    root_ = testing::TempDir() + "fake-system-" +
            testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(root_);
  }
  void TearDown() override { fs::remove_all(root_); }
  void write(const std::string& path, std::string_view text) {
    fs::create_directories(fs::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
  }
  CgroupLimits limits() { return read_cgroup_limits(root_); }

  std::string root_;
};

constexpr uint64_t kGiB = uint64_t{1} << 30;

TEST_F(FakeSystem, VersionTwoContainerWithTwoCpus) {
  write("/proc/self/cgroup", "0::/\n");
  write("/sys/fs/cgroup/cpu.max", "200000 100000\n");
  write("/sys/fs/cgroup/memory.max", "4294967296\n");
  write("/sys/fs/cgroup/memory.current", "3221225472\n");
  write("/sys/fs/cgroup/memory.stat",
        "anon 1073741824\nfile 2147483648\ninactive_file 2147483648\n");
  EXPECT_EQ(limits().cpus, 2);
  EXPECT_EQ(limits().memory_bytes, 4 * kGiB);
  EXPECT_EQ(limits().memory_available_bytes, 3 * kGiB);
}

TEST_F(FakeSystem, VersionTwoTakesTheTightestOfAllLevels) {
  write("/proc/self/cgroup", "0::/outer.slice/inner.scope\n");
  write("/sys/fs/cgroup/outer.slice/cpu.max", "150000 100000\n");  // 1.5, rounded up
  write("/sys/fs/cgroup/outer.slice/memory.max", "max\n");
  write("/sys/fs/cgroup/outer.slice/inner.scope/cpu.max", "800000 100000\n");
  write("/sys/fs/cgroup/outer.slice/inner.scope/memory.max", "1073741824\n");
  write("/sys/fs/cgroup/outer.slice/inner.scope/memory.current", "9999999999\n");
  EXPECT_EQ(limits().cpus, 2);
  EXPECT_EQ(limits().memory_bytes, kGiB);
  EXPECT_EQ(limits().memory_available_bytes, 0u);  // used more than the limit: nothing, not a wrap
}

TEST_F(FakeSystem, VersionOneContainerWithTwoCpus) {
  write(
      "/proc/self/cgroup",
      "12:pids:/docker/abc\n5:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/x\n");
  // Inside the container the host's path is not there; the mount itself is the group.
  write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "200000\n");
  write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "2147483648\n");
  write("/sys/fs/cgroup/memory/memory.usage_in_bytes", "1610612736\n");
  write("/sys/fs/cgroup/memory/memory.stat", "inactive_file 1\ntotal_inactive_file 536870912\n");
  EXPECT_EQ(limits().cpus, 2);
  EXPECT_EQ(limits().memory_bytes, 2 * kGiB);
  EXPECT_EQ(limits().memory_available_bytes, kGiB);
}

TEST_F(FakeSystem, VersionOneWithoutLimits) {
  write("/proc/self/cgroup", "5:memory:/\n4:cpuacct,cpu:/\n");
  write("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  write("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_FALSE(limits().cpus);
  EXPECT_FALSE(limits().memory_bytes);
  EXPECT_FALSE(limits().memory_available_bytes);
}

TEST_F(FakeSystem, VersionOneInAGroupOfItsOwn) {
  write("/proc/self/cgroup", "4:cpuset,cpu:/a/b\n");
  write("/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "10000\n");  // a tenth: still one thread
  write("/sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(limits().cpus, 1);
}

TEST_F(FakeSystem, NoCgroupAtAll) {
  EXPECT_FALSE(limits().cpus);
  EXPECT_FALSE(limits().memory_bytes);
}

TEST_F(FakeSystem, NonsenseLimitsNothing) {
  write("/proc/self/cgroup", "\0\xff\n:::\n0\n0::relative\n0::/../..\n:cpu\n"sv);
  for (const char* text : {"", "\n", "max", "0 0", "200000 0", "0 100000", "-5 100000", "1 2 3",
                           "99999999999999999999999 1", "18446744073709551615 1", "cheese wedge"}) {
    write("/sys/fs/cgroup/cpu.max", text);
    EXPECT_FALSE(limits().cpus) << text;
  }
  for (const char* text : {"", "max", "-1", "1e9", "99999999999999999999999"}) {
    write("/sys/fs/cgroup/memory.max", text);
    EXPECT_FALSE(limits().memory_bytes) << text;
  }
  // More cache than use, or a use that is no number, does not wrap either.
  write("/sys/fs/cgroup/memory.max", "1000");
  write("/sys/fs/cgroup/memory.current", "many");
  write("/sys/fs/cgroup/memory.stat", "inactive_file 5000\n");
  EXPECT_EQ(limits().memory_available_bytes, 1000u);
}

TEST_F(FakeSystem, ThreadsOfOneCoreCountOnce) {
  for (int cpu = 0; cpu < 64; ++cpu)
    write("/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list",
          std::to_string(cpu % 32) + "," + std::to_string(cpu % 32 + 32) + "\n");
  std::vector<int> all(64);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(count_cores(root_, all), 32);
  EXPECT_EQ(count_cores(root_, std::vector{3, 35}), 1);
  EXPECT_EQ(count_cores(root_, std::vector{3, 36}), 2);
  // Newer kernels have a better file, which wins; processors of which nothing is known are cores.
  write("/sys/devices/system/cpu/cpu3/topology/core_cpus_list", "3\n");
  EXPECT_EQ(count_cores(root_, std::vector{3, 35}), 2);
  EXPECT_EQ(count_cores(root_, std::vector{100, 101}), 2);
}

TEST_F(FakeSystem, MachineMemory) {
  write("/proc/meminfo", "MemTotal:        2048 kB\nMemFree:   100 kB\nMemAvailable:    1024 kB\n");
  EXPECT_EQ(read_machine_memory(root_).total_bytes, 2048u * 1024);
  EXPECT_EQ(read_machine_memory(root_).available_bytes, 1024u * 1024);
  write("/proc/meminfo", "MemTotal: 2048 kB\nMemFree: 100 kB\n");
  EXPECT_EQ(read_machine_memory(root_).available_bytes, 100u * 1024);
  write("/proc/meminfo", "MemTotal: lots\nMemAvailable: 18446744073709551615 kB\n");
  EXPECT_EQ(read_machine_memory(root_).total_bytes, 0u);
  EXPECT_EQ(read_machine_memory(root_).available_bytes, 0u);
}

TEST_F(FakeSystem, ModelName) {
  EXPECT_EQ(read_cpu_model_name(root_), "");
  write("/proc/device-tree/model", "Some Board\0"sv);
  EXPECT_EQ(read_cpu_model_name(root_), "Some Board");
  write("/proc/cpuinfo", "processor\t: 0\nmodel\t\t: 17\nmodel name\t: Fast Chip 9\n");
  EXPECT_EQ(read_cpu_model_name(root_), "Fast Chip 9");
}

TEST(SystemFile, NumbersAfterNames) {
  constexpr std::string_view kText = "file 1\ninactive_file 22\nfile_dirty 3\nMem: 4 kB\n";
  EXPECT_EQ(number_after(kText, "file"), 1u);
  EXPECT_EQ(number_after(kText, "file_dirty"), 3u);
  EXPECT_EQ(number_after(kText, "Mem"), 4u);
  EXPECT_FALSE(number_after(kText, "inactive"));
  EXPECT_FALSE(parse_unsigned("+1"));
  EXPECT_FALSE(parse_unsigned(""));
  EXPECT_FALSE(parse_unsigned("1 "));
}

TEST(Cpu, ThisMachineMakesSense) {
  EXPECT_GE(usable_cores(), 1);
  EXPECT_GE(logical_cpus(), usable_cores());
  EXPECT_FALSE(cpu_model_name().empty());
  const MemoryLimits memory = memory_limits();
  EXPECT_GT(memory.total_bytes, uint64_t{64} << 20);
  EXPECT_LE(memory.available_bytes, memory.total_bytes);
  EXPECT_LT(memory.cgroup_limit_bytes, memory.total_bytes);
  EXPECT_GT(peak_resident_bytes(), uint64_t{100} << 10);
  EXPECT_LT(peak_resident_bytes(), uint64_t{1} << 40);
}

TEST(Cpu, FeaturesAgreeWithTheCompiler) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const CpuFeatures& f = cpu_features();
  EXPECT_EQ(f.avx2_fma_f16c, __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"));
  EXPECT_EQ(f.avx512, __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"));
  EXPECT_EQ(f.avx512_vnni, f.avx512 && __builtin_cpu_supports("avx512vnni"));
  EXPECT_EQ(f.avx512_bf16, f.avx512 && __builtin_cpu_supports("avx512bf16"));
  EXPECT_EQ(f.avx512_vbmi2, f.avx512 && __builtin_cpu_supports("avx512vbmi2"));
  EXPECT_FALSE(f.neon);
#elif defined(__aarch64__)
  EXPECT_TRUE(cpu_features().neon);
  EXPECT_FALSE(cpu_features().avx2_fma_f16c);
#else
  GTEST_SKIP() << "no features are known for this processor";
#endif
}

}  // namespace
}  // namespace hob
