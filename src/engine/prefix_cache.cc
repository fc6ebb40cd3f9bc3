// The tree of cached pages. No key is the beginning of its sibling, so the keys that share most
// with some tokens are their neighbours in lexicographic order.
#include "engine/prefix_cache.h"

#include <algorithm>

#include "base/check.h"

namespace hob::engine {

namespace {

// Below this many tokens running them anew costs as little as copying.
constexpr int64_t kWorthCopying = 8;

int64_t common_length(std::span<const int32_t> a, std::span<const int32_t> b) {
  const size_t n = std::min(a.size(), b.size());
  return std::mismatch(a.begin(), a.begin() + static_cast<ptrdiff_t>(n), b.begin()).first -
         a.begin();
}

std::span<const int32_t> page_of(std::span<const int32_t> tokens, int64_t index) {
  const auto rest = tokens.subspan(index * kPageTokens);
  return rest.first(std::min<size_t>(rest.size(), kPageTokens));
}

}  // namespace

bool PrefixCache::Before::operator()(std::span<const int32_t> a, std::span<const int32_t> b) const {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

PrefixCache::PrefixCache(PagePool& pool) : pool_(pool), nodes_(1) {}

PrefixCache::Match PrefixCache::find(std::span<const int32_t> tokens, int64_t n_skip) {
  ++now_;
  Match match;
  int32_t node = 0;
  int64_t depth = 0;
  for (const auto n_full = static_cast<int64_t>(tokens.size()) / kPageTokens; depth < n_full;
       ++depth) {
    const auto child = nodes_[node].children.find(page_of(tokens, depth));
    if (child == nodes_[node].children.end()) break;
    node = child->second;
    nodes_[node].last_used = now_;
    if (depth < n_skip) continue;
    pool_.retain(nodes_[node].page);
    match.pages.push_back(nodes_[node].page);
  }
  const auto rest = page_of(tokens, depth);
  if (depth < n_skip || rest.empty()) return match;

  Children& children = nodes_[node].children;
  auto neighbour = children.lower_bound(rest);
  const auto consider = [&](Children::iterator it) {
    const int64_t n = common_length(it->first, rest);
    if (n < kWorthCopying || n <= match.copy_tokens) return;
    match.copy_tokens = n;
    match.copy_from = nodes_[it->second].page;
    nodes_[it->second].last_used = now_;
  };
  if (neighbour != children.end()) consider(neighbour);
  if (neighbour != children.begin()) consider(std::prev(neighbour));
  return match;
}

void PrefixCache::insert(std::span<const int32_t> tokens, std::span<PageId> pages) {
  HOB_CHECK(pages_for(static_cast<int64_t>(tokens.size())) == static_cast<int64_t>(pages.size()));
  ++now_;
  int32_t node = 0;
  for (size_t i = 0; i < pages.size(); ++i) {
    const auto key = page_of(tokens, static_cast<int64_t>(i));
    const bool full = key.size() == kPageTokens;
    const auto child = nodes_[node].children.find(key);
    if (child == nodes_[node].children.end()) {
      if (!full && has_longer(node, key)) return;
      remove_shorter(node, key);
      node = add(node, key, pages[i]);
    } else {
      node = child->second;
      if (full && nodes_[node].page != pages[i]) {
        pool_.retain(nodes_[node].page);
        pool_.release(pages[i]);
        pages[i] = nodes_[node].page;
      }
    }
    nodes_[node].last_used = now_;
  }
}

int32_t PrefixCache::add(int32_t parent, std::span<const int32_t> key, PageId page) {
  int32_t node;
  if (unused_.empty()) {
    node = static_cast<int32_t>(nodes_.size());
    nodes_.emplace_back();
  } else {
    node = unused_.back();
    unused_.pop_back();
  }
  pool_.retain(page);
  nodes_[node].parent = parent;
  nodes_[node].page = page;
  nodes_[node].in_parent =
      nodes_[parent].children.emplace(Tokens(key.begin(), key.end()), node).first;
  ++n_nodes_;
  return node;
}

void PrefixCache::remove(int32_t node) {
  HOB_CHECK(nodes_[node].children.empty());
  nodes_[nodes_[node].parent].children.erase(nodes_[node].in_parent);
  pool_.release(nodes_[node].page);
  nodes_[node].page = kNoPage;
  unused_.push_back(node);
  --n_nodes_;
}

void PrefixCache::remove_shorter(int32_t parent, std::span<const int32_t> key) {
  Children& children = nodes_[parent].children;
  const auto next = children.lower_bound(key);
  if (next == children.begin()) return;
  const auto before = std::prev(next);
  if (before->first.size() == static_cast<size_t>(common_length(before->first, key)))
    remove(before->second);
}

bool PrefixCache::has_longer(int32_t parent, std::span<const int32_t> key) const {
  const Children& children = nodes_[parent].children;
  const auto next = children.lower_bound(key);
  return next != children.end() &&
         common_length(next->first, key) == static_cast<int64_t>(key.size());
}

// Plain scans: they happen once in kPageTokens tokens at most.
bool PrefixCache::evict_one() {
  int32_t oldest = -1;
  for (size_t i = 1; i < nodes_.size(); ++i) {
    const Node& node = nodes_[i];
    if (node.page == kNoPage || !node.children.empty() || pool_.holders(node.page) != 1) continue;
    if (oldest < 0 || node.last_used < nodes_[oldest].last_used) oldest = static_cast<int32_t>(i);
  }
  if (oldest < 0) return false;
  remove(oldest);
  return true;
}

void PrefixCache::clear() {
  for (Node& node : nodes_)
    if (node.page != kNoPage) pool_.release(node.page);
  nodes_.clear();
  nodes_.resize(1);
  unused_.clear();
  n_nodes_ = 0;
}

int64_t PrefixCache::n_evictable() const {
  return std::count_if(nodes_.begin() + 1, nodes_.end(), [&](const Node& node) {
    return node.page != kNoPage && pool_.holders(node.page) == 1;
  });
}

}  // namespace hob::engine
