// One line from the terminal, with editing and history (libedit).
#pragma once

#include <memory>
#include <string>

namespace hob::cli {

class LineEditor {
 public:
  LineEditor();
  ~LineEditor();

  struct Line {
    std::string text;           // without the newline; "" after Ctrl+C
    bool end_of_input = false;  // Ctrl+D on an empty line
  };
  Line read(const char* prompt);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hob::cli
