// The chat on a terminal: a prompt, streamed answers, a few commands that begin with a slash.
#pragma once

#include <string>

#include "cli/conversation.h"

namespace hob::cli {

struct ChatLoopOptions {
  std::string model;
  bool verbose = false;
};

// Returns the exit code when the user leaves (Ctrl+D, /bye).
int chat_loop(Conversation& conversation, const ChatLoopOptions& options);

}  // namespace hob::cli
