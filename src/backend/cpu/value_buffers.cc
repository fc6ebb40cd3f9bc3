#include "backend/cpu/value_buffers.h"

#include "base/checked.h"

namespace hob::backend {

Result<ValueBuffers> ValueBuffers::make(const model::Program& program, int64_t max_batch) {
  std::vector<uint64_t> offsets;
  uint64_t total = 0;
  for (size_t id = 0; id < program.values.size(); ++id) {
    offsets.push_back(total);
    if (static_cast<model::ValueId>(id) == program.logits) continue;
    const auto bytes = checked_product({static_cast<uint64_t>(program.values[id].width),
                                        static_cast<uint64_t>(max_batch), sizeof(float)});
    const auto end = bytes ? checked_add(total, *bytes) : std::nullopt;
    const auto padded = end ? checked_align(*end, 64) : std::nullopt;
    if (!padded)
      return fail("the buffer of '{}' ({} values for each of {} tokens) is too large",
                  program.values[id].name, program.values[id].width, max_batch);
    total = *padded;
  }
  auto memory = AnonymousMemory::reserve(total);
  if (!memory)
    return fail("buffers for a batch of {} tokens: {}; try a smaller batch", max_batch,
                memory.error().message);
  ValueBuffers buffers;
  buffers.memory_ = std::move(*memory);
  buffers.logits_ = program.logits;
  for (uint64_t offset : offsets)
    buffers.buffers_.push_back(reinterpret_cast<float*>(buffers.memory_.bytes().data() + offset));
  return buffers;
}

}  // namespace hob::backend
