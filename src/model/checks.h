// What keeps a file from being run although its hyper-parameters make sense: features that hob has
// not learnt yet, and a vocabulary that does not fit the tensors. Nothing that changes a result is
// skipped in silence.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "model/hparams.h"
#include "model/spec.h"
#include "tensor/gguf.h"

namespace hob::model {

// The spec of the file's architecture. Error: names it and the nearest known ones.
Result<const Spec*> find_architecture(const tensor::GgufFile& file);

// Metadata that asks for a computation hob does not know.
Status check_supported(const tensor::GgufFile& file, const Hparams& h);

// As many tokens, token types and scores as the embedding has rows.
Status check_vocabulary(const tensor::GgufFile& file, int64_t n_vocab);

// Tensors that no op uses: harmless outside the layers and for a few names, but one inside a layer
// is a part of the model that would be left out.
Status check_unused(const std::vector<std::string>& unused, int64_t n_layer,
                    const std::string& architecture);

}  // namespace hob::model
