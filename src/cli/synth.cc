// hob synth: a random-weights model file of a known shape, for benchmarks and tests.
#include <cstdio>
#include <filesystem>

#include "cli/command.h"
#include "cli/human.h"
#include "cli/options.h"
#include "cli/print_json.h"
#include "forge/synth.h"

namespace hob::cli {

namespace {

struct SynthArguments {
  std::string spec, out;
  uint64_t seed = 1;
  bool json = false;
};

Status synthesize(const SynthArguments& arguments) {
  auto spec = forge::parse_synth_spec(arguments.spec);
  if (!spec) return spec.error();
  if (Status done = forge::write_synth(*spec, arguments.seed, arguments.out); !done) return done;
  std::error_code unknown;
  const uint64_t n_bytes = std::filesystem::file_size(arguments.out, unknown);
  if (arguments.json)
    print_json({{"file", arguments.out},
                {"architecture", spec->architecture},
                {"size", spec->size},
                {"format", spec->mix},
                {"seed", arguments.seed},
                {"bytes", n_bytes}});
  else
    fmt::print(stderr, "{}: {} of random weights\n", arguments.out, human_bytes(n_bytes));
  return {};
}

}  // namespace

void add_synth(CLI::App& program, int& exit_code) {
  auto arguments = std::make_shared<SynthArguments>();
  CLI::App* app = program.add_subcommand(
      "synth", "Write a random-weights model of a known shape, for benchmarks and tests");
  app->add_option("ARCH[:SIZE][:FORMAT]", arguments->spec, "What to write, such as llama:1b:q4_k_m")
      ->required();
  add_option(*app, "out", arguments->out)->required();
  add_option(*app, "seed", arguments->seed)->default_str("1");
  add_option(*app, "json", arguments->json);
  app->footer(fmt::format("Known shapes: {}", fmt::join(forge::known_synth_shapes(), " ")));
  app->callback([arguments, &exit_code] {
    if (Status done = synthesize(*arguments); !done) exit_code = report(done.error());
  });
}

}  // namespace hob::cli
