// Random-weights GGUF files of known shapes: "llama:1b:q4_k_m", "qwen3:0.6b:q8_0",
// "gemma3:tiny:f32". For benchmarks and tests: the tensors have the right names, shapes, formats
// and a plausible scale; the text they produce is noise.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hob::forge {

struct SynthSpec {
  std::string architecture;  // "llama"
  std::string size;          // "1b"; "tiny" exists for every architecture
  std::string mix;           // "f32", "q8_0", "q4_k_m", …
};

// "ARCH[:SIZE][:FORMAT]"; errors list what is known.
Result<SynthSpec> parse_synth_spec(std::string_view text);
std::vector<std::string> known_synth_shapes();  // for --help

// Writes layer by layer: memory stays near one tensor's size. The same spec and seed give the same
// bytes.
Status write_synth(const SynthSpec& spec, uint64_t seed, const std::string& path);

}  // namespace hob::forge
