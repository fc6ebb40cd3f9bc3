#include "base/platform/anonymous_memory.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace hob {

Result<AnonymousMemory> AnonymousMemory::reserve(size_t n_bytes) {
  if (n_bytes == 0) return AnonymousMemory();
  void* address = ::mmap(nullptr, n_bytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (address == MAP_FAILED)
    return fail("cannot reserve {} MiB of memory: {}", n_bytes >> 20, std::strerror(errno));
  return AnonymousMemory({static_cast<std::byte*>(address), n_bytes});
}

AnonymousMemory::AnonymousMemory(AnonymousMemory&& other) noexcept
    : bytes_(std::exchange(other.bytes_, {})) {}

AnonymousMemory& AnonymousMemory::operator=(AnonymousMemory&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

AnonymousMemory::~AnonymousMemory() {
  if (!bytes_.empty()) ::munmap(bytes_.data(), bytes_.size());
}

}  // namespace hob
