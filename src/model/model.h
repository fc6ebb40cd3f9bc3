// A model file compiled: what the engine loads. Owns the mapped file that the Program's weights
// point into.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "model/hparams.h"
#include "model/program.h"
#include "model/spec.h"
#include "tensor/gguf.h"

namespace hob::model {

struct Model {
  std::shared_ptr<const tensor::GgufFile> file;
  Hparams hparams;
  const Spec* spec = nullptr;
  Program program;
  std::vector<std::string> ignored;  // tensors of the file that no op uses
};

// Errors: the architecture is not known (names it and the nearest known ones), a tensor is missing
// or has another shape than the metadata says, a format that hob cannot compute with yet.
Result<Model> compile(std::shared_ptr<const tensor::GgufFile> file);

}  // namespace hob::model
