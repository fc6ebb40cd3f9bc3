// A command of hob: one file each, which adds its subcommand to the program and runs it.
#pragma once

#include <CLI/CLI.hpp>
#include <span>
#include <string_view>

#include "base/result.h"

namespace hob::cli {

// Exit codes: 0 done, 1 the world's fault (file, model, memory), 2 wrong usage, 130 interrupted.
inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 2;

// A command adds its options to `app` and sets app's callback, which stores the exit code.
using AddCommand = void (*)(CLI::App& program, int& exit_code);

std::span<const AddCommand> all_commands();

void add_run(CLI::App& program, int& exit_code);
void add_show(CLI::App& program, int& exit_code);
void add_tokenize(CLI::App& program, int& exit_code);
void add_logits(CLI::App& program, int& exit_code);
void add_template(CLI::App& program, int& exit_code);
void add_explain(CLI::App& program, int& exit_code);
void add_bench(CLI::App& program, int& exit_code);
void add_synth(CLI::App& program, int& exit_code);
void add_doctor(CLI::App& program, int& exit_code);
void add_reference(CLI::App& program, int& exit_code);

// Prints "hob: …" to stderr and returns kExitFailure.
int report(const Error& error);

// The whole program: parses the arguments, runs one command, returns the exit code.
int run_program(int argc, char** argv);

}  // namespace hob::cli
