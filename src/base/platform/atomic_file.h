// AtomicFile: a new file that appears under its name only when it is complete and on the disk.
// Until then its bytes are in a temporary file beside it, which is removed when something goes
// wrong.
#pragma once

#include <cstddef>
#include <cstdio>
#include <span>
#include <string>

#include "base/result.h"

namespace hob {

class AtomicFile {
 public:
  AtomicFile() = default;
  ~AtomicFile();  // removes the temporary when commit() did not succeed
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  // A path that exists and is no regular file (a device, a pipe) is written in place: there is
  // nothing to rename over. Errors: the folder is missing or not writable.
  Status open(const std::string& path);
  Status write(std::span<const std::byte> bytes);
  // Flushes to the disk and renames over `path`, replacing what was there. Afterwards nothing is
  // open.
  Status commit();
  void discard();
  bool is_open() const { return file_ != nullptr; }

 private:
  std::string path_, temporary_;  // no temporary: written in place
  std::FILE* file_ = nullptr;
};

}  // namespace hob
