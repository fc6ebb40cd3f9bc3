#include "base/platform/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace hob {

Result<MappedFile> MappedFile::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return fail("{}: cannot open: {}", path, std::strerror(errno));
  struct stat info;
  if (::fstat(fd, &info) != 0) {
    const int why = errno;
    ::close(fd);
    return fail("{}: cannot read its size: {}", path, std::strerror(why));
  }
  if (!S_ISREG(info.st_mode)) {
    ::close(fd);
    return fail("{}: is {}, not a file", path, S_ISDIR(info.st_mode) ? "a directory" : "special");
  }
  const size_t size = static_cast<size_t>(info.st_size);
  if (size == 0) {
    ::close(fd);
    return MappedFile();
  }
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
  const int why = errno;
  ::close(fd);
  if (address == MAP_FAILED)
    return fail("{}: cannot map {} bytes: {}", path, size, std::strerror(why));
  return MappedFile({static_cast<const std::byte*>(address), size});
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace hob
