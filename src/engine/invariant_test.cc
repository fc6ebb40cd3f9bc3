// Same sequence, same bits, at the level of the engine: whatever the chunks, the strangers in the
// batch, the pages from the prefix cache, the threads or the shortage of pages, a token's logits
// depend on the tokens before it alone. Every row that a backend computes is compared with ==.
#include <gtest/gtest.h>

#include <cctype>
#include <cstring>
#include <map>
#include <random>

#include "engine/engine.h"
#include "engine/load.h"
#include "engine/test_synth_file.h"

namespace hob::engine {
namespace {

// All rows ever computed after some tokens. The second and later ones must equal the first.
class Witness {
 public:
  void see(const std::vector<int32_t>& prefix, std::span<const float> row) {
    const auto [first, is_new] = rows_.try_emplace(prefix, row.begin(), row.end());
    if (is_new) return;
    ++n_compared;
    const bool same = std::memcmp(first->second.data(), row.data(), row.size_bytes()) == 0;
    if (!same) ++n_different;
  }

  int64_t n_compared = 0, n_different = 0;

 private:
  std::map<std::vector<int32_t>, std::vector<float>> rows_;
};

// A backend that shows each row to the witness. It knows the tokens before a row as a cache of keys
// does: by what was written into the pages.
class WitnessedBackend : public backend::Backend {
 public:
  WitnessedBackend(std::unique_ptr<backend::Backend> inner, Witness& witness)
      : inner_(std::move(inner)),
        witness_(witness),
        slots_(inner_->n_pages() * backend::kPageTokens, -1) {}

  std::string_view name() const override { return inner_->name(); }
  int64_t n_pages() const override { return inner_->n_pages(); }
  uint64_t page_bytes() const override { return inner_->page_bytes(); }

  void run(const backend::Batch& batch, std::span<float> logits) override {
    inner_->run(batch, logits);
    for (size_t i = 0; i < batch.tokens.size(); ++i)
      slot(batch.page_tables[batch.sequence[i]], batch.positions[i]) = batch.tokens[i];
    if (batch.logit_rows.empty()) return;
    const size_t n_vocab = logits.size() / batch.logit_rows.size();
    for (size_t row = 0; row < batch.logit_rows.size(); ++row) {
      const int32_t i = batch.logit_rows[row];
      std::vector<int32_t> prefix;
      for (int64_t p = 0; p <= batch.positions[i]; ++p)
        prefix.push_back(slot(batch.page_tables[batch.sequence[i]], p));
      witness_.see(prefix, logits.subspan(row * n_vocab, n_vocab));
    }
  }

  void copy_page(backend::PageId from, backend::PageId to, int64_t n_tokens) override {
    inner_->copy_page(from, to, n_tokens);
    for (int64_t i = 0; i < n_tokens; ++i)
      slots_[to * backend::kPageTokens + i] = slots_[from * backend::kPageTokens + i];
  }

 private:
  int32_t& slot(std::span<const backend::PageId> pages, int64_t position) {
    return slots_[pages[position / backend::kPageTokens] * backend::kPageTokens +
                  position % backend::kPageTokens];
  }

  std::unique_ptr<backend::Backend> inner_;
  Witness& witness_;
  std::vector<int32_t> slots_;  // [pages * kPageTokens] tokens
};

struct Setting {
  const char* name;
  EngineOptions options;
  int64_t n_pages = 40;
  int n_threads = 1;
};

EngineOptions options(int64_t chunk, bool prefix_cache) {
  EngineOptions o;
  o.context = 320;
  o.prefill_chunk = chunk;
  o.max_batch = 300;
  o.prefix_cache = prefix_cache;
  return o;
}

// Requests with common beginnings. The answers are drawn, so that they wander.
std::vector<Request> some_requests(int64_t n_vocab, int64_t max_tokens) {
  std::mt19937_64 random(11);
  const auto draw = [&](int64_t n) {
    std::vector<int32_t> tokens(n);
    for (int32_t& t : tokens) t = static_cast<int32_t>(random() % static_cast<uint64_t>(n_vocab));
    return tokens;
  };
  const auto common = draw(140);
  std::vector<Request> requests;
  for (int64_t shared : {140, 140, 128, 90, 0}) {
    Request request;
    request.prompt.assign(common.begin(), common.begin() + shared);
    const auto own = draw(1 + static_cast<int64_t>(random() % 30));
    request.prompt.insert(request.prompt.end(), own.begin(), own.end());
    request.max_tokens = max_tokens;
    request.sampling.seed = random();
    requests.push_back(request);
  }
  return requests;
}

using Answers = std::vector<std::vector<int32_t>>;

Answers ask(Engine& engine, const std::vector<Request>& requests, bool together) {
  Answers answers(requests.size());
  for (size_t i = 0; i < requests.size(); ++i) {
    Request request = requests[i];
    request.on_token = [&answer = answers[i]](int32_t token, Finish) {
      if (token >= 0) answer.push_back(token);
      return true;
    };
    EXPECT_TRUE(engine.submit(std::move(request)).ok());
    if (!together) engine.run_until_idle();
  }
  engine.run_until_idle();
  return answers;
}

class Invariant : public testing::TestWithParam<std::tuple<const char*, const char*>> {
 protected:
  static model::Model make_model(const std::string& shape) {
    auto model = model::compile(synth_file(shape));
    HOB_CHECK(model.ok(), "{}", model.error().message);
    return std::move(model).value();
  }

