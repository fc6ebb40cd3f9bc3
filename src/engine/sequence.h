// Sequence: one request under way: its tokens, its pages, and how far it has been run.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/engine.h"
#include "engine/page_pool.h"
#include "sample/sampler.h"

namespace hob::engine {

struct Sequence {
  Sequence(SequenceId id, Request request)
      : id(id), request(std::move(request)), sampler(this->request.sampling) {
    tokens = this->request.prompt;
    timings.prompt_tokens = static_cast<int64_t>(tokens.size());
  }

  // Room for all that it may become, so that decode allocates nothing.
  void reserve(int64_t context) {
    int64_t n = context;
    if (request.max_tokens >= 0 && request.max_tokens < context - n_tokens())
      n = n_tokens() + request.max_tokens;
    tokens.reserve(n);
    pages.reserve(pages_for(n));
  }

  SequenceId id;  // ascending: a lower id is older, and served first
  Request request;
  sample::Sampler sampler;
  std::vector<int32_t> tokens;  // prompt and answer so far
  std::vector<PageId> pages;    // of positions [0, n_run), and of those planned
  int64_t n_run = 0;            // tokens whose keys and values lie in the pages
  int64_t n_planned = 0;        // tokens of the coming step
  bool running = false;         // false: waits in line, without pages
  bool cancelled = false;
  Finish finish = Finish::none;
  Timings timings;

  int64_t n_tokens() const { return static_cast<int64_t>(tokens.size()); }
  int64_t n_left() const { return n_tokens() - n_run; }
  // Only its newest token is left to run, and that was sampled.
  bool decodes() const { return n_left() == 1 && timings.generated_tokens > 0; }
};

}  // namespace hob::engine
