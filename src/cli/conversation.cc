#include "cli/conversation.h"

namespace hob::cli {

Conversation::Conversation(engine::LoadedModel& model, ConversationOptions options)
    : model_(model), options_(std::move(options)) {
  clear();
}

void Conversation::clear() {
  messages_.clear();
  if (!options_.system.empty()) messages_.push_back({"system", options_.system});
}

void Conversation::set_system(const std::string& text) {
  options_.system = text;
  clear();
}

bool Conversation::take_back() {
  if (messages_.size() < 2 || messages_.back().role != "assistant") return false;
  messages_.resize(messages_.size() - 2);
  return true;
}

Result<std::vector<int32_t>> Conversation::prompt_for(const std::string& text) {
  if (options_.raw) return model_.tokenizer->encode(text);
  return model_.chat->prompt(messages_);
}

Result<engine::Receipt> Conversation::ask(const std::string& text,
                                          const std::function<void(std::string_view)>& on_text,
                                          const std::function<bool()>& interrupted) {
  messages_.push_back({"user", text});
  auto prompt = prompt_for(text);
  if (!prompt) {
    messages_.pop_back();
    return prompt.error();
  }
  engine::GenerateOptions generation;
  generation.sampling = options_.sampling;
  generation.max_tokens = options_.max_tokens;
  generation.stops = options_.stops;
  generation.interrupted = interrupted;
  auto receipt =
      engine::generate(model_, std::move(*prompt), generation, [&](std::string_view piece) {
        on_text(piece);
        return true;
      });
  if (!receipt) {
    messages_.pop_back();
    return receipt.error();
  }
  messages_.push_back({"assistant", receipt->text});
  return receipt;
}

}  // namespace hob::cli