  static std::unique_ptr<Engine> make_engine(const model::Model& model, const std::string& backend,
                                             const Setting& setting, Witness& witness) {
    backend::BackendOptions o;
    o.n_pages = setting.n_pages;
    o.max_batch = setting.options.max_batch;
    o.n_threads = setting.n_threads;
    auto made = backend == "cpu" ? backend::make_cpu(model, o) : backend::make_reference(model, o);
    HOB_CHECK(made.ok(), "{}", made.error().message);
    return std::make_unique<Engine>(
        std::make_unique<WitnessedBackend>(std::move(made).value(), witness), setting.options,
        model.program.n_vocab);
  }
};

TEST_P(Invariant, SameSequenceSameBits) {
  const auto [backend, shape] = GetParam();
  const model::Model model = make_model(shape);
  // The reference is slow: fewer tokens, and its threads are none.
  const bool slow = std::string_view(backend) == "reference";
  const auto requests = some_requests(model.program.n_vocab, slow ? 2 : 40);
  Witness witness;

  const Setting fresh{"fresh", options(300, false)};
  const Answers alone = ask(*make_engine(model, backend, fresh, witness), requests, false);
  EXPECT_EQ(witness.n_compared, 0);

  std::vector<Setting> settings = {
      {"from the prefix cache", options(300, true)},
      {"chunks of 50", options(50, false)},
      {"few pages", options(64, true), 8},
  };
  if (!slow) {
    settings.push_back({"chunks of 7", options(7, false)});
    settings.push_back({"three threads", options(100, true), 40, 3});
  }
  for (const Setting& setting : settings) {
    const auto engine = make_engine(model, backend, setting, witness);
    for (bool together : {false, true}) {
      if (slow && !together && setting.options.prefix_cache == false) continue;
      const int64_t n_before = witness.n_different;
      EXPECT_EQ(ask(*engine, requests, together), alone) << setting.name;
      EXPECT_EQ(witness.n_different, n_before) << setting.name << (together ? ", together" : "");
    }
    EXPECT_EQ(engine->free_pages() + engine->cached_pages(), setting.n_pages);
  }
  EXPECT_GE(witness.n_compared, 40);
}

// The raw forward gives the rows that generation saw.
TEST_P(Invariant, RawLogitsAreTheSameBits) {
  const auto [backend, shape] = GetParam();
  const int64_t n_tokens = std::string_view(backend) == "reference" ? 2 : 40;
  const model::Model model = make_model(shape);
  Witness witness;
  const auto engine = make_engine(model, backend, {"", options(64, true)}, witness);
  Request request = some_requests(model.program.n_vocab, n_tokens).front();
  auto tokens = request.prompt;
  request.on_token = [&](int32_t token, Finish) {
    if (token >= 0) tokens.push_back(token);
    return true;
  };
  ASSERT_TRUE(engine->submit(request).ok());
  engine->run_until_idle();
  ASSERT_TRUE(engine->logits(tokens, true, [](int64_t, auto) {}).ok());
  EXPECT_EQ(witness.n_compared, n_tokens);
  ASSERT_TRUE(engine->logits(tokens, false, [](int64_t, auto) {}).ok());
  EXPECT_EQ(witness.n_compared, n_tokens + 1);
  EXPECT_EQ(witness.n_different, 0);
}

std::string test_name(const testing::TestParamInfo<Invariant::ParamType>& info) {
  std::string name = std::string(std::get<0>(info.param)) + "_" + std::get<1>(info.param);
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Cpu, Invariant,
                         testing::Combine(testing::Values("cpu"),
                                          testing::Values("llama:tiny:f32", "qwen3:tiny:q8_0",
                                                          "llama:tiny:q4_k_m", "gemma3:tiny:q4_0")),
                         test_name);
INSTANTIATE_TEST_SUITE_P(Reference, Invariant,
                         testing::Combine(testing::Values("reference"),
                                          testing::Values("llama:tiny:q8_0")),
                         test_name);

}  // namespace
}  // namespace hob::engine
