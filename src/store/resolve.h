// From what a person types to a model file: a path, or the name of the built-in model. (Libraries
// of pulled models come later.)
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "tensor/gguf.h"

namespace hob::store {

inline constexpr const char* kBuiltinName = "builtin";

struct ResolvedModel {
  std::string display_name;  // "builtin", or the path as typed
  std::shared_ptr<const tensor::GgufFile> file;
};

Result<ResolvedModel> resolve(const std::string& name);

}  // namespace hob::store
