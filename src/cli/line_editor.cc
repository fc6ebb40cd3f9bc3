#include "cli/line_editor.h"

#include <histedit.h>

#include <cerrno>
#include <cstdio>

#include "base/platform/terminal.h"

namespace hob::cli {

struct LineEditor::State {
  EditLine* edit = nullptr;
  History* history = nullptr;
  const char* prompt = "";
};

namespace {

char* prompt_of(EditLine* edit) {
  const char** prompt = nullptr;
  el_get(edit, EL_CLIENTDATA, &prompt);
  return const_cast<char*>(*prompt);
}

constexpr int kHistoryLines = 500;

}  // namespace

LineEditor::LineEditor() : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.edit = el_init("hob", stdin, stdout, stderr);
  s.history = history_init();
  HistEvent event;
  history(s.history, &event, H_SETSIZE, kHistoryLines);
  history(s.history, &event, H_SETUNIQUE, 1);
  el_set(s.edit, EL_CLIENTDATA, &s.prompt);
  el_set(s.edit, EL_PROMPT, prompt_of);
  el_set(s.edit, EL_EDITOR, "emacs");
  el_set(s.edit, EL_SIGNAL, 1);
  el_set(s.edit, EL_HIST, history, s.history);
  el_set(s.edit, EL_BIND, "^R", "em-inc-search-prev", nullptr);
}

LineEditor::~LineEditor() {
  history_end(state_->history);
  el_end(state_->edit);
}

LineEditor::Line LineEditor::read(const char* prompt) {
  State& s = *state_;
  s.prompt = prompt;
  InterruptGuard interrupts;
  int length = 0;
  errno = 0;
  const char* line = el_gets(s.edit, &length);
  if (interrupts.interrupted()) {  // Ctrl+C: a fresh line
    std::fputc('\n', stdout);
    el_reset(s.edit);
    return {};
  }
  if (line == nullptr || length <= 0) {
    std::fputc('\n', stdout);
    return {"", true};
  }
  std::string text(line, static_cast<size_t>(length));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (!text.empty()) {
    HistEvent event;
    history(s.history, &event, H_ENTER, text.c_str());
  }
  return {text, false};
}

}  // namespace hob::cli
