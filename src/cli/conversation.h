// A conversation with a loaded model: messages so far, one answer at a time, and what each answer
// cost.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/generate.h"
#include "engine/load.h"

namespace hob::cli {

struct ConversationOptions {
  sample::SamplerOptions sampling;
  int64_t max_tokens = -1;
  std::vector<std::string> stops;
  std::string system;
  bool raw = false;  // the text goes to the model as it is, without chat template
};

class Conversation {
 public:
  Conversation(engine::LoadedModel& model, ConversationOptions options);

  // Asks and answers. On an error (the conversation no longer fits, a template refuses) the
  // question is taken back.
  Result<engine::Receipt> ask(const std::string& text,
                              const std::function<void(std::string_view)>& on_text,
                              const std::function<bool()>& interrupted);

  void clear();                              // forgets all but the system prompt
  void set_system(const std::string& text);  // and begins anew
  bool take_back();  // forgets the last question and its answer; false when there is none
  const sample::SamplerOptions& sampling() const { return options_.sampling; }

 private:
  Result<std::vector<int32_t>> prompt_for(const std::string& text);

  engine::LoadedModel& model_;
  ConversationOptions options_;
  std::vector<text::Message> messages_;
};

}  // namespace hob::cli
