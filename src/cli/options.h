// The one table of options. A flag, its environment variable and its JSON field share one name;
// help texts, the man page and docs/commands.md are made from this table.
#pragma once

#include <CLI/CLI.hpp>
#include <span>
#include <string>
#include <string_view>

namespace hob::cli {

struct OptionInfo {
  std::string_view name;  // "temp": the flag --temp, the variable HOB_TEMP, the JSON field temp
  std::string_view shorthand;  // "t" or ""
  std::string_view metavar;    // "N"; "" for a switch
  std::string_view help;       // one sentence without a full stop
  bool from_environment = false;
};

std::span<const OptionInfo> all_options();
const OptionInfo& option_info(std::string_view name);  // must exist

// Adds the option `name` to a command; `value` holds the default and receives the argument.
template <class T>
CLI::Option* add_option(CLI::App& app, std::string_view name, T& value) {
  const OptionInfo& info = option_info(name);
  std::string flags = "--" + std::string(info.name);
  if (!info.shorthand.empty()) flags = "-" + std::string(info.shorthand) + "," + flags;
  CLI::Option* option;
  if constexpr (std::is_same_v<T, bool>) {
    option = app.add_flag(flags, value, std::string(info.help));
  } else {
    option = app.add_option(flags, value, std::string(info.help));
    option->type_name(std::string(info.metavar));
    // An empty default would print as "[]".
    if constexpr (std::is_arithmetic_v<T>) option->capture_default_str();
  }
  if (info.from_environment) {
    std::string variable = "HOB_";
    for (char c : info.name) variable += c == '-' ? '_' : static_cast<char>(std::toupper(c));
    option->envname(variable);
  }
  return option;
}

}  // namespace hob::cli
