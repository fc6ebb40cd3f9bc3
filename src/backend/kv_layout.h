// How keys and values lie in memory: pages of kPageTokens positions. A page id stands for the same
// page in every layer; the engine hands out ids and counts references, the backend owns the bytes.
#pragma once

#include <cstdint>

namespace hob::backend {

using PageId = int32_t;

// Also the span of attention: scores are reduced page by page in ascending order, whatever the
// batch.
inline constexpr int64_t kPageTokens = 64;

}  // namespace hob::backend
