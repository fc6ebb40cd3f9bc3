// The engine's round: plan, run, sample, publish. What may run is the scheduler's business, which
// pages hold it the book's.
#include "engine/engine.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <utility>

#include "base/check.h"
#include "engine/kv_book.h"
#include "engine/scheduler.h"
#include "engine/sequence.h"

namespace hob::engine {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

EngineOptions within_backend(EngineOptions options, const backend::Backend& backend) {
  HOB_CHECK(options.context > 0 && options.prefill_chunk > 0 && options.max_batch > 0 &&
            options.max_sequences > 0 && backend.n_pages() > 0);
  options.context = std::min(options.context, backend.n_pages() * kPageTokens);
  options.max_sequences = std::min(options.max_sequences, options.max_batch);
  return options;
}

}  // namespace

std::string_view name(Finish finish) {
  switch (finish) {
    case Finish::none:
      return "none";
    case Finish::end_of_generation:
      return "end_of_generation";
    case Finish::max_tokens:
      return "max_tokens";
    case Finish::context_full:
      return "context_full";
    case Finish::cancelled:
      return "cancelled";
    case Finish::stop_string:
      return "stop_string";
  }
  return "none";
}

struct Engine::Impl {
  Impl(std::unique_ptr<backend::Backend> backend, EngineOptions o, int64_t n_vocab)
      : backend(std::move(backend)),
        options(within_backend(o, *this->backend)),
        n_vocab(n_vocab),
        book(*this->backend, options.prefix_cache),
        scheduler(options, book) {}

  Status check_tokens(std::span<const int32_t> tokens) const;
  Status check_request(const Request& request) const;
  void build_batch();
  void sample_rows();
  void publish(Sequence& sequence, int32_t token);
  Finish finish_before_sampling(const Sequence& sequence) const;
  void end(Sequence& sequence, Finish finish);
  void sweep();
  void step();
  void run_raw(std::span<const int32_t> tokens, std::span<const PageId> pages, bool all_positions,
               const std::function<void(int64_t position, std::span<const float> row)>& on_row);
  std::span<float> logits_room(size_t n_rows);

  std::unique_ptr<backend::Backend> backend;
  const EngineOptions options;
  const int64_t n_vocab;
  KvBook book;
  Scheduler scheduler;
  Sequences sequences;
  SequenceId next_id = 1;
  bool busy = false;  // inside a step or a cancel, where callbacks may come back in
  std::deque<std::pair<SequenceId, Timings>> ended;  // since the last submit

  // Kept between steps: decode allocates nothing.
  backend::Batch batch;
  std::vector<Sequence*> in_batch;  // [page_tables]
  std::vector<int32_t> sampled;     // [page_tables] -1: none
  std::vector<float> logits;        // [rows, n_vocab]
};

Status Engine::Impl::check_tokens(std::span<const int32_t> tokens) const {
  if (tokens.empty()) return fail("the prompt has no tokens; give it at least one");
  for (int32_t token : tokens)
    if (token < 0 || token >= n_vocab)
      return fail("token {} is out of range: this model has the tokens 0 to {}", token,
                  n_vocab - 1);
  const auto n = static_cast<int64_t>(tokens.size());
  if (n > options.context)
    return fail(
        "the prompt has {} tokens, but the context holds {}; shorten the prompt or make the "
        "context "
        "larger (--ctx)",
        n, options.context);
  return {};
}

Status Engine::Impl::check_request(const Request& request) const {
  if (Status s = check_tokens(request.prompt); !s.ok()) return s;
  const auto n = static_cast<int64_t>(request.prompt.size());
  if (n == options.context && request.max_tokens != 0)
    return fail(
        "the prompt has {} tokens and fills the context of {}: there is no room for an answer; "
        "shorten the prompt or make the context larger (--ctx)",
        n, options.context);
  return sample::check(request.sampling);
}

std::span<float> Engine::Impl::logits_room(size_t n_rows) {
  const size_t n = n_rows * static_cast<size_t>(n_vocab);
  if (logits.size() < n) logits.resize(n);
  return std::span(logits).first(n);
}

