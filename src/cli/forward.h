// Bare forwards of a loaded model, for measuring: no sampling, no cache, made-up tokens.
#pragma once

#include <vector>

#include "backend/backend.h"
#include "engine/load.h"

namespace hob::cli {

class Forward {
 public:
  // The backend's pages are used from page 0 on: nothing else may run on it meanwhile.
  explicit Forward(engine::LoadedModel& loaded);

  // Runs tokens at positions [position, position + n_tokens) of one sequence in chunks of at most
  // `chunk`; logits of the last one. Returns seconds.
  double run(int64_t position, int64_t n_tokens, int64_t chunk = 512);

 private:
  backend::Backend& backend_;
  int64_t n_vocab_;
  std::vector<backend::PageId> pages_;
  std::vector<float> logits_;
};

}  // namespace hob::cli
