// The engine over a backend without a model (test_backend.h): batching, pages, prefix cache,
// ends.
#include "engine/engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "engine/test_backend.h"

namespace hob::engine {
namespace {

constexpr int64_t kVocab = 97;

struct Answer {
  std::vector<int32_t> tokens;
  Finish finish = Finish::none;
  bool operator==(const Answer&) const = default;
};

std::vector<int32_t> some_tokens(int64_t n, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<int32_t> tokens(n);
  for (int32_t& t : tokens) t = static_cast<int32_t>(random() % kVocab);
  return tokens;
}

Request request_for(std::vector<int32_t> prompt, int64_t max_tokens) {
  Request request;
  request.prompt = std::move(prompt);
  request.max_tokens = max_tokens;
  request.sampling.temperature = 0;
  return request;
}

// An engine with its fake backend in reach.
struct House {
  explicit House(EngineOptions options = {}, int64_t n_pages = 64) {
    auto made = std::make_unique<PrefixBackend>(n_pages, options.max_batch, kVocab);
    backend = made.get();
    engine = std::make_unique<Engine>(std::move(made), options, kVocab);
  }

  SequenceId submit(Request request, Answer& answer) {
    request.on_token = [&answer](int32_t token, Finish finish) {
      EXPECT_EQ(answer.finish, Finish::none) << "called after the end";
      EXPECT_EQ(token == -1, finish != Finish::none);
      if (token >= 0) answer.tokens.push_back(token);
      answer.finish = finish;
      return true;
    };
    return engine->submit(std::move(request)).value();
  }

  Answer ask(Request request) {
    Answer answer;
    submit(std::move(request), answer);
    engine->run_until_idle();
    return answer;
  }

  void expect_no_leak() {
    EXPECT_EQ(engine->free_pages() + engine->cached_pages(), backend->n_pages());
    engine->drop_prefix_cache();
    EXPECT_EQ(engine->free_pages(), backend->n_pages());
  }

