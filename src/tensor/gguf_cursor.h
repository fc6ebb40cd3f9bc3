// GgufCursor: a cursor over a GGUF file's bytes whose failures are sentences that name the file,
// the field and the numbers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/byte_reader.h"
#include "base/result.h"

namespace hob::tensor {

inline constexpr std::string_view kDamaged = "it is truncated or damaged, download it again";

class GgufCursor {
 public:
  // `file`, for errors, outlives the cursor, as the bytes do.
  GgufCursor(std::span<const std::byte> bytes, const std::string& file)
      : bytes_(bytes), file_(file), in_(bytes) {}

  std::span<const std::byte> bytes() const { return bytes_; }  // all of the file
  uint64_t position() const { return in_.position(); }
  uint64_t remaining() const { return in_.remaining(); }

  template <class... Args>
  Error refuse(fmt::format_string<Args...> format, Args&&... args) const {
    return fail("{}: {}", file_, fmt::format(format, std::forward<Args>(args)...));
  }

  // `what()` makes the words for an error; it costs nothing while all is well.
  template <class T, class What>
  Result<T> number(What what) {
    const auto value = in_.number<T>();
    if (!value) return too_short(what(), sizeof(T));
    return *value;
  }

  template <class What>
  Result<std::span<const std::byte>> take(uint64_t n, What what) {
    const auto taken = in_.take(n);
    if (!taken) return too_short(what(), n);
    return *taken;
  }

  template <class What>
  Result<std::string_view> string(What what) {
    const auto length = number<uint64_t>(what);
    if (!length.ok()) return length.error();
    const auto text = take(*length, what);
    if (!text.ok()) return text.error();
    return as_text(*text);
  }

 private:
  Error too_short(std::string_view what, uint64_t n) const {
    return refuse("{} needs {} bytes at byte {}, but the file has {} bytes; {}", what, n,
                  position(), bytes_.size(), kDamaged);
  }

  std::span<const std::byte> bytes_;
  const std::string& file_;
  ByteReader in_;
};

}  // namespace hob::tensor
