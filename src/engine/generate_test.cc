#include "engine/generate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "backend/golden.h"
#include "engine/test_synth_file.h"

namespace hob::engine {
namespace {

LoadedModel load_synth() {
  LoadOptions options;
  options.context = 256;
  options.n_threads = 1;  // a tiny model gains nothing from more
  auto loaded = load(synth_file("llama:tiny:q8_0"), options);
  HOB_CHECK(loaded.ok(), "{}", loaded.error().message);
  return std::move(loaded).value();
}

GenerateOptions some_options(int64_t max_tokens) {
  GenerateOptions options;
  options.max_tokens = max_tokens;
  options.sampling.seed = 5;
  options.sampling.temperature = 1.5f;
  options.ignore_end_of_generation = true;
  return options;
}

struct Said {
  std::vector<std::string> pieces;
  std::string text;
  bool operator()(std::string_view piece) {
    EXPECT_FALSE(piece.empty());
    pieces.emplace_back(piece);
    text += piece;
    return true;
  }
};

TEST(Generate, TheReceiptHoldsWhatWasSaid) {
  LoadedModel model = load_synth();
  const auto prompt = model.tokenizer->encode("once upon a time");
  Said said;
  const auto receipt = generate(model, prompt, some_options(20), std::ref(said));
  ASSERT_TRUE(receipt.ok()) << receipt.error().message;
  EXPECT_EQ(receipt->text, said.text);
  EXPECT_FALSE(said.text.empty());
  EXPECT_EQ(receipt->tokens.size(), 20u);
  EXPECT_EQ(receipt->finish, Finish::max_tokens);
  EXPECT_EQ(receipt->timings.generated_tokens, 20);
  EXPECT_EQ(receipt->timings.prompt_tokens, static_cast<int64_t>(prompt.size()));
}

TEST(Generate, EndsBeforeAStopString) {
  LoadedModel model = load_synth();
  const auto prompt = model.tokenizer->encode("once upon a time");
  const auto whole = generate(model, prompt, some_options(40), nullptr);
  ASSERT_TRUE(whole.ok());
  // Any three bytes of the text as a stop string, wherever tokens begin.
  for (size_t at = 0; at + 3 <= whole->text.size(); at += 5) {
    GenerateOptions options = some_options(40);
    options.stops = {"never said at all", whole->text.substr(at, 3)};
    Said said;
    const auto receipt = generate(model, prompt, options, std::ref(said));
    ASSERT_TRUE(receipt.ok());
    EXPECT_EQ(receipt->text, whole->text.substr(0, whole->text.find(options.stops[1])));
    EXPECT_EQ(said.text, receipt->text);
    EXPECT_EQ(receipt->finish, Finish::stop_string);
    EXPECT_EQ(receipt->stop_string, options.stops[1]);
  }
}

TEST(Generate, EndsWhenTheListenerOrTheUserHasEnough) {
  LoadedModel model = load_synth();
  const auto prompt = model.tokenizer->encode("once upon a time");
  int n_pieces = 0;
  auto receipt =
      generate(model, prompt, some_options(-1), [&](std::string_view) { return ++n_pieces < 3; });
  ASSERT_TRUE(receipt.ok());
  EXPECT_EQ(receipt->finish, Finish::cancelled);
  EXPECT_EQ(n_pieces, 3);

  GenerateOptions options = some_options(-1);
  int n_asked = 0;
  options.interrupted = [&] { return ++n_asked > 4; };
  receipt = generate(model, prompt, options, nullptr);
  ASSERT_TRUE(receipt.ok());
  EXPECT_EQ(receipt->finish, Finish::cancelled);
  EXPECT_EQ(receipt->tokens.size(), 4u);
}

TEST(Generate, ErrorsComeThrough) {
  LoadedModel model = load_synth();
  const auto receipt = generate(model, std::vector<int32_t>(300, 1), {}, nullptr);
  ASSERT_FALSE(receipt.ok());
  EXPECT_NE(receipt.error().message.find("300 tokens"), std::string::npos);
}

TEST(Generate, EndOfGenerationIsNotText) {
  LoadedModel model = load_synth();
  GenerateOptions options = some_options(50);
  options.ignore_end_of_generation = false;
  // Nothing but the stop token can be drawn.
  for (int32_t token = 0; token < model.model->program.n_vocab; ++token)
    if (token != model.stop_tokens.front())
      options.sampling.logit_bias.emplace_back(token, -INFINITY);
  const auto receipt = generate(model, model.tokenizer->encode("hi"), options, nullptr);
  ASSERT_TRUE(receipt.ok());
  EXPECT_EQ(receipt->finish, Finish::end_of_generation);
  EXPECT_EQ(receipt->text, "");
  EXPECT_TRUE(receipt->tokens.empty());
}

// A real model tells the story that float64 arithmetic tells.
TEST(Generate, ARealModelTellsItsStory) {
  const std::string folder = HOB_SHARED_DIR "/models/stories260K/";
  const std::string path = folder + "stories260K.gguf";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path;
  auto file = tensor::GgufFile::open(path);
  ASSERT_TRUE(file.ok()) << file.error().message;
  LoadOptions one_thread;
  one_thread.n_threads = 1;
  auto loaded = load(std::make_shared<const tensor::GgufFile>(std::move(file).value()), one_thread);
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  for (const auto& expected : backend::read_golden(folder + "golden.F32.json").generations) {
    GenerateOptions options;
    options.sampling.temperature = 0;
    options.max_tokens = static_cast<int64_t>(expected.greedy.size());
    const auto receipt = generate(*loaded, expected.prompt, options, nullptr);
    ASSERT_TRUE(receipt.ok()) << receipt.error().message;
    if (expected.min_top2_gap > 0.01) {
      EXPECT_EQ(receipt->tokens, expected.greedy);
    }
    auto tokens = expected.prompt;
    const std::string before = loaded->tokenizer->decode(tokens);
    tokens.insert(tokens.end(), receipt->tokens.begin(), receipt->tokens.end());
    EXPECT_EQ(before + receipt->text, loaded->tokenizer->decode(tokens));
  }
}

}  // namespace
}  // namespace hob::engine
