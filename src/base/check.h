// HOB_CHECK: for our own mistakes. Aborts with the expression and a message; never reachable by
// user input.
#pragma once

#include <fmt/format.h>

#include <string>

namespace hob {

[[noreturn]] void check_failed(const char* file, int line, const char* expression,
                               std::string message);

}  // namespace hob

#define HOB_CHECK(expression, ...)                                                         \
  do {                                                                                     \
    if (!(expression)) [[unlikely]]                                                        \
      ::hob::check_failed(__FILE__, __LINE__, #expression, ::fmt::format("" __VA_ARGS__)); \
  } while (false)
