#include "engine/page_pool.h"

#include <gtest/gtest.h>

namespace hob::engine {
namespace {

TEST(PagePool, FreesAPageWithItsLastHolder) {
  PagePool pool(2);
  const PageId page = pool.take().value();
  pool.retain(page);
  EXPECT_EQ(pool.holders(page), 2);
  pool.release(page);
  EXPECT_EQ(pool.n_free(), 1);
  pool.release(page);
  EXPECT_EQ(pool.n_free(), 2);
  EXPECT_DEATH(pool.release(page), "free");
}

TEST(PagePool, GivesTheWarmestPageAndThenNone) {
  PagePool pool(2);
  const PageId first = pool.take().value();
  pool.release(first);
  EXPECT_EQ(pool.take(), first);
  EXPECT_TRUE(pool.take());
  EXPECT_FALSE(pool.take());
}

TEST(PagePool, CountsPages) {
  EXPECT_EQ(pages_for(0), 0);
  EXPECT_EQ(pages_for(1), 1);
  EXPECT_EQ(pages_for(kPageTokens), 1);
  EXPECT_EQ(pages_for(kPageTokens + 1), 2);
}

}  // namespace
}  // namespace hob::engine
