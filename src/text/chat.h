// A conversation to prompt tokens, by the model's own template.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "tensor/metadata.h"
#include "text/chat_template.h"
#include "text/tokenizer.h"

namespace hob::text {

struct Message {
  std::string role;  // "system", "user", "assistant"
  std::string content;
};

class Chat {
 public:
  // Reads tokenizer.chat_template; the tokenizer must outlive the Chat. A model without a template
  // gets a plain "role: text" transcript and says so in note(). Error: a template that does not
  // parse, with its line and column.
  static Result<Chat> load(const tensor::Metadata& metadata, const Tokenizer& tokenizer);

  // The prompt up to where the assistant's answer begins: what the template makes of the messages,
  // without tools or documents. Special tokens are read from the template's own text alone. BOS
  // comes first where the vocabulary asks for it, and is never doubled: a template that writes it
  // has said it. Error: what the template says against these messages (a system role, two user
  // messages in a row, …).
  Result<std::vector<Token>> prompt(const std::vector<Message>& messages) const;

  // The same before it is tokens.
  Result<std::vector<Segment>> segments(const std::vector<Message>& messages) const;

  // A warning for the user ("this model has no chat template; …"), or empty.
  const std::string& note() const { return note_; }

 private:
  Chat(const Tokenizer& tokenizer, std::optional<ChatTemplate> chat_template, std::string note);

  const Tokenizer* tokenizer_;
  std::optional<ChatTemplate> template_;
  std::string note_;
};

}  // namespace hob::text
