// hob bench: prompt and answer speed of a model, beside what this machine could do at most.
#include <algorithm>
#include <cstdio>

#include "cli/command.h"
#include "cli/forward.h"
#include "cli/human.h"
#include "cli/limits_cache.h"
#include "cli/model_arguments.h"
#include "cli/options.h"
#include "cli/print_json.h"
#include "model/explain.h"

namespace hob::cli {

namespace {

struct BenchArguments {
  ModelArguments model;
  int64_t n_prompt = 512, n_gen = 128, depth = 0;
  int repetitions = 5;
  bool json = false, recalibrate = false;
};

struct Spread {
  double median = 0, low = 0, high = 0;
};
Spread spread(std::vector<double> values) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  const size_t n = values.size();
  return {n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2, values.front(),
          values.back()};
}

// What one forward must do, summed over the program.
model::OpCost total_cost(const model::Program& program, int64_t n_tokens, int64_t depth) {
  model::OpCost total;
  for (const model::Op& op : program.ops) {
    const model::OpCost cost = model::op_cost(program, op, n_tokens, depth);
    total.bytes += cost.bytes;
    total.flops += cost.flops;
  }
  return total;
}

struct Measured {
  Spread prefill_tps, decode_tps, bandwidth;  // tokens/s, tokens/s, bytes/s
  double bytes_per_token = 0, flops_per_prompt_token = 0;
  double prefill_fraction_int8 = 0, prefill_fraction_bf16 = 0, prefill_fraction_f32 = 0,
         decode_fraction = 0;
  uint64_t weight_bytes = 0;
  int n_threads = 1;
  std::string isa;
};

Result<Measured> measure(const BenchArguments& a) {
  engine::LoadOptions options = a.model.load_options();
  options.text = false;
  options.context = std::max<int64_t>(1, a.depth + std::max(a.n_prompt, a.n_gen));
  auto loaded = a.model.load(options);
  if (!loaded) return loaded.error();
  auto kernels = kernel::find_kernels(a.model.isa);
  if (!kernels) return kernels.error();
  ThreadPool threads(loaded->n_threads);
  auto limits = cached_limits(**kernels, threads, a.recalibrate);

  Forward forward(*loaded);
  if (a.depth > 0) forward.run(0, a.depth);
  if (a.n_prompt > 0) forward.run(a.depth, a.n_prompt);  // the first run touches all memory
  std::vector<double> prefill, decode, bandwidth;
  for (int r = 0; r < a.repetitions; r++) {
    if (a.n_prompt > 0)
      prefill.push_back(static_cast<double>(a.n_prompt) / forward.run(a.depth, a.n_prompt));
    if (a.n_gen == 0) continue;
    double seconds = 0;
    for (int64_t i = 0; i < a.n_gen; i++) seconds += forward.run(a.depth + i, 1);
    decode.push_back(static_cast<double>(a.n_gen) / seconds);
    // Bandwidth of shared machines changes from second to second: probe it right after each decode.
    bandwidth.push_back(kernel::measure_read_bandwidth(threads, **kernels, 0.1));
  }

  const model::Program& program = loaded->model->program;
  Measured m;
  m.prefill_tps = spread(prefill);
  m.decode_tps = spread(decode);
  m.bandwidth = spread(bandwidth);
  m.bytes_per_token = total_cost(program, 1, a.depth + a.n_gen / 2).bytes;
  m.flops_per_prompt_token = total_cost(program, std::max<int64_t>(1, a.n_prompt), a.depth).flops /
                             static_cast<double>(std::max<int64_t>(1, a.n_prompt));
  const double prefill_ops = m.prefill_tps.median * m.flops_per_prompt_token;
  m.prefill_fraction_int8 = prefill_ops / limits.int8_ops_per_second;
  if (limits.bf16_flops_per_second > 0)
    m.prefill_fraction_bf16 = prefill_ops / limits.bf16_flops_per_second;
  m.prefill_fraction_f32 = prefill_ops / limits.f32_flops_per_second;
  if (m.bandwidth.median > 0)
    m.decode_fraction = m.decode_tps.median * m.bytes_per_token / m.bandwidth.median;
  m.weight_bytes = loaded->model->file->file_bytes();
  m.n_threads = loaded->n_threads;
  m.isa = (*kernels)->isa;
  return m;
}

void print_text(const BenchArguments& a, const Measured& m) {
  fmt::print("{}: {}, {} threads, {} kernels, {} repetitions\n\n", a.model.name,
             human_bytes(m.weight_bytes), m.n_threads, m.isa, a.repetitions);
  fmt::print(
      "| test | tokens/s | lowest to highest | of this machine's limit |\n|---|---|---|---|\n");
  const std::string at = a.depth > 0 ? fmt::format(" at {}", a.depth) : "";
  if (a.n_prompt > 0)
    fmt::print(
        "| prefill {}{} | {:.1f} | {:.1f} to {:.1f} | {:.1f} % of the int8 peak, {}{:.1f} % of the "
        "f32 peak |\n",
        a.n_prompt, at, m.prefill_tps.median, m.prefill_tps.low, m.prefill_tps.high,
        100 * m.prefill_fraction_int8,
        m.prefill_fraction_bf16 > 0
            ? fmt::format("{:.1f} % of bf16, ", 100 * m.prefill_fraction_bf16)
            : "",
        100 * m.prefill_fraction_f32);
  if (a.n_gen > 0)
    fmt::print(
        "| decode {}{} | {:.1f} | {:.1f} to {:.1f} | {:.1f} % of {:.1f} GB/s read in the same "
        "seconds |\n",
        a.n_gen, at, m.decode_tps.median, m.decode_tps.low, m.decode_tps.high,
        100 * m.decode_fraction, m.bandwidth.median * 1e-9);
  fmt::print("\n{} read per decoded token, {} operations per prompt token\n",
             human_bytes(static_cast<uint64_t>(m.bytes_per_token)),
             human_count(static_cast<uint64_t>(m.flops_per_prompt_token)));
}

boost::json::value to_json(const BenchArguments& a, const Measured& m) {
  return {{"model", a.model.name},
          {"weight_bytes", m.weight_bytes},
          {"threads", m.n_threads},
          {"isa", m.isa},
          {"repetitions", a.repetitions},
          {"n_prompt", a.n_prompt},
          {"n_gen", a.n_gen},
          {"depth", a.depth},
          {"prefill_tps", m.prefill_tps.median},
          {"prefill_tps_low", m.prefill_tps.low},
          {"prefill_tps_high", m.prefill_tps.high},
          {"decode_tps", m.decode_tps.median},
          {"decode_tps_low", m.decode_tps.low},
          {"decode_tps_high", m.decode_tps.high},
          {"bytes_per_token", m.bytes_per_token},
          {"flops_per_prompt_token", m.flops_per_prompt_token},
          {"read_bytes_per_second", m.bandwidth.median},
          {"decode_fraction_of_bandwidth", m.decode_fraction},
          {"prefill_fraction_of_int8_peak", m.prefill_fraction_int8},
          {"prefill_fraction_of_bf16_peak", m.prefill_fraction_bf16},
          {"prefill_fraction_of_f32_peak", m.prefill_fraction_f32}};
}

}  // namespace

void add_bench(CLI::App& program, int& exit_code) {
  auto a = std::make_shared<BenchArguments>();
  CLI::App* app = program.add_subcommand(
      "bench", "Measure prompt and answer speed against this machine's limits");
  app->add_option("MODEL", a->model.name, "Model file, or 'builtin'")->required();
  add_option(*app, "n-prompt", a->n_prompt)->check(CLI::NonNegativeNumber);
  add_option(*app, "n-gen", a->n_gen)->check(CLI::NonNegativeNumber);
  add_option(*app, "depth", a->depth)->check(CLI::NonNegativeNumber);
  add_option(*app, "repetitions", a->repetitions)->check(CLI::PositiveNumber);
  add_option(*app, "threads", a->model.threads);
  add_option(*app, "isa", a->model.isa);
  add_option(*app, "recalibrate", a->recalibrate);
  add_option(*app, "json", a->json);
  app->callback([a, &exit_code] {
    auto measured = measure(*a);
    if (!measured) {
      exit_code = report(measured.error());
      return;
    }
    a->json ? print_json(to_json(*a, *measured)) : print_text(*a, *measured);
  });
}

}  // namespace hob::cli
