// Whole inputs of a command: a file, or stdin.
#pragma once

#include <string>

#include "base/result.h"

namespace hob::cli {

// "-" is stdin. Refuses more than 1 GiB.
Result<std::string> read_input(const std::string& path);

}  // namespace hob::cli
