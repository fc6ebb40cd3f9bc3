#include "base/platform/terminal.h"
#include "cli/command.h"

int main(int argc, char** argv) {
  hob::ignore_broken_pipes();
  return hob::cli::run_program(argc, argv);
}
