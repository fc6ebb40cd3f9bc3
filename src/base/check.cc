#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace hob {

void check_failed(const char* file, int line, const char* expression, std::string message) {
  std::fprintf(stderr, "hob: internal error at %s:%d: %s %s\n", file, line, expression,
               message.c_str());
  std::abort();
}

}  // namespace hob
