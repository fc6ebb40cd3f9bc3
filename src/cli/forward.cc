#include "cli/forward.h"

#include <algorithm>
#include <chrono>
#include <numeric>

namespace hob::cli {

Forward::Forward(engine::LoadedModel& loaded)
    : backend_(loaded.engine->backend()),
      n_vocab_(loaded.model->program.n_vocab),
      pages_(static_cast<size_t>(backend_.n_pages())),
      logits_(static_cast<size_t>(n_vocab_)) {
  std::iota(pages_.begin(), pages_.end(), 0);
}

double Forward::run(int64_t position, int64_t n_tokens, int64_t chunk) {
  const auto begin = std::chrono::steady_clock::now();
  for (int64_t done = 0; done < n_tokens;) {
    const int64_t n = std::min(chunk, n_tokens - done);
    backend::Batch batch;
    batch.page_tables.push_back(pages_);
    for (int64_t i = 0; i < n; i++) {
      const int64_t at = position + done + i;
      batch.tokens.push_back(static_cast<int32_t>((at * 7919 + 17) % n_vocab_));
      batch.positions.push_back(static_cast<int32_t>(at));
      batch.sequence.push_back(0);
    }
    done += n;
    if (done == n_tokens) batch.logit_rows.push_back(static_cast<int32_t>(n - 1));
    backend_.run(batch, std::span(logits_).first(
                            batch.logit_rows.empty() ? 0 : static_cast<size_t>(n_vocab_)));
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace hob::cli
