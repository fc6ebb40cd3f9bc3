// hob explain: the program that a model compiles to, op by op, with times where asked.
#include <cstdio>

#include "cli/command.h"
#include "cli/forward.h"
#include "cli/model_arguments.h"
#include "cli/options.h"
#include "cli/print_json.h"
#include "model/explain.h"

namespace hob::cli {

namespace {

constexpr int64_t kPrefillTokens = 128;
constexpr int64_t kDecodeSteps = 16;

struct ExplainArguments {
  ModelArguments model;
  bool time = false, json = false;
};

// Mean seconds of each op in one forward.
struct OpSeconds {
  std::vector<double> prefill, decode;
};

std::vector<double> means(const backend::Backend& backend) {
  std::vector<double> seconds;
  for (const backend::OpTime& t : backend.op_times())
    seconds.push_back(t.runs > 0 ? t.seconds / static_cast<double>(t.runs) : 0);
  return seconds;
}

Result<OpSeconds> measure(const ExplainArguments& arguments) {
  engine::LoadOptions options = arguments.model.load_options();
  options.text = false;
  options.time_ops = true;
  options.context = kPrefillTokens + kDecodeSteps;
  auto loaded = arguments.model.load(options);
  if (!loaded) return loaded.error();
  Forward forward(*loaded);
  backend::Backend& backend = loaded->engine->backend();
  forward.run(0, kPrefillTokens);  // touches all memory once
  backend.reset_op_times();
  forward.run(0, kPrefillTokens);
  OpSeconds seconds;
  seconds.prefill = means(backend);
  backend.reset_op_times();
  for (int64_t i = 0; i < kDecodeSteps; i++) forward.run(kPrefillTokens + i, 1);
  seconds.decode = means(backend);
  return seconds;
}

struct Rate {
  double ms, gb_per_second, gflop_per_second;
};
Rate rate(const model::OpCost& cost, double seconds) {
  if (seconds <= 0) return {0, 0, 0};
  return {seconds * 1e3, cost.bytes / seconds * 1e-9, cost.flops / seconds * 1e-9};
}

void print_text(const model::Program& program, const OpSeconds* seconds) {
  if (seconds)
    fmt::print("decode at depth {}: ms, GB/s, GFLOP/s | prefill of {} tokens: ms, GB/s, GFLOP/s\n",
               kPrefillTokens, kPrefillTokens);
  double decode_ms = 0, prefill_ms = 0;
  for (size_t i = 0; i < program.ops.size(); i++) {
    if (seconds) {
      const Rate decode =
          rate(model::op_cost(program, program.ops[i], 1, kPrefillTokens), seconds->decode[i]);
      const Rate prefill =
          rate(model::op_cost(program, program.ops[i], kPrefillTokens, 0), seconds->prefill[i]);
      decode_ms += decode.ms;
      prefill_ms += prefill.ms;
      fmt::print("{:8.3f} {:7.1f} {:8.1f} | {:8.3f} {:7.1f} {:8.1f}  ", decode.ms,
                 decode.gb_per_second, decode.gflop_per_second, prefill.ms, prefill.gb_per_second,
                 prefill.gflop_per_second);
    }
    fmt::print("{}\n", model::describe(program, program.ops[i]));
  }
  if (seconds)
    fmt::print("{:8.3f} ms decode | {:8.3f} ms prefill, all ops together\n", decode_ms, prefill_ms);
}

boost::json::value to_json(const model::Program& program, const OpSeconds* seconds) {
  boost::json::array ops;
  for (size_t i = 0; i < program.ops.size(); i++) {
    const model::Op& op = program.ops[i];
    const model::OpCost cost = model::op_cost(program, op, 1, 0);
    boost::json::object entry{{"op", std::string(model::name(op.action))},
                              {"layer", op.layer},
                              {"bytes", cost.bytes},
                              {"flops", cost.flops},
                              {"text", model::describe(program, op)}};
    if (seconds) {
      entry["decode_ms"] = seconds->decode[i] * 1e3;
      entry["prefill_ms"] = seconds->prefill[i] * 1e3;
    }
    ops.push_back(std::move(entry));
  }
  boost::json::object all{{"ops", std::move(ops)}};
  if (seconds) all["prefill_tokens"] = kPrefillTokens;
  return all;
}

Status explain(const ExplainArguments& arguments) {
  auto resolved = store::resolve(arguments.model.name);
  if (!resolved) return resolved.error();
  auto compiled = model::compile(resolved->file);
  if (!compiled) return compiled.error();
  OpSeconds seconds;
  if (arguments.time) {
    auto measured = measure(arguments);
    if (!measured) return measured.error();
    seconds = std::move(*measured);
  }
  const OpSeconds* times = arguments.time ? &seconds : nullptr;
  if (arguments.json) {
    print_json(to_json(compiled->program, times));
    return {};
  }
  print_text(compiled->program, times);
  for (const std::string& name : compiled->ignored) fmt::print(stderr, "not used: {}\n", name);
  return {};
}

}  // namespace

void add_explain(CLI::App& program, int& exit_code) {
  auto arguments = std::make_shared<ExplainArguments>();
  CLI::App* app =
      program.add_subcommand("explain", "Show the program a model compiles to, op by op");
  app->add_option("MODEL", arguments->model.name, "Model file, or 'builtin'")->required();
  add_option(*app, "time", arguments->time);
  add_option(*app, "threads", arguments->model.threads);
  add_option(*app, "isa", arguments->model.isa);
  add_option(*app, "backend", arguments->model.backend);
  add_option(*app, "json", arguments->json);
  app->callback([arguments, &exit_code] {
    if (Status done = explain(*arguments); !done) exit_code = report(done.error());
  });
}

}  // namespace hob::cli
