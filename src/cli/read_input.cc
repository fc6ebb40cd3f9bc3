#include "cli/read_input.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace hob::cli {

Result<std::string> read_input(const std::string& path) {
  constexpr size_t kMostBytes = size_t{1} << 30;
  const bool from_stdin = path == "-";
  const std::string name = from_stdin ? "stdin" : path;
  std::FILE* file = from_stdin ? stdin : std::fopen(path.c_str(), "rb");
  if (file == nullptr) return fail("{}: cannot open: {}", name, std::strerror(errno));
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> closer(from_stdin ? nullptr : file,
                                                               std::fclose);
  std::string text;
  char buffer[1 << 16];
  errno = 0;
  while (const size_t n = std::fread(buffer, 1, sizeof buffer, file)) {
    text.append(buffer, n);
    if (text.size() > kMostBytes) return fail("{}: is larger than 1 GiB", name);
  }
  if (std::ferror(file))
    return fail("{}: cannot read: {}", name, std::strerror(errno ? errno : EIO));
  return text;
}

}  // namespace hob::cli
