// Text-level generation: tokens to UTF-8 text to stop strings to the caller, and a receipt of how
// the answer was made.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "engine/load.h"
#include "sample/stop_matcher.h"
#include "text/tokenizer.h"

namespace hob::engine {

// The text of one answer as its tokens come: never half a code point, nothing of a stop string.
class TextStream {
 public:
  // at_start_of_text: nothing was written before, so a leading space may belong to the tokenizer.
  TextStream(const text::Tokenizer& tokenizer, std::vector<std::string> stops,
             bool at_start_of_text = false);

  std::string push(int32_t token);  // ids outside the vocabulary are no text
  std::string finish();             // what was held back; nothing comes after
  bool stopped() const { return matcher_.stopped(); }
  const std::string& matched() const { return matcher_.matched(); }  // the stop string, or ""

 private:
  int64_t n_vocab_;
  text::StreamDecoder decoder_;
  sample::StopMatcher matcher_;
};

struct GenerateOptions {
  sample::SamplerOptions sampling;
  int64_t max_tokens = -1;                      // -1: until the end of generation or a full context
  std::vector<std::string> stops;               // none of these comes out; the answer ends before
  bool ignore_end_of_generation = false;        // generate on, for benchmarks
  std::function<bool()> interrupted = nullptr;  // asked once a step; true cancels
};

struct Receipt {
  std::string text;
  std::vector<int32_t> tokens;  // as generated, those of a stop string included
  Finish finish = Finish::none;
  std::string stop_string;  // which one, where finish == stop_string
  Timings timings;
};

// Runs one request to its end (others that were submitted to the same engine run along). on_text
// gets the text piece by piece, never empty; false cancels.
Result<Receipt> generate(LoadedModel& model, std::vector<int32_t> prompt,
                         const GenerateOptions& options,
                         const std::function<bool(std::string_view text)>& on_text);

}  // namespace hob::engine
