#include "cli/limits_cache.h"

#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "base/platform/atomic_file.h"
#include "base/platform/cpu.h"
#include "cli/read_input.h"

namespace hob::cli {

namespace {

std::string cache_path() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache && *cache) return std::string(cache) + "/hob/limits.json";
  const char* home = std::getenv("HOME");
  return home && *home ? std::string(home) + "/.cache/hob/limits.json" : "";
}

boost::json::object read_cache(const std::string& path) {
  std::error_code wrong;
  if (path.empty() || !std::filesystem::is_regular_file(path, wrong)) return {};
  auto text = read_input(path);
  if (!text) return {};
  boost::system::error_code no_json;
  boost::json::value value = boost::json::parse(*text, no_json);
  return !no_json && value.is_object() ? value.as_object() : boost::json::object{};
}

std::optional<kernel::MachineLimits> parse_limits(const boost::json::value* entry) {
  if (!entry || !entry->is_object()) return std::nullopt;
  const auto number = [&](const char* key) {
    const boost::json::value* v = entry->as_object().if_contains(key);
    return v && v->is_number() ? v->to_number<double>() : 0.0;
  };
  const kernel::MachineLimits limits{number("read"), number("int8"), number("bf16"), number("f32")};
  if (limits.read_bytes_per_second <= 0 || limits.int8_ops_per_second <= 0 ||
      limits.f32_flops_per_second <= 0)
    return std::nullopt;
  return limits;
}

void write_cache(const std::string& path, const boost::json::object& all) {
  std::error_code wrong;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), wrong);
  AtomicFile file;
  const std::string text = boost::json::serialize(all);
  if (!file.open(path) || !file.write(std::as_bytes(std::span(text)))) return;
  static_cast<void>(file.commit().ok());
}

}  // namespace

kernel::MachineLimits cached_limits(const kernel::Kernels& kernels, ThreadPool& threads,
                                    bool recalibrate) {
  const std::string path = cache_path();
  const std::string key =
      fmt::format("{}, {}, {} threads", cpu_model_name(), kernels.isa, threads.size());
  boost::json::object all = read_cache(path);
  if (!recalibrate)
    if (auto limits = parse_limits(all.if_contains(key))) return *limits;
  const kernel::MachineLimits limits = kernel::measure_limits(kernels, threads);
  all[key] = {{"read", limits.read_bytes_per_second},
              {"int8", limits.int8_ops_per_second},
              {"bf16", limits.bf16_flops_per_second},
              {"f32", limits.f32_flops_per_second}};
  if (!path.empty()) write_cache(path, all);
  return limits;
}

}  // namespace hob::cli