void Engine::Impl::build_batch() {
  batch.tokens.clear();
  batch.positions.clear();
  batch.sequence.clear();
  batch.page_tables.clear();
  batch.logit_rows.clear();
  in_batch.clear();
  for (const auto& sequence : sequences) {
    if (sequence->n_planned == 0) continue;
    const auto index = static_cast<int32_t>(in_batch.size());
    for (int64_t i = sequence->n_run; i < sequence->n_run + sequence->n_planned; ++i) {
      batch.tokens.push_back(sequence->tokens[i]);
      batch.positions.push_back(static_cast<int32_t>(i));
      batch.sequence.push_back(index);
    }
    if (sequence->n_planned == sequence->n_left() &&
        finish_before_sampling(*sequence) == Finish::none)
      batch.logit_rows.push_back(static_cast<int32_t>(batch.tokens.size()) - 1);
    batch.page_tables.emplace_back(sequence->pages);
    in_batch.push_back(sequence.get());
  }
}

// Reasons that are known without the next token.
Finish Engine::Impl::finish_before_sampling(const Sequence& sequence) const {
  const int64_t most = sequence.request.max_tokens;
  if (most >= 0 && sequence.timings.generated_tokens >= most) return Finish::max_tokens;
  if (sequence.n_tokens() >= options.context) return Finish::context_full;
  return Finish::none;
}

// Each row belongs to the next sequence of the batch whose last token was run.
void Engine::Impl::sample_rows() {
  sampled.assign(in_batch.size(), -1);
  for (size_t row = 0; row < batch.logit_rows.size(); ++row) {
    const int32_t index = batch.sequence[batch.logit_rows[row]];
    Sequence& sequence = *in_batch[index];
    sampled[index] = sequence.sampler.sample(
        std::span(logits).subspan(row * static_cast<size_t>(n_vocab), n_vocab), sequence.tokens);
  }
}

void Engine::Impl::publish(Sequence& sequence, int32_t token) {
  if (sequence.cancelled || sequence.n_left() > 0) return;  // or more of the prompt is to come
  if (token >= 0) {
    const auto& stops = sequence.request.stop_tokens;
    if (std::find(stops.begin(), stops.end(), token) != stops.end())
      return end(sequence, Finish::end_of_generation);
    sequence.tokens.push_back(token);
    ++sequence.timings.generated_tokens;
    if (sequence.request.on_token && !sequence.request.on_token(token, Finish::none))
      sequence.cancelled = true;
  }
  const Finish finish = finish_before_sampling(sequence);
  if (!sequence.cancelled && finish != Finish::none) end(sequence, finish);
}

void Engine::Impl::end(Sequence& sequence, Finish finish) {
  book.release(sequence);
  sequence.running = false;
  sequence.finish = finish;
  ended.emplace_back(sequence.id, sequence.timings);
  if (sequence.request.on_token) sequence.request.on_token(-1, finish);
}

// Ends what was cancelled and forgets what has ended. Callbacks may submit and cancel meanwhile.
void Engine::Impl::sweep() {
  for (size_t i = 0; i < sequences.size(); ++i) {
    Sequence& sequence = *sequences[i];
    if (!sequence.cancelled || sequence.finish != Finish::none) continue;
    end(sequence, Finish::cancelled);
    i = static_cast<size_t>(-1);  // an older one may have been cancelled by that
  }
  std::erase_if(sequences, [](const auto& s) { return s->finish != Finish::none; });
}

void Engine::Impl::step() {
  const Clock::time_point start = Clock::now();
  scheduler.plan(sequences);
  build_batch();
  backend->run(batch, logits_room(batch.logit_rows.size()));
  sample_rows();
  const double seconds = seconds_since(start);
  for (Sequence* sequence : in_batch) {
    Timings& timings = sequence->timings;
    (sequence->decodes() ? timings.decode_seconds : timings.prefill_seconds) += seconds;
    timings.decode_steps += sequence->decodes();
    const int64_t n_run_before = sequence->n_run;
    sequence->n_run += std::exchange(sequence->n_planned, 0);
    book.publish(*sequence, n_run_before);
  }
  for (size_t i = 0; i < in_batch.size(); ++i) publish(*in_batch[i], sampled[i]);
}

Engine::Engine(std::unique_ptr<backend::Backend> backend, EngineOptions options, int64_t n_vocab)
    : impl_(std::make_unique<Impl>(std::move(backend), options, n_vocab)) {}
