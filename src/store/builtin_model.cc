// Between these two symbols builtin.S puts the file.
#include "store/builtin_model.h"

#ifdef HOB_HAS_BUILTIN_MODEL
extern "C" {
extern const std::byte hob_builtin_model_begin[];
extern const std::byte hob_builtin_model_end[];
}
#endif

namespace hob::store {

std::span<const std::byte> builtin_model_bytes() {
#ifdef HOB_HAS_BUILTIN_MODEL
  return {hob_builtin_model_begin, hob_builtin_model_end};
#else
  return {};
#endif
}

}  // namespace hob::store
