// Loading: compile, check the memory, make the backend, read the vocabulary.
#include "engine/load.h"

#include <algorithm>

#include "base/checked.h"
#include "base/platform/cpu.h"
#include "engine/page_pool.h"

namespace hob::engine {

namespace {

constexpr int64_t kMostContext = INT32_MAX;  // positions are int32
constexpr int kMostThreads = 1024;

std::string mebibytes(uint64_t bytes) {
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
}

Result<int64_t> choose_context(int64_t asked, int64_t trained, std::vector<std::string>& warnings) {
  if (asked < 0 || asked > kMostContext)
    return fail("--ctx {}: must lie between 1 and {}, or be 0 for the model's own", asked,
                kMostContext);
  if (asked == 0) return trained > 0 ? std::min(trained, kDefaultContext) : kDefaultContext;
  if (trained > 0 && asked > trained)
    warnings.push_back(
        fmt::format("this model was trained for {} tokens of context; in a context of {} its "
                    "answers may get worse beyond that",
                    trained, asked));
  return asked;
}

Result<int> choose_threads(int asked) {
  if (asked < 0 || asked > kMostThreads)
    return fail("--threads {}: must lie between 1 and {}, or be 0 for the usable cores", asked,
                kMostThreads);
  return asked == 0 ? usable_cores() : asked;
}

Result<std::unique_ptr<backend::Backend>> make_backend(const model::Model& model,
                                                       const LoadOptions& options, int64_t context,
                                                       int n_threads) {
  const auto page_bytes = kv_page_bytes(model.program);
  if (!page_bytes) return page_bytes.error();
  if (Status s = check_kv_memory(*page_bytes, context, options.n_sequences,
                                 memory_limits().available_bytes);
      !s.ok())
    return s.error();
  const backend::BackendOptions made{.n_pages = pages_for(context) * options.n_sequences,
                                     .max_batch = options.max_batch,
                                     .n_threads = n_threads,
                                     .isa = options.isa,
                                     .time_ops = options.time_ops};
  if (options.backend == "cpu") return backend::make_cpu(model, made);
  if (options.backend == "reference") return backend::make_reference(model, made);
  return fail("--backend {}: there is no such backend; choose 'cpu' or 'reference'",
              options.backend);
}

Status load_tokenizer(LoadedModel& loaded) {
  auto tokenizer = text::Tokenizer::load(loaded.model->file->metadata());
  if (!tokenizer) return tokenizer.error();
  loaded.tokenizer = std::move(*tokenizer);
  const int64_t n_tokens = std::min(loaded.tokenizer->size(), loaded.model->program.n_vocab);
  for (int32_t token = 0; token < n_tokens; ++token)
    if (loaded.tokenizer->is_end_of_generation(token)) loaded.stop_tokens.push_back(token);
  return {};
}

Status load_chat(LoadedModel& loaded) {
  auto chat = text::Chat::load(loaded.model->file->metadata(), *loaded.tokenizer);
  if (!chat) return chat.error();
  loaded.chat = std::move(*chat);
  if (!loaded.chat->note().empty()) loaded.warnings.push_back(loaded.chat->note());
  return {};
}

}  // namespace

Result<uint64_t> kv_page_bytes(const model::Program& program) {
  constexpr uint64_t kLineBytes = 64;  // each layer begins on a cache line
  uint64_t total = 0;
  for (const model::CacheSpec& cache : program.caches) {
    const auto width = checked_add(static_cast<uint64_t>(cache.head_dim_k),
                                   static_cast<uint64_t>(cache.head_dim_v));
    const auto bytes = checked_product({static_cast<uint64_t>(cache.n_head_kv), width.value_or(0),
                                        static_cast<uint64_t>(kPageTokens), sizeof(uint16_t)});
    const auto aligned = bytes ? checked_align(*bytes, kLineBytes) : std::nullopt;
    const auto sum = width && aligned ? checked_add(total, *aligned) : std::nullopt;
    if (!sum)
      return fail("a layer with {} KV heads of {} and {} values is too large", cache.n_head_kv,
                  cache.head_dim_k, cache.head_dim_v);
    total = *sum;
  }
  return total;
}

Status check_kv_memory(uint64_t page_bytes, int64_t context, int64_t n_sequences,
                       uint64_t available_bytes) {
  if (page_bytes == 0) return {};
  const auto needed = checked_product(
      {page_bytes, static_cast<uint64_t>(pages_for(context)), static_cast<uint64_t>(n_sequences)});
  if (needed && *needed <= available_bytes) return {};
  const uint64_t fits =
      available_bytes / page_bytes / static_cast<uint64_t>(n_sequences) * kPageTokens;
  const std::string needs = needed ? mebibytes(*needed) : std::string("more memory than exists");
  if (fits == 0)
    return fail(
        "the keys and values of even {} tokens need {} of memory, but only {} are available; free "
        "some, or take a smaller model",
        kPageTokens, mebibytes(page_bytes), mebibytes(available_bytes));
  return fail(
      "a context of {} tokens needs {} for keys and values, but only {} of memory are available; "
      "the largest context that fits has {} tokens (--ctx {})",
      context, needs, mebibytes(available_bytes), fits, fits);
}

Result<LoadedModel> load(std::shared_ptr<const tensor::GgufFile> file, const LoadOptions& options) {
  HOB_CHECK(options.n_sequences > 0 && options.max_batch > 0);
  LoadedModel loaded;
  auto model = model::compile(std::move(file));
  if (!model) return model.error();
  loaded.model = std::make_unique<model::Model>(std::move(*model));
  const model::Program& program = loaded.model->program;

  const auto context = choose_context(options.context, program.n_context, loaded.warnings);
  if (!context) return context.error();
  const auto threads = choose_threads(options.n_threads);
  if (!threads) return threads.error();
  if (options.text)
    if (Status s = load_tokenizer(loaded); !s.ok()) return s.error();
  if (options.text && options.chat)
    if (Status s = load_chat(loaded); !s.ok()) return s.error();
  auto backend = make_backend(*loaded.model, options, *context, *threads);
  if (!backend) return backend.error();

  loaded.context = *context;
  loaded.n_threads = *threads;
  loaded.engine = std::make_unique<Engine>(std::move(*backend),
                                           EngineOptions{.context = *context,
                                                         .prefill_chunk = options.max_batch,
                                                         .max_batch = options.max_batch,
                                                         .prefix_cache = options.prefix_cache},
                                           program.n_vocab);
  return loaded;
}

}  // namespace hob::engine
