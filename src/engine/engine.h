// The engine: sequences over one backend. Each step plans a batch (running answers first, then
// prompt chunks), runs it, samples and publishes. Pages of KV are reference-counted and full pages
// shared between sequences with the same beginning. Single-threaded: one caller drives step(). Not
// here: text, HTTP, threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "base/result.h"
#include "sample/sampler.h"

namespace hob::engine {

using SequenceId = int64_t;

enum class Finish : uint8_t { none, end_of_generation, max_tokens, context_full, cancelled };

struct Request {
  std::vector<int32_t> prompt;  // at least one token
  int64_t max_tokens = -1;      // -1: until the end of generation or a full context
  sample::SamplerOptions sampling;
  std::vector<int32_t>
      stop_tokens;  // end-of-generation tokens; the stopping token is not published
  // Called for each token; false cancels. finish != none comes once, last, with token == -1.
  std::function<bool(int32_t token, Finish finish)> on_token;
};

struct Timings {  // the receipt of one request
  int64_t prompt_tokens = 0, cached_tokens = 0, generated_tokens = 0;
  double prefill_seconds = 0, decode_seconds = 0;
};

struct EngineOptions {
  int64_t context = 4096;       // tokens of one sequence at most
  int64_t prefill_chunk = 512;  // prompt tokens taken in one step at most
  bool prefix_cache = true;
};

class Engine {
 public:
  Engine(std::unique_ptr<backend::Backend> backend, EngineOptions options, int64_t n_vocab);
  ~Engine();

  // Errors: an empty prompt, a token out of range, a prompt that does not fit (names both numbers),
  // no pages left.
  Result<SequenceId> submit(Request request);
  void cancel(SequenceId id);

  // One plan-run-sample-publish round; false when there is nothing to do.
  bool step();
  void run_until_idle() {
    while (step()) {
    }
  }

  const Timings& timings(
      SequenceId id) const;  // valid until the next submit after the request ended
  int64_t free_pages() const;
  backend::Backend& backend();

  // Raw forward: logits of every position of `tokens` (or the last only), handed to on_row as they
  // are made: (position, [vocab]).
  Status logits(std::span<const int32_t> tokens, bool all_positions,
                const std::function<void(int64_t position, std::span<const float> row)>& on_row);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hob::engine
