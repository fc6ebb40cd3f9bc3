// hob run: chat with a model on a terminal, or one answer for a prompt or a pipe.
#include <cstdio>

#include "base/platform/terminal.h"
#include "cli/chat_loop.h"
#include "cli/command.h"
#include "cli/conversation.h"
#include "cli/model_arguments.h"
#include "cli/options.h"
#include "cli/print_json.h"
#include "cli/read_input.h"
#include "cli/receipt.h"
#include "cli/sampling_arguments.h"

namespace hob::cli {

namespace {

constexpr int kWaitForPipeMs = 3000;

struct RunArguments {
  ModelArguments model;
  SamplingArguments sampling;
  ConversationOptions conversation;
  std::vector<std::string> words;
  bool json = false, verbose = false;
};

// The words of the command line, then what comes through a pipe. Empty on a terminal without words:
// a chat.
Result<std::string> whole_prompt(const std::vector<std::string>& words) {
  std::string prompt = fmt::format("{}", fmt::join(words, " "));
  if (stdin_is_terminal()) return prompt;
  if (!prompt.empty() && !stdin_has_input(kWaitForPipeMs)) {
    fmt::print(stderr,
               "hob: stdin is no terminal, but nothing came in {} s: answering without it\n",
               kWaitForPipeMs / 1000);
    return prompt;
  }
  auto piped = read_input("-");
  if (!piped) return piped.error();
  while (!piped->empty() && piped->back() == '\n') piped->pop_back();
  if (prompt.empty()) return piped;
  return piped->empty() ? prompt : prompt + "\n\n" + *piped;
}

int answer_once(Conversation& conversation, const RunArguments& arguments,
                const std::string& prompt) {
  InterruptGuard interrupts;
  std::string text;
  auto receipt = conversation.ask(
      prompt,
      [&](std::string_view piece) {
        if (arguments.json) return;
        std::fwrite(piece.data(), 1, piece.size(), stdout);
        std::fflush(stdout);
      },
      [&] { return interrupts.interrupted() || std::ferror(stdout); });
  if (!receipt) return report(receipt.error());
  if (arguments.json) {
    print_json(receipt_json(*receipt, arguments.model.name, conversation.sampling().seed));
  } else {
    std::fputc('\n', stdout);
    std::fflush(stdout);
    if (const std::string why = early_end(*receipt); !why.empty())
      fmt::print(stderr, "hob: {}\n", why);
    if (arguments.verbose)
      fmt::print(stderr, "{}\n", receipt_line(*receipt, conversation.sampling().seed));
  }
  return interrupts.interrupted() ? 130 : 0;
}

int run(RunArguments& arguments) {
  auto prompt = whole_prompt(arguments.words);
  if (!prompt) return report(prompt.error());
  const bool chat = prompt->empty() && stdin_is_terminal();
  if (prompt->empty() && !chat)
    return report(Error{"run: no prompt: give one as an argument or on stdin"});

  engine::LoadOptions options = arguments.model.load_options();
  options.chat = !arguments.conversation.raw;
  auto loaded = arguments.model.load(options);
  if (!loaded) return report(loaded.error());
  auto sampling = arguments.sampling.resolve(loaded->model->file->metadata());
  if (!sampling) return report(sampling.error());
  arguments.conversation.sampling = *sampling;
  if (arguments.verbose) fmt::print(stderr, "{}\n", loaded_line(*loaded, arguments.model.name));

  Conversation conversation(*loaded, arguments.conversation);
  if (!chat) return answer_once(conversation, arguments, *prompt);
  return chat_loop(conversation, {.model = arguments.model.name, .verbose = arguments.verbose});
}

}  // namespace

void add_run(CLI::App& program, int& exit_code) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* app = program.add_subcommand("run", "Chat with a model, or answer one prompt");
  app->add_option("MODEL", arguments->model.name, "Model file, or 'builtin'")
      ->capture_default_str();
  app->add_option("PROMPT", arguments->words, "Prompt; what comes through a pipe is added");
  arguments->sampling.add_options(*app);
  add_option(*app, "stop", arguments->conversation.stops)->take_all();
  add_option(*app, "max-tokens", arguments->conversation.max_tokens);
  arguments->model.add_options(*app);
  add_option(*app, "raw", arguments->conversation.raw);
  add_option(*app, "system", arguments->conversation.system);
  add_option(*app, "json", arguments->json);
  add_option(*app, "verbose", arguments->verbose);
  app->callback([arguments, &exit_code] { exit_code = run(*arguments); });
}

}  // namespace hob::cli
