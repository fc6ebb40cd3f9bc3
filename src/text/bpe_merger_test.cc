#include "text/bpe_merger.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace hob::text {
namespace {

using Table = std::map<std::pair<int, int>, Merge>;

// By definition: the lowest rank, the leftmost, again and again.
std::vector<int> merge_slowly(std::vector<int> ids, const Table& table) {
  while (true) {
    size_t best = ids.size();
    for (size_t i = 0; i + 1 < ids.size(); i++) {
      const auto found = table.find({ids[i], ids[i + 1]});
      if (found == table.end()) continue;
      if (best == ids.size() || found->second.rank < table.at({ids[best], ids[best + 1]}).rank)
        best = i;
    }
    if (best == ids.size()) return ids;
    ids[best] = table.at({ids[best], ids[best + 1]}).id;
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
}

std::vector<int> merge_fast(const std::vector<int>& ids, const Table& table) {
  Merger merger;
  for (size_t i = 0; i < ids.size(); i++) merger.add(static_cast<uint32_t>(i), 1, ids[i]);
  merger.run([&](const Symbol& left, const Symbol& right, Merge& merge) {
    const auto found = table.find({left.id, right.id});
    if (found == table.end()) return false;
    merge = found->second;
    return true;
  });
  std::vector<int> out;
  uint32_t at = 0;
  merger.for_each([&](const Symbol& symbol) {
    EXPECT_EQ(symbol.begin, at);
    at += symbol.length;
    out.push_back(symbol.id);
  });
  EXPECT_EQ(at, ids.size());
  return out;
}

TEST(Merger, AgreesWithTheDefinition) {
  std::mt19937 random(1);
  for (int round = 0; round < 400; round++) {
    const int n_letters = 2 + static_cast<int>(random() % 4);
    Table table;
    for (int id = n_letters; id < n_letters + 12; id++) {
      const int left = static_cast<int>(random() % id), right = static_cast<int>(random() % id);
      // Few ranks, so that ties are common.
      table[{left, right}] = {static_cast<uint32_t>(random() % 6), id};
    }
    std::vector<int> ids(random() % 40);
    for (int& id : ids) id = static_cast<int>(random() % n_letters);
    EXPECT_EQ(merge_fast(ids, table), merge_slowly(ids, table));
  }
}

TEST(Merger, TakesTheLeftmostOfEquals) {
  const Table table = {{{0, 0}, {0, 1}}};
  EXPECT_EQ(merge_fast({0, 0, 0}, table), (std::vector<int>{1, 0}));
  EXPECT_EQ(merge_fast({}, table), std::vector<int>{});
}

}  // namespace
}  // namespace hob::text
