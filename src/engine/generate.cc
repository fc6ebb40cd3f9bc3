// One answer as text. The engine publishes tokens; a stop string may begin in one and end in
// another, so it is found here.
#include "engine/generate.h"

#include <algorithm>
#include <utility>

namespace hob::engine {

TextStream::TextStream(const text::Tokenizer& tokenizer, std::vector<std::string> stops,
                       bool at_start_of_text)
    : n_vocab_(tokenizer.size()),
      decoder_(tokenizer, at_start_of_text),
      matcher_(std::move(stops)) {}

std::string TextStream::push(int32_t token) {
  // Some models have rows in their output that no token belongs to.
  if (token < 0 || token >= n_vocab_) return {};
  return matcher_.push(decoder_.push(token));
}

std::string TextStream::finish() {
  std::string text = matcher_.push(decoder_.finish());
  return text + matcher_.finish();
}

Result<Receipt> generate(LoadedModel& model, std::vector<int32_t> prompt,
                         const GenerateOptions& options,
                         const std::function<bool(std::string_view text)>& on_text) {
  HOB_CHECK(model.tokenizer != nullptr, "generate wants a model loaded with its vocabulary");
  const text::Tokenizer& tokenizer = *model.tokenizer;
  const bool no_text = std::all_of(prompt.begin(), prompt.end(), [&](int32_t token) {
    return token >= 0 && token < tokenizer.size() && tokenizer.piece(token).empty();
  });
  TextStream stream(tokenizer, options.stops, no_text);
  Receipt receipt;
  const auto emit = [&](const std::string& text) {
    receipt.text += text;
    return text.empty() || !on_text || on_text(text);
  };

  Request request;
  request.prompt = std::move(prompt);
  request.max_tokens = options.max_tokens;
  request.sampling = options.sampling;
  if (!options.ignore_end_of_generation) request.stop_tokens = model.stop_tokens;
  request.on_token = [&](int32_t token, Finish finish) {
    if (finish != Finish::none) {
      receipt.finish = finish;
      return false;
    }
    receipt.tokens.push_back(token);
    return emit(stream.push(token)) && !stream.stopped();
  };
  const auto id = model.engine->submit(std::move(request));
  if (!id) return id.error();
  while (receipt.finish == Finish::none) {
    if (options.interrupted && options.interrupted())
      model.engine->cancel(*id);
    else
      model.engine->step();
  }

  if (receipt.finish != Finish::cancelled) emit(stream.finish());
  if (stream.stopped()) {
    receipt.finish = Finish::stop_string;
    receipt.stop_string = stream.matched();
  }
  receipt.timings = model.engine->timings(*id);
  return receipt;
}

}  // namespace hob::engine
