// Admission, shares and pages of one step.
#include "engine/scheduler.h"

#include <algorithm>

#include "base/check.h"

namespace hob::engine {

void Scheduler::plan(std::span<const std::unique_ptr<Sequence>> sequences) {
  admit(sequences);
  share_out(sequences);
  provide_pages(sequences);
}

// Pages that its tokens so far and the next one need, beyond those it holds.
int64_t Scheduler::pages_wanted(const Sequence& sequence) const {
  const int64_t n_tokens = std::min(sequence.n_tokens() + 1, options_.context);
  return std::max<int64_t>(0, pages_for(n_tokens) - static_cast<int64_t>(sequence.pages.size()));
}

// First come, first served: nobody overtakes the head of the line, so nobody starves.
void Scheduler::admit(std::span<const std::unique_ptr<Sequence>> sequences) {
  int64_t n_running = 0, n_reserved = 0;
  for (const auto& sequence : sequences)
    if (sequence->running) {
      ++n_running;
      n_reserved += pages_wanted(*sequence);
    }
  for (const auto& sequence : sequences) {
    if (sequence->running) continue;
    if (n_running >= options_.max_sequences) return;
    if (!try_admit(*sequence, n_reserved)) return;
    ++n_running;
    n_reserved += pages_wanted(*sequence);
  }
}

bool Scheduler::try_admit(Sequence& sequence, int64_t n_reserved) {
  book_.adopt_pages(sequence);  // first: what it adopts can no longer be evicted
  if (pages_wanted(sequence) > book_.n_available() - n_reserved) {
    book_.release(sequence);
    return false;
  }
  book_.adopt_part_of_page(sequence);
  if (sequence.timings.preemptions == 0) sequence.timings.cached_tokens = sequence.n_run;
  sequence.running = true;
  return true;
}

void Scheduler::share_out(std::span<const std::unique_ptr<Sequence>> sequences) {
  int64_t n_decode = 0, n_prefill = 0;
  for (const auto& sequence : sequences) {
    sequence->n_planned = 0;
    if (!sequence->running) continue;
    if (sequence->decodes()) {
      sequence->n_planned = 1;
      ++n_decode;
    } else {
      ++n_prefill;
    }
  }
  if (n_prefill == 0) return;

  int64_t budget = std::min(options_.prefill_chunk, options_.max_batch - n_decode);
  // An even share first; then what short prompts left over, to the oldest.
  const int64_t share = std::max<int64_t>(1, budget / n_prefill);
  for (const int64_t most : {share, budget})
    for (const auto& sequence : sequences) {
      if (!sequence->running || sequence->decodes()) continue;
      if (sequence->n_planned == 0) {  // someone with the same beginning may have come further
        const int64_t n_before = sequence->n_run;
        book_.adopt_pages(*sequence);
        if (sequence->timings.preemptions == 0)
          sequence->timings.cached_tokens += sequence->n_run - n_before;
      }
      const int64_t more = std::min({most, sequence->n_left() - sequence->n_planned, budget});
      sequence->n_planned += more;
      budget -= more;
    }
}

// The oldest first. The youngest that holds pages is put back in the line for it.
void Scheduler::provide_pages(std::span<const std::unique_ptr<Sequence>> sequences) {
  for (const auto& sequence : sequences) {
    while (sequence->n_planned > 0 &&
           !book_.extend(*sequence, sequence->n_run + sequence->n_planned)) {
      const auto youngest =
          std::find_if(sequences.rbegin(), sequences.rend(), [&](const auto& other) {
            return other == sequence || (other->running && !other->pages.empty());
          });
      HOB_CHECK(*youngest != sequence || sequence != sequences.front(),
                "{} pages hold no context of {} tokens", book_.pool().size(), options_.context);
      put_back(**youngest);
    }
  }
}

void Scheduler::put_back(Sequence& sequence) {
  book_.release(sequence);
  sequence.running = false;
  sequence.n_planned = 0;
  ++sequence.timings.preemptions;
}

}  // namespace hob::engine
