// What an answer cost and how it was made, for people and for programs.
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "engine/generate.h"

namespace hob::cli {

// "prompt 21 tokens (0 cached) at 310 t/s · answer 48 tokens at 95 t/s · seed 7"
std::string receipt_line(const engine::Receipt& receipt, uint64_t seed);
boost::json::value receipt_json(const engine::Receipt& receipt, const std::string& model,
                                uint64_t seed);

// A sentence when the answer did not end by itself ("the answer was cut: …"), else "".
std::string early_end(const engine::Receipt& receipt);

// "model.gguf: llama, 1.24 B parameters, context 4096, 2 threads, avx512 kernels"
std::string loaded_line(const engine::LoadedModel& loaded, const std::string& name);

}  // namespace hob::cli
