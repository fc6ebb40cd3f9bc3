// hob reference: docs/commands.md, made from the same definitions as --help.
#include <cstdio>

#include "cli/command.h"
#include "cli/options.h"

namespace hob::cli {

namespace {

std::string escape_cell(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

void print_command(const CLI::App& command) {
  fmt::print("## hob {}\n{}.\n\n", command.get_name(), command.get_description());
  fmt::print("| argument | default | |\n|---|---|---|\n");
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_name() == "--help") continue;
    const std::string names =
        option->get_positional() ? option->get_name() : option->get_name(false, true);
    const bool takes_value = option->get_items_expected_max() > 0 && !option->get_positional();
    std::string help = option->get_description();
    if (!option->get_envname().empty())
      help += fmt::format(" (environment: `{}`)", option->get_envname());
    fmt::print("| `{}{}` | {} | {} |\n", names,
               takes_value ? fmt::format(" {}", option->get_type_name()) : "",
               option->get_default_str(), escape_cell(help));
  }
  fmt::print("\n");
}

}  // namespace

void add_reference(CLI::App& program, int&) {
  CLI::App* app =
      program.add_subcommand("reference", "Print the reference of all commands as Markdown");
  app->group("");  // for the documentation, not for --help
  app->callback([&program] {
    fmt::print(
        "# Commands\n\nMade by `hob reference` from the program's own table of options. Every "
        "command has `--help`.\n"
        "Exit codes: 0 done, 1 the file, model or machine is at fault, 2 wrong usage, 130 "
        "interrupted.\n\n");
    for (const CLI::App* command : program.get_subcommands(nullptr))
      if (!command->get_group().empty()) print_command(*command);
  });
}

}  // namespace hob::cli
