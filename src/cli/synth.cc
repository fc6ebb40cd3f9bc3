// hob synth: a random-weights model file of a known shape, for benchmarks and tests.

#include "forge/synth.h"
#include "cli/command.h"
#include "cli/options.h"

namespace hob::cli {

void add_synth(CLI::App& program, int& exit_code) {
  struct Options {
    std::string spec, out;
    uint64_t seed = 1;
  };
  auto options = std::make_shared<Options>();
  CLI::App* app = program.add_subcommand(
      "synth", "Write a random-weights model of a known shape, for benchmarks and tests");
  app->add_option("ARCH[:SIZE][:FORMAT]", options->spec, "What to write, such as llama:1b:q4_k_m")
      ->required();
  add_option(*app, "out", options->out)->required();
  add_option(*app, "seed", options->seed);
  app->footer(fmt::format("Known shapes: {}", fmt::join(forge::known_synth_shapes(), " ")));
  app->callback([options, &exit_code] {
    auto spec = forge::parse_synth_spec(options->spec);
    if (!spec) {
      exit_code = report(spec.error());
      return;
    }
    if (Status done = forge::write_synth(*spec, options->seed, options->out); !done)
      exit_code = report(done.error());
  });
}

}  // namespace hob::cli
