#include "base/platform/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace hob {
namespace {

// A rename is on the disk only when its folder is. Some file systems cannot do it; the file itself
// is safe by then, so that is no error.
void sync_folder_of(const std::string& path) {
  const auto folder = std::filesystem::absolute(path).parent_path();
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  (void)::fsync(fd);
  ::close(fd);
}

// A device or a pipe: nothing may be renamed over it (as root that would replace /dev/null).
bool is_special(const std::string& path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

}  // namespace

AtomicFile::~AtomicFile() {
  discard();
}

Status AtomicFile::open(const std::string& path) {
  HOB_CHECK(!is_open(), "{} is still open", path_);
  if (is_special(path)) {
    path_ = path;
    temporary_.clear();
    file_ = std::fopen(path.c_str(), "wbe");
    if (file_) return {};
    return fail("{}: cannot write to it: {}", path, std::strerror(errno));
  }
  // Several processes may write the same name: each has its own temporary.
  for (int attempt = 0; attempt < 100; ++attempt) {
    const std::string temporary = fmt::format("{}.partial-{}-{}", path, ::getpid(), attempt);
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0 && errno == EEXIST) continue;
    if (fd < 0) return fail("{}: cannot create it: {}", path, std::strerror(errno));
    path_ = path;
    temporary_ = temporary;
    file_ = ::fdopen(fd, "wb");
    if (file_) return {};
    ::close(fd);
    ::unlink(temporary.c_str());
    return fail("{}: cannot create it: {}", path, std::strerror(errno));
  }
  return fail("{}: cannot create a temporary file beside it; remove {}.partial-*", path, path);
}

Status AtomicFile::write(std::span<const std::byte> bytes) {
  HOB_CHECK(is_open(), "nothing is open");
  if (bytes.empty() || std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size()) return {};
  const int why = errno;
  discard();
  return fail("{}: cannot write {} bytes: {}", path_, bytes.size(), std::strerror(why));
}

Status AtomicFile::commit() {
  HOB_CHECK(is_open(), "nothing is open");
  std::FILE* file = file_;
  const bool in_place = temporary_.empty();
  bool good = std::fflush(file) == 0 && (in_place || ::fsync(::fileno(file)) == 0);
  int why = errno;
  file_ = nullptr;
  if (std::fclose(file) != 0 && good) {
    good = false;
    why = errno;
  }
  if (good && in_place) return {};
  if (good && std::rename(temporary_.c_str(), path_.c_str()) != 0) {
    good = false;
    why = errno;
  }
  if (good) {
    sync_folder_of(path_);
    return {};
  }
  if (!in_place) ::unlink(temporary_.c_str());
  return fail("{}: cannot finish writing it: {}", path_, std::strerror(why));
}

void AtomicFile::discard() {
  if (!is_open()) return;
  std::fclose(file_);
  file_ = nullptr;
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

}  // namespace hob
