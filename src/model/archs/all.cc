// The architectures that hob knows: one line each.

#include <algorithm>
#include <array>

#include "model/archs/gemma.h"
#include "model/archs/llama.h"
#include "model/archs/qwen.h"
#include "model/spec.h"

namespace hob::model {

namespace {

constexpr std::array kSpecs{
    kGemma2, kGemma3, kLlama, kQwen2, kQwen3,
};

}  // namespace

std::span<const Spec> all_specs() {
  return kSpecs;
}

const Spec* find_spec(std::string_view architecture) {
  const auto* found = std::find_if(kSpecs.begin(), kSpecs.end(),
                                   [&](const Spec& spec) { return spec.name == architecture; });
  return found == kSpecs.end() ? nullptr : found;
}

}  // namespace hob::model
