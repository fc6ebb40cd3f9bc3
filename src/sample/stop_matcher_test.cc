#include "sample/stop_matcher.h"

#include <gtest/gtest.h>

#include <optional>
#include <random>

namespace hob::sample {
namespace {

struct Outcome {
  std::string text;
  std::string matched;
  bool operator==(const Outcome&) const = default;
};

Outcome feed(const std::vector<std::string>& stops, const std::vector<std::string>& pieces) {
  StopMatcher matcher(stops);
  std::string text;
  for (const std::string& piece : pieces) text += matcher.push(piece);
  text += matcher.finish();
  return {text, matcher.matched()};
}

// The definition: the first stop string to be complete, the longest of those.
Outcome by_definition(const std::vector<std::string>& stops, const std::string& text) {
  for (size_t end = 1; end <= text.size(); ++end) {
    std::string longest;
    for (const std::string& stop : stops)
      if (stop.size() > longest.size() && text.substr(0, end).ends_with(stop)) longest = stop;
    if (!longest.empty()) return {text.substr(0, end - longest.size()), longest};
  }
  return {text, ""};
}

TEST(StopMatcher, HoldsBackWhatMayBecomeAStop) {
  StopMatcher matcher({"</s>", "STOP"});
  EXPECT_EQ(matcher.push("hello <"), "hello ");
  EXPECT_EQ(matcher.push("/b"), "</b");
  EXPECT_EQ(matcher.push(" ST"), " ");
  EXPECT_EQ(matcher.push("O"), "");
  EXPECT_FALSE(matcher.stopped());
  EXPECT_EQ(matcher.push("P and more"), "");
  EXPECT_TRUE(matcher.stopped());
  EXPECT_EQ(matcher.matched(), "STOP");
  EXPECT_EQ(matcher.push("nothing"), "");
  EXPECT_EQ(matcher.finish(), "");
}

TEST(StopMatcher, TheEndReleasesWhatWasHeld) {
  EXPECT_EQ(feed({"STOP"}, {"an ST", "O"}), (Outcome{"an STO", ""}));
}

TEST(StopMatcher, OverlapsWithItselfAndOthers) {
  EXPECT_EQ(feed({"aab"}, {"a", "a", "a", "b", "x"}), (Outcome{"a", "aab"}));
  EXPECT_EQ(feed({"abcd", "bc"}, {"xabcd"}), (Outcome{"xa", "bc"}));
  EXPECT_EQ(feed({"bc", "abc"}, {"xabc"}), (Outcome{"x", "abc"}));  // at the same byte: the longest
  EXPECT_EQ(feed({"abab"}, {"ababab"}), (Outcome{"", "abab"}));
}

TEST(StopMatcher, NoStopsNoDelay) {
  StopMatcher matcher({"", ""});
  EXPECT_EQ(matcher.push("text"), "text");
  EXPECT_FALSE(matcher.stopped());
}

TEST(StopMatcher, NeverCutsACodePoint) {
  StopMatcher matcher({"é!"});
  EXPECT_EQ(matcher.push("caf\xC3\xA9"), "caf");
  EXPECT_EQ(matcher.push("\xC3\xA8"), "\xC3\xA9\xC3\xA8");  // è shares é's first byte
}

TEST(StopMatcher, AnyCutOfTheStreamGivesTheSame) {
  std::mt19937_64 random(3);
  const auto word = [&](size_t longest) {
    std::string s;
    for (size_t n = 1 + random() % longest; n > 0; --n) s += static_cast<char>('a' + random() % 2);
    return s;
  };
  for (int round = 0; round < 3000; ++round) {
    std::vector<std::string> stops;
    for (size_t n = 1 + random() % 3; n > 0; --n) stops.push_back(word(6));
    const std::string text = word(24);
    std::vector<std::string> pieces(1);
    for (char c : text) {
      if (random() % 3 == 0) pieces.emplace_back();
      pieces.back() += c;
    }
    ASSERT_EQ(feed(stops, pieces), by_definition(stops, text)) << text;
  }
}

TEST(StopMatcher, HoldsNoMoreThanItMust) {
  std::mt19937_64 random(4);
  StopMatcher matcher({"aabaa"});
  std::string fed, out;
  for (int i = 0; i < 200; ++i) {
    const std::string next(1, random() % 4 == 0 ? 'c' : random() % 2 ? 'a' : 'b');
    fed += next;
    out += matcher.push(next);
    if (matcher.stopped()) break;
    const std::string held = fed.substr(out.size());
    EXPECT_TRUE(std::string("aabaa").starts_with(held)) << held;
  }
}

}  // namespace
}  // namespace hob::sample
