// The frame around the commands: parsing, help, and mistakes answered in one sentence.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include "base/edit_distance.h"
#include "cli/command.h"
#include "cli/options.h"

namespace hob::cli {

namespace {

constexpr AddCommand kCommands[] = {add_run,      add_show,     add_tokenize, add_logits,
                                    add_template, add_explain,  add_bench,    add_synth,
                                    add_doctor,   add_reference};

constexpr const char* kFooter =
    "Examples:\n"
    "  hob run                              chat with the built-in model\n"
    "  hob run model.gguf \"Why is the sky blue?\"\n"
    "  hob show model.gguf                  what is in a model file\n"
    "  hob doctor                           what this machine can do\n";

std::string closest(std::string_view word, const std::vector<std::string>& known) {
  std::string best;
  size_t best_distance = 3;  // farther is no misspelling
  for (const std::string& candidate : known) {
    const size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) best_distance = distance, best = candidate;
  }
  return best;
}

std::vector<std::string> names_of_options(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

std::vector<std::string> names_of_commands(const CLI::App& program) {
  std::vector<std::string> names;
  for (const CLI::App* command : program.get_subcommands(nullptr))
    names.push_back(command->get_name());
  return names;
}

// The command that was being parsed when a mistake was found, or the program itself.
const CLI::App& parsed_app(const CLI::App& program) {
  const auto chosen = program.get_subcommands();
  return chosen.empty() ? program : *chosen.front();
}

int usage_mistake(const std::string& where, const std::string& what,
                  const std::string& suggestion) {
  std::fprintf(stderr, "%s: %s%s; see '%s --help'\n", where.c_str(), what.c_str(),
               suggestion.empty() ? "" : (", did you mean '" + suggestion + "'?").c_str(),
               where.c_str());
  return kExitUsage;
}

int explain_mistake(const CLI::App& program, const CLI::ParseError& error,
                    const std::vector<std::string>& arguments) {
  const CLI::App& app = parsed_app(program);
  const std::string where = &app == &program ? "hob" : "hob " + app.get_name();
  const bool is_stray = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
  if (is_stray || dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    // CLI11 reports the stray words together; the first one is what the user should look at.
    const auto extras = app.remaining(true);
    if (!extras.empty()) {
      const std::string& word = extras.front();
      if (word.starts_with("-"))
        return usage_mistake(where, "unknown option '" + word + "'",
                             closest(word.substr(0, word.find('=')), names_of_options(app)));
      if (&app == &program)
        return usage_mistake(where, "unknown command '" + word + "'",
                             closest(word, names_of_commands(program)));
      return usage_mistake(where, "unexpected argument '" + word + "'", "");
    }
  }
  if (arguments.empty()) return usage_mistake(where, "no command given", "");
  std::string what = error.what();
  std::replace(what.begin(), what.end(), '\n', ' ');
  return usage_mistake(where, what, "");
}

}  // namespace

std::span<const AddCommand> all_commands() {
  return kCommands;
}

int report(const Error& error) {
  std::fflush(stdout);
  std::fprintf(stderr, "hob: %s\n", error.message.c_str());
  return kExitFailure;
}

int run_program(int argc, char** argv) {
  int exit_code = 0;
  CLI::App program("hob runs language models on your own machine.", "hob");
  program.set_version_flag("--version", "hob " HOB_VERSION, "Print the version");
  program.set_help_flag("-h,--help", "Print this help");
  program.require_subcommand(1);
  program.footer(kFooter);
  program.get_formatter()->column_width(34);
  for (AddCommand add : kCommands) add(program, exit_code);

  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty()) {
    std::fputs(program.help().c_str(), stdout);
    return kExitUsage;
  }
  try {
    program.parse(argc, argv);
  } catch (const CLI::Success& help) {  // --help, --version
    return program.exit(help);
  } catch (const CLI::ParseError& error) {
    return explain_mistake(program, error, arguments);
  }
  errno = 0;
  if (std::fflush(stdout) != 0 && errno != EPIPE && exit_code == 0)  // `hob … | head` is no mistake
    return report(fail("cannot write to stdout: {}", std::strerror(errno)));
  return exit_code;
}

}  // namespace hob::cli
