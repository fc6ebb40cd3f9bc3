// Result<T>: a value, or one sentence for a human about what the world did wrong (file, network,
// user, memory). Not for our own mistakes: those are HOB_CHECK. Exceptions do not cross a room;
// this does.
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace hob {

struct Error {
  std::string
      message;  // a whole sentence without a final newline: what happened, where, what to try
};

// fail("{}: cannot open: {}", path, why) — formats an Error.
template <class... Args>
[[nodiscard]] Error fail(fmt::format_string<Args...> format, Args&&... args) {
  return Error{fmt::format(format, std::forward<Args>(args)...)};
}

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return (require_ok(), std::get<0>(state_)); }
  const T& value() const& { return (require_ok(), std::get<0>(state_)); }
  T&& value() && { return (require_ok(), std::get<0>(std::move(state_))); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const {
    HOB_CHECK(!ok(), "error() of a good result");
    return std::get<1>(state_);
  }

 private:
  void require_ok() const { HOB_CHECK(ok(), "{}", std::get<1>(state_).message); }

  std::variant<T, Error> state_;
};

// A Result without a value: ok(), or an Error.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)), ok_(false) {}

  bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }
  const Error& error() const {
    HOB_CHECK(!ok_, "error() of a good status");
    return error_;
  }

 private:
  Error error_;
  bool ok_ = true;
};

}  // namespace hob
