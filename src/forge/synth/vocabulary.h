// Made-up vocabularies that tokenizers accept and any text can be encoded with: byte-level BPE as
// Llama 3 and Qwen have it, SentencePiece-like pieces with scores as Gemma has.
#pragma once

#include <cstdint>
#include <string_view>

#include "tensor/gguf_writer.h"

namespace hob::forge {

// Adds the keys under "tokenizer." for exactly n_vocab (at least 512) tokens.
void add_vocabulary(std::string_view architecture, int64_t n_vocab, tensor::GgufWriter& writer);

}  // namespace hob::forge
