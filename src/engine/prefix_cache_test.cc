#include "engine/prefix_cache.h"

#include <gtest/gtest.h>

#include <numeric>

namespace hob::engine {
namespace {

std::vector<int32_t> count_from(int32_t first, int64_t n) {
  std::vector<int32_t> tokens(n);
  std::iota(tokens.begin(), tokens.end(), first);
  return tokens;
}

std::vector<int32_t> operator+(std::vector<int32_t> a, const std::vector<int32_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

class PrefixCacheTest : public testing::Test {
 protected:
  // As a sequence that ran these tokens and ended; the pages it had, as the cache knows them.
  std::vector<PageId> remember(const std::vector<int32_t>& tokens) {
    std::vector<PageId> pages;
    while (static_cast<int64_t>(pages.size()) < pages_for(static_cast<int64_t>(tokens.size())))
      pages.push_back(pool_.take().value());
    cache_.insert(tokens, pages);
    for (PageId page : pages) pool_.release(page);
    return pages;
  }
  void forget(const PrefixCache::Match& match) {
    for (PageId page : match.pages) pool_.release(page);
  }

  PagePool pool_{16};
  PrefixCache cache_{pool_};
};

TEST_F(PrefixCacheTest, FindsTheLongestBeginning) {
  const auto tokens = count_from(0, 200);
  const auto pages = remember(tokens);
  EXPECT_EQ(cache_.n_pages(), 4);
  const auto match = cache_.find(tokens);
  EXPECT_EQ(match.pages, (std::vector<PageId>{pages[0], pages[1], pages[2]}));
  EXPECT_EQ(match.copy_from, pages[3]);
  EXPECT_EQ(match.copy_tokens, 8);
  EXPECT_EQ(pool_.holders(pages[0]), 2);
  EXPECT_EQ(pool_.holders(pages[3]), 1);
  forget(match);
}

TEST_F(PrefixCacheTest, CopiesTheBeginningOfAFullPage) {
  const auto pages = remember(count_from(0, 128));
  const auto match = cache_.find(count_from(0, 64 + 30) + count_from(900, 50));
  EXPECT_EQ(match.pages, std::vector<PageId>{pages[0]});
  EXPECT_EQ(match.copy_from, pages[1]);
  EXPECT_EQ(match.copy_tokens, 30);
  forget(match);
}

TEST_F(PrefixCacheTest, ChoosesTheSiblingThatSharesMost) {
  remember(count_from(0, 20) + count_from(100, 44));
  const auto best = remember(count_from(0, 40) + count_from(300, 24));
  remember(count_from(0, 20) + count_from(500, 44));
  const auto match = cache_.find(count_from(0, 64));
  EXPECT_EQ(match.copy_from, best[0]);
  EXPECT_EQ(match.copy_tokens, 40);
}

TEST_F(PrefixCacheTest, ATokenEarlierMakesAllLaterPagesOthers) {
  auto tokens = count_from(0, 192);
  remember(tokens);
  tokens[5] = 999;
  const auto match = cache_.find(tokens);
  EXPECT_TRUE(match.pages.empty());
  EXPECT_EQ(match.copy_from, PrefixCache::kNoPage);  // five tokens are not worth it
}

TEST_F(PrefixCacheTest, TheSamePageIsKeptOnce) {
  const auto tokens = count_from(0, 128);
  const auto first = remember(tokens);
  const auto second = remember(tokens + count_from(7, 3));
  EXPECT_EQ(second[0], first[0]);
  EXPECT_EQ(second[1], first[1]);
  EXPECT_EQ(cache_.n_pages(), 3);
  EXPECT_EQ(pool_.n_free(), 13);
}

TEST_F(PrefixCacheTest, LongerPartsReplaceShorterOnes) {
  remember(count_from(0, 20));
  remember(count_from(0, 10));
  EXPECT_EQ(cache_.n_pages(), 1);
  remember(count_from(0, 40));
  EXPECT_EQ(cache_.n_pages(), 1);
  remember(count_from(0, 20) + count_from(50, 3));
  EXPECT_EQ(cache_.n_pages(), 2);
  remember(count_from(0, 100));
  EXPECT_EQ(cache_.n_pages(), 3);
  EXPECT_EQ(pool_.n_free() + cache_.n_pages(), pool_.size());
}

TEST_F(PrefixCacheTest, EvictsLeavesUsedLongestAgo) {
  const auto old_tokens = count_from(0, 128), new_tokens = count_from(500, 64);
  remember(old_tokens);
  remember(new_tokens);
  forget(cache_.find(old_tokens));
  EXPECT_TRUE(cache_.evict_one());
  EXPECT_TRUE(cache_.find(new_tokens).pages.empty());
  const auto match = cache_.find(old_tokens);
  EXPECT_EQ(match.pages.size(), 2u);
  EXPECT_EQ(cache_.n_evictable(), 0);
  EXPECT_FALSE(cache_.evict_one());  // held by the match
  forget(match);
  EXPECT_EQ(cache_.n_evictable(), 2);
  EXPECT_TRUE(cache_.evict_one());
  EXPECT_TRUE(cache_.evict_one());
  EXPECT_EQ(pool_.n_free(), pool_.size());
}

TEST_F(PrefixCacheTest, ClearingLeavesHeldPagesToTheirHolders) {
  remember(count_from(0, 128));
  const auto match = cache_.find(count_from(0, 128));
  cache_.clear();
  EXPECT_EQ(cache_.n_pages(), 0);
  EXPECT_EQ(pool_.n_free(), 14);
  EXPECT_TRUE(cache_.find(count_from(0, 200), 2).pages.empty());
  forget(match);
  EXPECT_EQ(pool_.n_free(), 16);
  remember(count_from(0, 70));
  EXPECT_EQ(cache_.n_pages(), 2);
}

}  // namespace
}  // namespace hob::engine
