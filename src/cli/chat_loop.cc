#include "cli/chat_loop.h"

#include <cstdio>
#include <optional>

#include "base/platform/terminal.h"
#include "cli/line_editor.h"
#include "cli/receipt.h"

namespace hob::cli {

namespace {

constexpr const char* kHelp =
    "  /help          this list\n"
    "  /clear         forget the conversation\n"
    "  /undo          forget the last question and its answer\n"
    "  /system TEXT   set the system prompt and begin anew\n"
    "  /verbose       show or hide the timings of each answer\n"
    "  /bye           leave (also Ctrl+D)\n"
    "  \"\"\"            begins and ends a text of several lines\n"
    "Ctrl+C stops an answer; at the prompt it clears the line.\n";

// Reads lines until the closing """; nullopt at the end of input.
std::optional<std::string> read_block(LineEditor& editor, std::string text) {
  while (true) {
    if (text.size() >= 3 && text.ends_with("\"\"\"")) return text.substr(0, text.size() - 3);
    const auto line = editor.read("... ");
    if (line.end_of_input) return std::nullopt;
    text += (text.empty() ? "" : "\n") + line.text;
  }
}

void answer(Conversation& conversation, const std::string& text, bool verbose) {
  InterruptGuard interrupts;
  auto receipt = conversation.ask(
      text,
      [](std::string_view piece) {
        std::fwrite(piece.data(), 1, piece.size(), stdout);
        std::fflush(stdout);
      },
      [&] { return interrupts.interrupted(); });
  std::fputs("\n\n", stdout);
  std::fflush(stdout);
  if (!receipt) {
    fmt::print(stderr, "hob: {}\n", receipt.error().message);
    return;
  }
  if (const std::string why = early_end(*receipt); !why.empty())
    fmt::print(stderr, "hob: {}\n", why);
  if (verbose) fmt::print(stderr, "{}\n\n", receipt_line(*receipt, conversation.sampling().seed));
}

// False when the user wants to leave.
bool obey(const std::string& line, Conversation& conversation, bool& verbose) {
  const std::string command = line.substr(0, line.find(' '));
  const std::string rest = command.size() < line.size() ? line.substr(command.size() + 1) : "";
  if (command == "/bye" || command == "/exit" || command == "/quit") return false;
  if (command == "/help" || command == "/?") {
    std::fputs(kHelp, stdout);
  } else if (command == "/clear") {
    conversation.clear();
    fmt::print("forgotten\n");
  } else if (command == "/undo") {
    fmt::print("{}\n", conversation.take_back() ? "the last question is forgotten"
                                                : "there is nothing to forget");
  } else if (command == "/system") {
    conversation.set_system(rest);
    fmt::print("{}\n", rest.empty() ? "no system prompt; the conversation begins anew"
                                    : "set; the conversation begins anew");
  } else if (command == "/verbose") {
    verbose = !verbose;
    fmt::print("timings are {}\n", verbose ? "shown" : "hidden");
  } else {
    fmt::print("no command '{}'; /help lists them\n", command);
  }
  return true;
}

}  // namespace

int chat_loop(Conversation& conversation, const ChatLoopOptions& options) {
  bool verbose = options.verbose;
  LineEditor editor;
  fmt::print("{}: /help lists commands, Ctrl+D leaves\n", options.model);
  while (true) {
    auto line = editor.read(">>> ");
    if (line.end_of_input) break;
    std::string text = line.text;
    if (text.starts_with("\"\"\"")) {
      auto block = read_block(editor, text.substr(3));
      if (!block) break;
      text = *block;
    } else if (text.starts_with("/")) {
      if (!obey(text, conversation, verbose)) break;
      continue;
    }
    if (text.find_first_not_of(" \t\n") == std::string::npos) continue;
    answer(conversation, text, verbose);
  }
  return 0;
}

}  // namespace hob::cli
