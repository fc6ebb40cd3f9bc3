// One buffer of floats for each value of a Program, with room for a whole batch but touched only as
// far as a batch reaches. The logits have none: the last op writes them where the caller wants
// them.
#pragma once

#include <cstdint>
#include <vector>

#include "base/platform/anonymous_memory.h"
#include "base/result.h"
#include "model/program.h"

namespace hob::backend {

class ValueBuffers {
 public:
  static Result<ValueBuffers> make(const model::Program& program, int64_t max_batch);

  // [rows, width of the value], 64-byte aligned. The logits are what set_logits() said.
  float* of(model::ValueId id) const { return buffers_[static_cast<size_t>(id)]; }
  void set_logits(float* logits) { buffers_[static_cast<size_t>(logits_)] = logits; }

 private:
  model::ValueId logits_ = model::kNone;
  std::vector<float*> buffers_;  // [values]
  AnonymousMemory memory_;
};

}  // namespace hob::backend
