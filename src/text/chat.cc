// The variables that a template expects, and the tokens of what it renders. Variables are those of
// Hugging Face's apply_chat_template: tools and documents are there, and none.
#include "text/chat.h"

#include <utility>

namespace hob::text {
namespace {

namespace json = boost::json;

json::object variables(const std::vector<Message>& messages) {
  json::array list;
  for (const Message& message : messages)
    list.push_back(json::object{{"role", message.role}, {"content", message.content}});
  return {{"messages", std::move(list)},
          {"tools", nullptr},
          {"documents", nullptr},
          {"add_generation_prompt", true}};
}

RenderOptions options(const Tokenizer& tokenizer) {
  RenderOptions result;
  if (tokenizer.bos() >= 0) result.trusted["bos_token"] = tokenizer.spelling(tokenizer.bos());
  if (tokenizer.eos() >= 0) result.trusted["eos_token"] = tokenizer.spelling(tokenizer.eos());
  return result;
}

std::vector<Segment> transcript(const std::vector<Message>& messages) {
  std::vector<Segment> segments;
  for (const Message& message : messages)
    segments.push_back({message.role + ": " + message.content + "\n", false});
  segments.push_back({"assistant:", false});
  return segments;
}

}  // namespace

Chat::Chat(const Tokenizer& tokenizer, std::optional<ChatTemplate> chat_template, std::string note)
    : tokenizer_(&tokenizer), template_(std::move(chat_template)), note_(std::move(note)) {}

Result<Chat> Chat::load(const tensor::Metadata& metadata, const Tokenizer& tokenizer) {
  auto source = metadata.string("tokenizer.chat_template");
  if (!source) return source.error();
  if (!*source)
    return Chat(tokenizer, std::nullopt,
                "this model has no chat template; the conversation is given to it as plain "
                "\"role: text\" lines");
  auto parsed = ChatTemplate::parse(**source);
  if (!parsed) return parsed.error();
  return Chat(tokenizer, std::move(*parsed), "");
}

Result<std::vector<Segment>> Chat::segments(const std::vector<Message>& messages) const {
  if (!template_) return transcript(messages);
  return template_->render(variables(messages), options(*tokenizer_));
}

Result<std::vector<Token>> Chat::prompt(const std::vector<Message>& messages) const {
  auto rendered = segments(messages);
  if (!rendered) return rendered.error();
  // Without add_special: an EOS behind the prompt would end the answer before it begins.
  std::vector<Token> tokens = tokenizer_->encode(*rendered, false);
  const Token bos = tokenizer_->bos();
  if (tokenizer_->adds_bos() && bos >= 0 && (tokens.empty() || tokens.front() != bos))
    tokens.insert(tokens.begin(), bos);
  return tokens;
}

}  // namespace hob::text
