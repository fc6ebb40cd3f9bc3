// hob doctor: what this machine can do, what hob will use of it, what is wrong and the remedy.
#include <fmt/core.h>

#include <boost/version.hpp>
#include <cstdlib>

#include "base/platform/cpu.h"
#include "cli/command.h"
#include "cli/human.h"
#include "cli/options.h"
#include "cli/print_json.h"
#include "kernel/kernels.h"
#include "store/resolve.h"

namespace hob::cli {

namespace {

std::vector<std::string> feature_names(const CpuFeatures& f) {
  const std::pair<bool, const char*> all[] = {{f.avx2_fma_f16c, "avx2+fma+f16c"},
                                              {f.avx_vnni, "avx-vnni"},
                                              {f.avx512, "avx512"},
                                              {f.avx512_vnni, "avx512-vnni"},
                                              {f.avx512_bf16, "avx512-bf16"},
                                              {f.avx512_vbmi2, "avx512-vbmi2"},
                                              {f.amx_int8, "amx-int8"},
                                              {f.neon, "neon"},
                                              {f.neon_dotprod, "neon-dotprod"},
                                              {f.neon_i8mm, "neon-i8mm"}};
  std::vector<std::string> names;
  for (const auto& [has, name] : all)
    if (has) names.emplace_back(name);
  return names;
}

struct Finding {
  std::string problem, remedy;
};

std::vector<Finding> find_problems(std::string_view isa) {
  std::vector<Finding> findings;
  if (isa == "baseline")
    findings.push_back(
        {"only the baseline kernels run: this processor has no AVX2 (or HOB_ISA forces it); "
         "answers will be slow",
         "unset HOB_ISA, or use a machine with AVX2"});
  else if (const auto best = kernel::available_isas().front(); best != isa)
    findings.push_back(
        {fmt::format("HOB_ISA forces the {} kernels, but {} would run too", isa, best),
         "unset HOB_ISA"});
  const MemoryLimits memory = memory_limits();
  if (memory.available_bytes < (uint64_t{1} << 30))
    findings.push_back(
        {fmt::format("only {} of memory are available", human_bytes(memory.available_bytes)),
         "close other programs, raise the container's limit, or use a smaller model"});
  if (usable_cores() < logical_cpus() / 4)
    findings.push_back(
        {fmt::format("this process may use {} of {} processors", usable_cores(), logical_cpus()),
         "raise the container's CPU quota or the affinity mask if that is not intended"});
  if (auto builtin = store::resolve(store::kBuiltinName); !builtin)
    findings.push_back({builtin.error().message, "build hob with src/store/builtin.gguf in place"});
  return findings;
}

void diagnose(bool json, int& exit_code) {
  auto kernels = kernel::find_kernels("");
  if (!kernels) {
    exit_code = report(kernels.error());
    return;
  }
  const std::string isa((*kernels)->isa);
  const char* forced = std::getenv("HOB_ISA");
  const std::string why =
      forced && *forced ? "HOB_ISA asks for it" : "the best this processor and this build have";
  const MemoryLimits memory = memory_limits();
  const auto isas = kernel::available_isas();
  const auto features = feature_names(cpu_features());
  const auto findings = find_problems(isa);
  const std::string boost_version =
      fmt::format("{}.{}", BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000);
  if (json) {
    boost::json::array problems;
    for (const Finding& f : findings)
      problems.push_back({{"problem", f.problem}, {"remedy", f.remedy}});
    boost::json::array isa_names;
    for (std::string_view name : isas) isa_names.emplace_back(name);
    print_json({{"version", HOB_VERSION},
                {"cpu",
                 {{"model", cpu_model_name()},
                  {"features", boost::json::array(features.begin(), features.end())},
                  {"logical", logical_cpus()},
                  {"usable_cores", usable_cores()}}},
                {"kernels", {{"isa", isa}, {"why", why}, {"available", isa_names}}},
                {"memory",
                 {{"total_bytes", memory.total_bytes},
                  {"available_bytes", memory.available_bytes},
                  {"cgroup_limit_bytes", memory.cgroup_limit_bytes}}},
                {"threads", usable_cores()},
                {"dependencies", {{"boost", boost_version}, {"fmt", FMT_VERSION}}},
                {"problems", problems}});
    return;
  }
  fmt::print("hob {}\n", HOB_VERSION);
  fmt::print("{:<14}{}\n", "processor", cpu_model_name());
  fmt::print("{:<14}{}\n", "features", fmt::join(features, ", "));
  fmt::print("{:<14}{} ({}); this machine runs: {}\n", "kernels", isa, why, fmt::join(isas, ", "));
  fmt::print("{:<14}{} of {} processors\n", "threads", usable_cores(), logical_cpus());
  fmt::print("{:<14}{} available of {}{}\n", "memory", human_bytes(memory.available_bytes),
             human_bytes(memory.total_bytes),
             memory.cgroup_limit_bytes
                 ? ", limited to " + human_bytes(memory.cgroup_limit_bytes) + " by the cgroup"
                 : "");
  fmt::print("{:<14}boost {}, fmt {}\n", "libraries", boost_version, FMT_VERSION);
  for (const Finding& f : findings) fmt::print("problem: {}\n remedy: {}\n", f.problem, f.remedy);
  if (findings.empty()) fmt::print("no problems found\n");
}

}  // namespace

void add_doctor(CLI::App& program, int& exit_code) {
  auto json = std::make_shared<bool>(false);
  CLI::App* app = program.add_subcommand(
      "doctor", "Show what this machine can do, what is wrong and the remedy");
  add_option(*app, "json", *json);
  app->callback([json, &exit_code] { diagnose(*json, exit_code); });
}

}  // namespace hob::cli
