#include "engine/load.h"

#include <gtest/gtest.h>

#include "engine/test_synth_file.h"

namespace hob::engine {
namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(KvMemory, ErrorsNameBothSizesAndTheLargestContext) {
  constexpr uint64_t kPage = 4 << 20;
  EXPECT_TRUE(check_kv_memory(kPage, 4096, 1, 64 * kPage).ok());
  const Status s = check_kv_memory(kPage, 4097, 1, 64 * kPage);
  ASSERT_FALSE(s.ok());
  EXPECT_TRUE(contains(s.error().message, "4097 tokens needs 260.0 MiB")) << s.error().message;
  EXPECT_TRUE(contains(s.error().message, "256.0 MiB")) << s.error().message;
  EXPECT_TRUE(contains(s.error().message, "--ctx 4096")) << s.error().message;
  EXPECT_TRUE(contains(check_kv_memory(kPage, 4096, 4, 64 * kPage).error().message, "--ctx 1024"));
}

TEST(KvMemory, SurvivesAbsurdNumbers) {
  EXPECT_FALSE(check_kv_memory(UINT64_MAX, INT32_MAX, 64, 1 << 30).ok());
  EXPECT_TRUE(contains(check_kv_memory(1 << 30, 64, 1, 5).error().message, "even 64 tokens"));
  EXPECT_TRUE(check_kv_memory(0, INT32_MAX, 1, 0).ok());

  model::Program program;
  program.caches.push_back({INT64_MAX, INT64_MAX, INT64_MAX, 0});
  EXPECT_FALSE(kv_page_bytes(program).ok());
}

TEST(KvMemory, BytesOfAPage) {
  model::Program program;
  program.caches.assign(3, {8, 64, 32, 0});
  EXPECT_EQ(kv_page_bytes(program).value(), 3u * 8 * (64 + 32) * 64 * 2);
}

TEST(Load, MakesABundle) {
  for (const char* backend : {"cpu", "reference"}) {
    LoadOptions options;
    options.backend = backend;
    const auto loaded = load(synth_file("llama:tiny:q8_0"), options);
    ASSERT_TRUE(loaded.ok()) << loaded.error().message;
    EXPECT_EQ(loaded->context, std::min(kDefaultContext, loaded->model->program.n_context));
    EXPECT_EQ(loaded->engine->context(), loaded->context);
    EXPECT_GE(loaded->n_threads, 1);
    EXPECT_TRUE(loaded->chat.has_value());
    EXPECT_EQ(loaded->engine->backend().page_bytes(),
              kv_page_bytes(loaded->model->program).value());
    for (int32_t token : loaded->stop_tokens)
      EXPECT_TRUE(loaded->tokenizer->is_end_of_generation(token));
    EXPECT_FALSE(loaded->stop_tokens.empty());
  }
}

TEST(Load, WithoutText) {
  LoadOptions options;
  options.text = false;
  const auto loaded = load(synth_file("llama:tiny:q8_0"), options);
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  EXPECT_EQ(loaded->tokenizer, nullptr);
  EXPECT_FALSE(loaded->chat.has_value());
}

TEST(Load, WarnsOfAContextBeyondTraining) {
  LoadOptions options;
  options.text = false;
  const auto file = synth_file("llama:tiny:q8_0");
  const int64_t trained = load(file, options)->model->program.n_context;
  EXPECT_TRUE(load(file, options)->warnings.empty());
  options.context = trained + 1;
  const auto loaded = load(file, options);
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  ASSERT_EQ(loaded->warnings.size(), 1u);
  EXPECT_TRUE(contains(loaded->warnings[0], std::to_string(trained)));
}

TEST(Load, RefusesWhatCannotBe) {
  const auto file = synth_file("llama:tiny:q8_0");
  const auto message = [&](auto change) {
    LoadOptions options;
    options.text = false;
    change(options);
    const auto loaded = load(file, options);
    return loaded.ok() ? std::string("fine") : loaded.error().message;
  };
  EXPECT_TRUE(contains(message([](auto& o) { o.context = -4; }), "--ctx -4"));
  EXPECT_TRUE(contains(message([](auto& o) { o.context = int64_t{1} << 40; }), "--ctx 109951"));
  EXPECT_TRUE(contains(message([](auto& o) { o.context = INT32_MAX; }), "largest context"));
  EXPECT_TRUE(contains(message([](auto& o) { o.n_threads = -1; }), "--threads -1"));
  EXPECT_TRUE(contains(message([](auto& o) { o.backend = "gpu"; }), "--backend gpu"));
  EXPECT_TRUE(contains(message([](auto& o) { o.isa = "avx9000"; }), "avx9000"));
}

}  // namespace
}  // namespace hob::engine
