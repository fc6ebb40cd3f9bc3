// The engine: sequences over one backend. Each step plans a batch (running answers first, then
// prompt chunks), runs it, samples and publishes. Pages of KV are reference-counted and full pages
// shared between sequences with the same beginning. Single-threaded: one caller drives step(). Not
// here: text, HTTP, threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "backend/backend.h"
#include "base/result.h"
#include "sample/sampler.h"

namespace hob::engine {

using SequenceId = int64_t;

// Why an answer ended. The engine itself never says stop_string: see generate.h.
enum class Finish : uint8_t {
  none,
  end_of_generation,
  max_tokens,
  context_full,
  cancelled,
  stop_string
};
std::string_view name(Finish finish);  // "max_tokens"

struct Request {
  std::vector<int32_t> prompt;  // at least one token
  int64_t max_tokens = -1;      // -1: until the end of generation or a full context
  sample::SamplerOptions sampling;
  // End-of-generation tokens; the stopping token is not published.
  std::vector<int32_t> stop_tokens;
  // Called for each token; false cancels. finish != none comes once, last, with token == -1. It may
  // call submit, cancel and timings.
  std::function<bool(int32_t token, Finish finish)> on_token;
};

struct Timings {              // the receipt of one request
  int64_t prompt_tokens = 0;  // all of the prompt
  int64_t cached_tokens = 0;  // of those, how many were found in the prefix cache
  int64_t generated_tokens = 0;
  int64_t decode_steps = 0;  // the first token comes with the prompt: mostly generated_tokens - 1
  int64_t preemptions = 0;   // how often it gave its pages to older requests and began anew
  // Duration of the steps that had tokens of this request; other requests in the same steps count.
  double prefill_seconds = 0, decode_seconds = 0;
};

struct EngineOptions {
  int64_t context = 4096;       // tokens of one sequence at most, the answer included
  int64_t prefill_chunk = 512;  // prompt tokens taken in one step at most, all sequences together
  int64_t max_batch = 512;      // as in BackendOptions
  int64_t max_sequences = 64;   // that run at the same time; more wait in line
  bool prefix_cache = true;
};

class Engine {
 public:
  Engine(std::unique_ptr<backend::Backend> backend, EngineOptions options, int64_t n_vocab);
  ~Engine();

  // The request runs, or waits in line for pages. Errors: an empty prompt, a token out of range, a
  // prompt that does not fit (names both numbers), sampling options out of range.
  Result<SequenceId> submit(Request request);

  // Ends a request with Finish::cancelled, at once or, inside on_token, when the step ends. Unknown
  // and ended ids are ignored.
  void cancel(SequenceId id);

  // One plan-run-sample-publish round; false when there is nothing to do.
  bool step();
  void run_until_idle() {
    while (step()) {
    }
  }

  // Of a running request, or of an ended one: inside its last on_token, and after that until the
  // next submit.
  const Timings& timings(SequenceId id) const;

  int64_t context() const;  // what options say, or less where the backend has fewer pages
  int64_t free_pages() const;
  int64_t cached_pages() const;  // kept by the prefix cache, given up when pages run out
  void drop_prefix_cache();
  backend::Backend& backend();

  // Raw forward: logits of every position of `tokens` (or the last only), handed to on_row as they
  // are made: (position, [vocab]). Takes nothing from the prefix cache and leaves nothing there.
  // Errors: as submit; fewer pages free than the tokens need.
  Status logits(std::span<const int32_t> tokens, bool all_positions,
                const std::function<void(int64_t position, std::span<const float> row)>& on_row);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hob::engine
