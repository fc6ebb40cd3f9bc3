// What a template may use up: steps, bytes and depth. Also the exception with which the interpreter
// stops; it never leaves the jinja folder.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace hob::text {

struct TemplateLimits {
  int64_t max_steps = 10'000'000;       // evaluated nodes; long texts and lists count by their size
  int64_t max_output_bytes = 64 << 20;  // of the result, and of any one string on the way
  int max_depth = 200;  // nesting of the source; run-time nesting may be 5 times that
};

namespace jinja {

struct TemplateError {
  std::string message;
  bool raised = false;      // by the template itself, with raise_exception
  bool has_offset = false;  // the parser knows the place; the interpreter adds it later
  size_t offset = 0;
};

template <class... Args>
[[noreturn]] void stop(fmt::format_string<Args...> format, Args&&... args) {
  throw TemplateError{fmt::format(format, std::forward<Args>(args)...), false, false, 0};
}

class Budget {
 public:
  explicit Budget(const TemplateLimits& limits)
      : limits_(limits), steps_left_(limits.max_steps), depth_left_(5 * limits.max_depth) {}

  void charge(uint64_t steps = 1) {
    if (steps > static_cast<uint64_t>(steps_left_))
      stop("it takes more than {} steps, so it was stopped", limits_.max_steps);
    steps_left_ -= static_cast<int64_t>(steps);
  }
  // A string of this size is about to be made.
  void charge_bytes(uint64_t bytes) {
    if (bytes > static_cast<uint64_t>(limits_.max_output_bytes))
      stop("a text grows beyond {} bytes", limits_.max_output_bytes);
    charge(bytes / 64);
  }
  void charge_scan(uint64_t bytes) { charge(bytes / 256); }

  // One level deeper for as long as the guard lives.
  class Deeper {
   public:
    explicit Deeper(Budget& budget) : budget_(budget) {
      if (budget_.depth_left_ <= 0)
        stop("it nests more than {} levels deep", 5 * budget_.limits_.max_depth);
      --budget_.depth_left_;
    }
    ~Deeper() { ++budget_.depth_left_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;

   private:
    Budget& budget_;
  };

  int64_t max_text_bytes() const { return limits_.max_output_bytes; }

 private:
  TemplateLimits limits_;
  int64_t steps_left_;
  int depth_left_;
};

}  // namespace jinja
}  // namespace hob::text
