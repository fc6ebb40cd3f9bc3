// What the process is attached to: terminals or pipes, and Ctrl+C.
#pragma once

namespace hob {

bool stdin_is_terminal();
bool stdout_is_terminal();
bool stderr_is_terminal();
// Whether stdin has bytes to read or has ended, waiting at most `milliseconds`.
bool stdin_has_input(int milliseconds);

int terminal_columns();  // of stdout; 80 where it is no terminal

// While it lives, Ctrl+C (SIGINT) sets a flag instead of ending the process. A second Ctrl+C before
// the first was seen ends it.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  bool interrupted() const;
  void reset();
};

// A closed pipe (`hob … | head`) becomes a write error instead of killing the process without a
// word.
void ignore_broken_pipes();

}  // namespace hob