Engine::~Engine() = default;

Result<SequenceId> Engine::submit(Request request) {
  if (Status s = impl_->check_request(request); !s.ok()) return s.error();
  if (!impl_->busy) impl_->ended.clear();
  impl_->sequences.push_back(std::make_unique<Sequence>(impl_->next_id, std::move(request)));
  impl_->sequences.back()->reserve(impl_->options.context);
  return impl_->next_id++;
}

void Engine::cancel(SequenceId id) {
  for (const auto& sequence : impl_->sequences)
    if (sequence->id == id) sequence->cancelled = true;
  if (impl_->busy) return;
  impl_->busy = true;
  impl_->sweep();
  impl_->busy = false;
}

bool Engine::step() {
  HOB_CHECK(!impl_->busy, "step() inside on_token");
  if (impl_->sequences.empty()) return false;
  impl_->busy = true;
  impl_->step();
  impl_->sweep();
  impl_->busy = false;
  return true;
}

const Timings& Engine::timings(SequenceId id) const {
  for (const auto& sequence : impl_->sequences)
    if (sequence->id == id) return sequence->timings;
  for (const auto& [ended_id, timings] : impl_->ended)
    if (ended_id == id) return timings;
  check_failed(__FILE__, __LINE__, "timings", fmt::format("no request {}", id));
}

int64_t Engine::context() const {
  return impl_->options.context;
}
int64_t Engine::free_pages() const {
  return impl_->book.pool().n_free();
}
int64_t Engine::cached_pages() const {
  return impl_->book.cache().n_pages();
}
void Engine::drop_prefix_cache() {
  impl_->book.cache().clear();
}
backend::Backend& Engine::backend() {
  return *impl_->backend;
}

Status Engine::logits(
    std::span<const int32_t> tokens, bool all_positions,
    const std::function<void(int64_t position, std::span<const float> row)>& on_row) {
  HOB_CHECK(!impl_->busy, "logits() inside on_token");
  if (Status s = impl_->check_tokens(tokens); !s.ok()) return s;
  std::vector<PageId> pages;
  const auto n_wanted = static_cast<size_t>(pages_for(static_cast<int64_t>(tokens.size())));
  while (pages.size() < n_wanted) {
    const auto page = impl_->book.take();
    if (!page) break;
    pages.push_back(*page);
  }
  const bool enough = pages.size() == n_wanted;
  if (enough) impl_->run_raw(tokens, pages, all_positions, on_row);
  for (PageId page : pages) impl_->book.pool().release(page);
  if (enough) return {};
  return fail(
      "{} tokens need {} pages of keys and values, but only {} of {} are free; let running "
      "requests "
      "end first",
      tokens.size(), n_wanted, pages.size(), impl_->book.pool().size());
}

void Engine::Impl::run_raw(
    std::span<const int32_t> tokens, std::span<const PageId> pages, bool all_positions,
    const std::function<void(int64_t position, std::span<const float> row)>& on_row) {
  // How the tokens are cut changes no bit, so the cut only bounds memory: 64 MiB of logits.
  constexpr int64_t kMostLogits = 16 << 20;
  const int64_t chunk = all_positions
                            ? std::clamp<int64_t>(kMostLogits / n_vocab, 1, options.max_batch)
                            : options.max_batch;
  const auto n = static_cast<int64_t>(tokens.size());
  for (int64_t start = 0; start < n; start += chunk) {
    const int64_t end = std::min(n, start + chunk);
    batch = {};
    batch.page_tables.push_back(pages);
    for (int64_t i = start; i < end; ++i) {
      if (all_positions || i == n - 1)
        batch.logit_rows.push_back(static_cast<int32_t>(batch.tokens.size()));
      batch.tokens.push_back(tokens[i]);
      batch.positions.push_back(static_cast<int32_t>(i));
      batch.sequence.push_back(0);
    }
    const auto rows = logits_room(batch.logit_rows.size());
    backend->run(batch, rows);
    for (size_t row = 0; row < batch.logit_rows.size(); ++row)
      on_row(start + batch.logit_rows[row],
             rows.subspan(row * static_cast<size_t>(n_vocab), n_vocab));
  }
}

}  // namespace hob::engine
