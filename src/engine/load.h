// From a model file to something that answers: compiled model, tokenizer, chat template, backend
// and engine in one bundle. The memory that keys and values need is checked here, before anything
// is allocated.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "model/model.h"
#include "text/chat.h"
#include "text/tokenizer.h"

namespace hob::engine {

struct LoadOptions {
  int64_t context = 0;          // tokens of one sequence; 0: the model's, at most kDefaultContext
  int n_threads = 0;            // 0: the usable cores
  std::string isa;              // "": the best this machine has
  std::string backend = "cpu";  // or "reference"
  int64_t n_sequences = 1;      // full contexts that the pages hold at the same time
  int64_t max_batch = 512;
  bool prefix_cache = true;
  bool time_ops = false;
  bool text = true;  // false: neither tokenizer nor chat template, for models without vocabulary
  bool chat = true;  // false: no chat template, for a raw prompt
};
inline constexpr int64_t kDefaultContext = 4096;

struct LoadedModel {
  std::unique_ptr<model::Model> model;
  std::unique_ptr<text::Tokenizer> tokenizer;  // null without LoadOptions::text
  std::optional<text::Chat> chat;              // empty without LoadOptions::text and ::chat
  std::unique_ptr<Engine> engine;              // after the others: it goes first
  std::vector<int32_t> stop_tokens;            // the vocabulary's end-of-generation tokens
  int64_t context = 0;
  int n_threads = 0;
  std::vector<std::string> warnings;  // whole sentences for the user

  LoadedModel() = default;
  LoadedModel(LoadedModel&&) = default;
};

// Errors: what compiling, the tokenizer, the chat template or the backend say; a context below one
// token; keys and values that do not fit into the available memory (names both sizes and the
// largest context that fits).
Result<LoadedModel> load(std::shared_ptr<const tensor::GgufFile> file, const LoadOptions& options);

// Bytes of one page of keys and values over all layers, before a backend exists. Error where that
// is no sane number.
Result<uint64_t> kv_page_bytes(const model::Program& program);

// Whether n_sequences contexts fit into `available_bytes`; the Error names the numbers.
Status check_kv_memory(uint64_t page_bytes, int64_t context, int64_t n_sequences,
                       uint64_t available_bytes);

}  // namespace hob::engine