  PrefixBackend* backend;
  std::unique_ptr<Engine> engine;
};

// What a greedy answer must be, from the definition.
std::vector<int32_t> greedy_answer(std::vector<int32_t> prompt, int64_t n) {
  std::vector<int32_t> answer;
  for (int64_t i = 0; i < n; ++i) {
    const auto logits = PrefixBackend::expected(prompt, kVocab);
    answer.push_back(
        static_cast<int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin()));
    prompt.push_back(answer.back());
  }
  return answer;
}

TEST(Engine, AnswersGreedily) {
  House house;
  const auto prompt = some_tokens(100, 1);
  const Answer answer = house.ask(request_for(prompt, 150));
  EXPECT_EQ(answer.tokens, greedy_answer(prompt, 150));
  EXPECT_EQ(answer.finish, Finish::max_tokens);
  EXPECT_EQ(house.backend->n_tokens_run, 249);  // the last token need not be run
  house.expect_no_leak();
}

TEST(Engine, ChunksChangeNothing) {
  const auto prompt = some_tokens(300, 2);
  for (int64_t chunk : {1, 7, 64, 100, 512}) {
    EngineOptions options;
    options.prefill_chunk = chunk;
    House house(options);
    EXPECT_EQ(house.ask(request_for(prompt, 10)).tokens, greedy_answer(prompt, 10)) << chunk;
    EXPECT_EQ(house.backend->n_runs, (300 + chunk - 1) / chunk + 9);
  }
}

TEST(Engine, ManySequencesShareABatch) {
  House house;
  std::vector<Answer> answers(20);
  for (uint64_t i = 0; i < answers.size(); ++i)
    house.submit(request_for(some_tokens(5 + static_cast<int64_t>(i), i), 30), answers[i]);
  house.engine->run_until_idle();
  for (uint64_t i = 0; i < answers.size(); ++i)
    EXPECT_EQ(answers[i].tokens, greedy_answer(some_tokens(5 + static_cast<int64_t>(i), i), 30));
  EXPECT_EQ(house.backend->largest_batch, 20u);
  EXPECT_EQ(house.backend->n_runs, 30);
  house.expect_no_leak();
}

TEST(Engine, RunningAnswersGoOnWhileALongPromptIsTaken) {
  EngineOptions options;
  options.prefill_chunk = 10;
  House house(options);
  Answer running, late;
  house.submit(request_for(some_tokens(5, 1), 100), running);
  house.engine->step();
  house.submit(request_for(some_tokens(200, 2), 5), late);
  for (int i = 0; i < 20; ++i) house.engine->step();
  EXPECT_EQ(running.tokens.size(), 21u);
  EXPECT_EQ(late.tokens.size(), 1u);
  house.engine->run_until_idle();
}

TEST(Engine, PromptsAreTakenFairly) {
  EngineOptions options;
  options.prefill_chunk = 64;
  House house(options);
  Answer longer, shorter;
  house.submit(request_for(some_tokens(2000, 1), 1), longer);
  house.submit(request_for(some_tokens(30, 2), 1), shorter);
  house.engine->step();
  EXPECT_EQ(shorter.tokens.size(), 1u);
  EXPECT_TRUE(longer.tokens.empty());
  EXPECT_EQ(house.backend->n_tokens_run, 64);  // what the short one left over was used
  house.engine->run_until_idle();
}

TEST(Engine, ACachedPromptIsNotRunAgain) {
  House house;
  const auto prompt = some_tokens(256, 3);
  house.ask(request_for(prompt, 4));
  house.backend->n_tokens_run = 0;
  Answer again;
  const SequenceId id = house.submit(request_for(prompt, 4), again);
  house.engine->run_until_idle();
  EXPECT_EQ(again.tokens, greedy_answer(prompt, 4));
  // Three full pages, a copy of 63 positions, and the last token for its logits.
  EXPECT_EQ(house.engine->timings(id).cached_tokens, 255);
  EXPECT_EQ(house.engine->timings(id).prompt_tokens, 256);
  EXPECT_EQ(house.backend->n_tokens_run, 1 + 3);
  EXPECT_EQ(house.backend->n_copies, 1);
  house.expect_no_leak();
}

TEST(Engine, AConversationGoesOnFromItsCache) {
  House house;
  auto tokens = some_tokens(90, 4);
  const Answer first = house.ask(request_for(tokens, 20));
  tokens.insert(tokens.end(), first.tokens.begin(), first.tokens.end());
  const auto more = some_tokens(15, 5);
  tokens.insert(tokens.end(), more.begin(), more.end());
  Answer second;
  const SequenceId id = house.submit(request_for(tokens, 20), second);
  house.engine->run_until_idle();
  EXPECT_EQ(house.engine->timings(id).cached_tokens, 109);  // all that was run
  EXPECT_EQ(second.tokens, greedy_answer(tokens, 20));
}

TEST(Engine, ACachedBeginningThatDiffersLaterIsExact) {
  House house;
  auto prompt = some_tokens(400, 6);
  house.ask(request_for(prompt, 3));
  for (size_t changed : {399u, 200u, 64u, 63u, 0u}) {
    auto other = prompt;
    other[changed] = (other[changed] + 1) % kVocab;
    EXPECT_EQ(house.ask(request_for(other, 5)).tokens, greedy_answer(other, 5)) << changed;
  }
  house.expect_no_leak();
}

TEST(Engine, WithoutThePrefixCacheNothingIsKept) {
  EngineOptions options;
  options.prefix_cache = false;
  House house(options);
  house.ask(request_for(some_tokens(200, 1), 3));
  EXPECT_EQ(house.engine->free_pages(), house.backend->n_pages());
}

TEST(Engine, TheSecondOfTwoEqualPromptsFollowsTheFirst) {
  EngineOptions options;
  options.prefill_chunk = 64;
  options.max_sequences = 2;
  House house(options);
  const auto prompt = some_tokens(640, 8);
  Answer first, second;
  house.submit(request_for(prompt, 4), first);
  house.engine->step();
  house.engine->step();
  house.submit(request_for(prompt, 4), second);
  house.engine->run_until_idle();
  EXPECT_EQ(first.tokens, greedy_answer(prompt, 4));
  EXPECT_EQ(second, first);
  EXPECT_LT(house.backend->n_tokens_run, 2 * 640 - 100);
  house.expect_no_leak();
}

TEST(Engine, StopTokensAreNotPublished) {
  House house;
  const auto prompt = some_tokens(10, 9);
  const auto expected = greedy_answer(prompt, 12);
  Request request = request_for(prompt, 12);
  request.stop_tokens = {expected[6]};
  const Answer answer = house.ask(std::move(request));
  const auto first = std::find(expected.begin(), expected.end(), expected[6]);
  EXPECT_EQ(answer.tokens, std::vector<int32_t>(expected.begin(), first));
  EXPECT_EQ(answer.finish, Finish::end_of_generation);
  house.expect_no_leak();
}

TEST(Engine, EndsWhereTheContextIsFull) {
  EngineOptions options;
  options.context = 100;
  House house(options);
  const auto prompt = some_tokens(90, 10);
  const Answer answer = house.ask(request_for(prompt, -1));
  EXPECT_EQ(answer.finish, Finish::context_full);
  EXPECT_EQ(answer.tokens, greedy_answer(prompt, 10));
}

TEST(Engine, ZeroTokensOnlyTakesThePrompt) {
  House house;
  const Answer answer = house.ask(request_for(some_tokens(130, 11), 0));
  EXPECT_EQ(answer, (Answer{{}, Finish::max_tokens}));
  EXPECT_EQ(house.engine->cached_pages(), 3);
}

TEST(Engine, ErrorsNameTheNumbers) {
  EngineOptions options;
  options.context = 100;
  House house(options);
  const auto message = [&](Request request) {
    const auto result = house.engine->submit(std::move(request));
    return result.ok() ? std::string() : result.error().message;
  };
  const auto contains = [](const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  };
  EXPECT_TRUE(contains(message(request_for(some_tokens(5000, 1), 1)), "5000"));
  EXPECT_TRUE(contains(message(request_for(some_tokens(5000, 1), 1)), "holds 100"));
  EXPECT_TRUE(contains(message(request_for(some_tokens(100, 1), 1)), "no room for an answer"));
  EXPECT_EQ(message(request_for(some_tokens(100, 1), 0)), "");
  EXPECT_TRUE(contains(message(request_for({}, 1)), "no tokens"));
  EXPECT_TRUE(contains(message(request_for({1, 97}, 1)), "token 97"));
  EXPECT_TRUE(contains(message(request_for({-3}, 1)), "token -3"));
  Request request = request_for({1}, 1);
  request.sampling.top_p = 3;
  EXPECT_TRUE(contains(message(std::move(request)), "--top-p 3"));
  house.engine->run_until_idle();
}

TEST(Engine, FewerPagesThanTheContextLimitTheContext) {
  EngineOptions options;
  options.context = 4096;
  House house(options, 2);
  EXPECT_EQ(house.engine->context(), 128);
  EXPECT_EQ(house.ask(request_for(some_tokens(100, 1), -1)).finish, Finish::context_full);
}

TEST(Engine, CancelFreesAtOnce) {
  House house;
  Answer answer, other;
  const SequenceId id = house.submit(request_for(some_tokens(100, 1), -1), answer);
  house.submit(request_for(some_tokens(20, 2), 8), other);
  for (int i = 0; i < 5; ++i) house.engine->step();
  house.engine->cancel(id);
  EXPECT_EQ(answer.finish, Finish::cancelled);
  EXPECT_EQ(answer.tokens.size(), 5u);
  EXPECT_EQ(house.engine->timings(id).generated_tokens, 5);
  house.engine->cancel(id);
  house.engine->cancel(12345);
  house.engine->run_until_idle();
  EXPECT_EQ(other.tokens, greedy_answer(some_tokens(20, 2), 8));
  house.expect_no_leak();
}

TEST(Engine, CallbacksMayCancelAndSubmit) {
  House house;
  Answer victim, next;
  const SequenceId id = house.submit(request_for(some_tokens(10, 1), 50), victim);
  std::vector<Finish> ends;
  Request request = request_for(some_tokens(10, 2), 50);
  int n = 0;
  request.on_token = [&](int32_t token, Finish finish) {
    if (finish != Finish::none) {
      ends.push_back(finish);
      house.submit(request_for(some_tokens(10, 3), 5), next);
    }
    if (token >= 0 && ++n == 3) house.engine->cancel(id);
    return n < 6;
  };
  ASSERT_TRUE(house.engine->submit(std::move(request)).ok());
  house.engine->run_until_idle();
  EXPECT_EQ(ends, std::vector<Finish>{Finish::cancelled});
  EXPECT_EQ(n, 6);
  EXPECT_EQ(victim.finish, Finish::cancelled);
  EXPECT_EQ(victim.tokens.size(), 3u);
  EXPECT_EQ(next.tokens, greedy_answer(some_tokens(10, 3), 5));
  house.expect_no_leak();
}

TEST(Engine, AnOlderOneMayCancelAYoungerOneInTheSameStep) {
  House house;
  Answer victim;
  SequenceId id = 0;
  Request request = request_for(some_tokens(10, 2), 9);
  int n = 0;
  request.on_token = [&](int32_t, Finish) {
    if (++n == 3) house.engine->cancel(id);
    return true;
  };
  ASSERT_TRUE(house.engine->submit(std::move(request)).ok());
  id = house.submit(request_for(some_tokens(10, 1), 50), victim);
  house.engine->run_until_idle();
  EXPECT_EQ(victim.finish, Finish::cancelled);
  EXPECT_EQ(victim.tokens.size(), 2u);  // nothing after the call
}

TEST(Engine, WithoutFreePagesTheCachedPartIsTakenOver) {
  EngineOptions options;
  options.context = 128;
  House house(options, 2);
  const auto prompt = some_tokens(100, 1);
  house.ask(request_for(prompt, 3));
  EXPECT_EQ(house.engine->free_pages(), 0);
  Answer again;
  const SequenceId id = house.submit(request_for(prompt, 3), again);
  house.engine->run_until_idle();
  EXPECT_EQ(again.tokens, greedy_answer(prompt, 3));
  EXPECT_EQ(house.engine->timings(id).cached_tokens, 99);
  EXPECT_EQ(house.backend->n_copies, 0);
  house.expect_no_leak();
}

TEST(Engine, APromptThatDoesNotFitYetWaits) {
  EngineOptions options;
  options.context = 512;
  options.prefill_chunk = 64;
  House house(options, 8);
  std::vector<Answer> answers(2);
  std::vector<SequenceId> ids;
  for (uint64_t i = 0; i < 2; ++i)
    ids.push_back(house.submit(request_for(some_tokens(300, i), 5), answers[i]));
  house.engine->run_until_idle();
  for (uint64_t i = 0; i < 2; ++i) {
    EXPECT_EQ(answers[i].tokens, greedy_answer(some_tokens(300, i), 5));
    EXPECT_EQ(house.engine->timings(ids[i]).preemptions, 0);
  }
  EXPECT_EQ(house.backend->n_tokens_run, 2 * 304);  // nothing twice
}

TEST(Engine, WhenPagesRunOutTheYoungestBeginsAnew) {
  EngineOptions options;
  options.context = 512;
  for (bool cache : {true, false}) {
    options.prefix_cache = cache;
    House house(options, 8);  // one full context
    std::vector<Answer> answers(3);
    std::vector<SequenceId> ids;
    for (uint64_t i = 0; i < 3; ++i)
      ids.push_back(house.submit(request_for(some_tokens(100, i), 300), answers[i]));
    house.engine->run_until_idle();
    for (uint64_t i = 0; i < 3; ++i) {
      EXPECT_EQ(answers[i].tokens, greedy_answer(some_tokens(100, i), 300));
      EXPECT_EQ(house.engine->timings(ids[i]).preemptions > 0, i > 0);
    }
    house.expect_no_leak();
  }
}

TEST(Engine, RawLogitsOfAllPositions) {
  for (int64_t max_batch : {16, 512}) {
    EngineOptions options;
    options.max_batch = max_batch;
    House house(options);
    const auto tokens = some_tokens(150, 7);
    int64_t next = 0;
    const Status all = house.engine->logits(tokens, true, [&](int64_t position, auto row) {
      EXPECT_EQ(position, next++);
      EXPECT_TRUE(std::ranges::equal(
          row, PrefixBackend::expected(std::span(tokens).first(position + 1), kVocab)));
    });
    ASSERT_TRUE(all.ok());
    EXPECT_EQ(next, 150);
    const Status last = house.engine->logits(tokens, false, [&](int64_t position, auto row) {
      EXPECT_EQ(position, 149);
      EXPECT_TRUE(std::ranges::equal(row, PrefixBackend::expected(tokens, kVocab)));
    });
    ASSERT_TRUE(last.ok());
    EXPECT_EQ(house.engine->free_pages(), house.backend->n_pages());
  }
}

TEST(Engine, RawLogitsWantFreePages) {
  EngineOptions options;
  options.context = 256;
  House house(options, 4);
  Answer answer;
  house.submit(request_for(some_tokens(100, 1), -1), answer);
  house.engine->step();
  const Status s = house.engine->logits(some_tokens(200, 2), false, [](int64_t, auto) {});
  ASSERT_FALSE(s.ok());
  EXPECT_NE(s.error().message.find("need 4 pages"), std::string::npos) << s.error().message;
  house.engine->run_until_idle();
  EXPECT_EQ(answer.tokens, greedy_answer(some_tokens(100, 1), 156));
  EXPECT_TRUE(house.engine->logits(some_tokens(200, 2), false, [](int64_t, auto) {}).ok());
}

TEST(Engine, TimingsCountTokensAndSteps) {
  House house;
  Answer answer;
  const SequenceId id = house.submit(request_for(some_tokens(100, 1), 7), answer);
  house.engine->run_until_idle();
  const Timings& t = house.engine->timings(id);
  EXPECT_EQ(t.prompt_tokens, 100);
  EXPECT_EQ(t.generated_tokens, 7);
  EXPECT_EQ(t.decode_steps, 6);
  EXPECT_GT(t.prefill_seconds, 0);
  EXPECT_GT(t.decode_seconds, 0);
}

// Many requests that share beginnings, come late, are cancelled and fight for pages: each gets the
// answer it gets alone.
class EngineStress : public testing::TestWithParam<uint64_t> {};

TEST_P(EngineStress, TogetherAsAlone) {
  std::mt19937_64 random(GetParam());
  EngineOptions options;
  options.context = 320;
  options.prefill_chunk = 1 + static_cast<int64_t>(random() % 100);
  options.max_batch = 8 + static_cast<int64_t>(random() % 100);
  options.max_sequences = 1 + static_cast<int64_t>(random() % 10);
  options.prefix_cache = random() % 4 != 0;
  House house(options, 5 + static_cast<int64_t>(random() % 20));

  std::vector<Request> requests;
  for (int i = 0; i < 30; ++i) {
    auto prompt = some_tokens(static_cast<int64_t>(random() % 200), random() % 3);
    const auto tail = some_tokens(1 + static_cast<int64_t>(random() % 60), random());
    prompt.insert(prompt.end(), tail.begin(), tail.end());
    Request request = request_for(prompt, static_cast<int64_t>(random() % 80));
    request.sampling.temperature = 1;
    request.sampling.seed = random();
    request.sampling.repeat_penalty = 1.2f;
    request.stop_tokens = {5};
    requests.push_back(request);
  }
  std::vector<Answer> answers(requests.size());
  std::map<SequenceId, size_t> cancelled;
  for (size_t i = 0; i < requests.size(); ++i) {
    const SequenceId id = house.submit(requests[i], answers[i]);
    if (random() % 8 == 0) cancelled[id] = i;
    for (uint64_t n = random() % 12; n > 0; --n) house.engine->step();
    if (random() % 16 == 0) house.engine->drop_prefix_cache();
    if (!cancelled.empty() && random() % 4 == 0) {
      house.engine->cancel(cancelled.begin()->first);
      cancelled.erase(cancelled.begin());
    }
  }
  house.engine->run_until_idle();
  house.expect_no_leak();

  EngineOptions plain;
  plain.context = options.context;
  for (size_t i = 0; i < requests.size(); ++i) {
    const Answer alone = House(plain).ask(requests[i]);
    if (answers[i].finish == Finish::cancelled) {
      ASSERT_LE(answers[i].tokens.size(), alone.tokens.size());
      EXPECT_TRUE(
          std::equal(answers[i].tokens.begin(), answers[i].tokens.end(), alone.tokens.begin()));
    } else {
      EXPECT_EQ(answers[i], alone) << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, EngineStress, testing::Range<uint64_t>(0, 40));

}  // namespace
}  // namespace hob::engine
