#include "text/tokenizer_specials.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>

namespace hob::text {

namespace {

// White space as the strip rules mean it (ASCII; that of C's isspace).
bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

bool inside_one(std::span<const ByteRange> ranges, size_t begin, size_t end) {
  auto after = std::upper_bound(ranges.begin(), ranges.end(), begin,
                                [](size_t at, const ByteRange& range) { return at < range.begin; });
  return after != ranges.begin() && end <= std::prev(after)->end;
}

}  // namespace

SpecialMatcher::SpecialMatcher(const Vocabulary& vocabulary, std::vector<Strip> strips)
    : vocabulary_(&vocabulary), strips_(std::move(strips)) {
  std::fill(std::begin(root_child_), std::end(root_child_), -1);
  nodes_.emplace_back();
  for (Token token = 0; token < vocabulary.size(); token++) {
    const TokenType type = vocabulary.type(token);
    if (type == TokenType::control || type == TokenType::unknown || type == TokenType::user_defined)
      insert(vocabulary.spelling(token), token);
  }
  link_suffixes();
}

void SpecialMatcher::insert(std::string_view spelling, Token token) {
  if (spelling.empty()) return;
  int32_t node = 0;
  for (size_t i = spelling.size(); i-- > 0;) {
    const auto byte = static_cast<unsigned char>(spelling[i]);
    int32_t next = child(node, byte);
    if (next < 0) {
      next = static_cast<int32_t>(nodes_.size());
      nodes_.push_back({.next_sibling = nodes_[node].first_child, .byte = byte});
      nodes_[node].first_child = next;
      if (node == 0) root_child_[byte] = next;
    }
    node = next;
  }
  if (nodes_[node].token >= 0) return;  // spelled alike: the first wins, as in Vocabulary::find
  nodes_[node].token = token;
  nodes_[node].length = static_cast<int32_t>(spelling.size());
}

int32_t SpecialMatcher::child(int32_t node, unsigned char byte) const {
  if (node == 0) return root_child_[byte];
  int32_t next = nodes_[node].first_child;
  while (next >= 0 && nodes_[next].byte != byte) next = nodes_[next].next_sibling;
  return next;
}

void SpecialMatcher::link_suffixes() {
  std::vector<int32_t> queue = {0};  // breadth first: suffixes are shorter, so they come earlier
  for (size_t head = 0; head < queue.size(); head++) {
    const int32_t parent = queue[head];
    for (int32_t node = nodes_[parent].first_child; node >= 0; node = nodes_[node].next_sibling) {
      queue.push_back(node);
      if (parent == 0) continue;
      int32_t state = nodes_[parent].suffix;
      int32_t next;
      while ((next = child(state, nodes_[node].byte)) < 0 && state != 0)
        state = nodes_[state].suffix;
      const int32_t suffix = std::max(next, 0);
      nodes_[node].suffix = suffix;
      nodes_[node].shorter = nodes_[suffix].token >= 0 ? suffix : nodes_[suffix].shorter;
    }
  }
}

// For every position where tokens begin: the longest one's node; `shorter` leads to the others.
std::vector<SpecialMatcher::Found> SpecialMatcher::find_all(std::string_view text) const {
  std::vector<Found> found;
  int32_t state = 0;
  for (size_t i = text.size(); i-- > 0;) {
    const auto byte = static_cast<unsigned char>(text[i]);
    int32_t next;
    while ((next = child(state, byte)) < 0 && state != 0) state = nodes_[state].suffix;
    state = std::max(next, 0);
    const int32_t node = nodes_[state].token >= 0 ? state : nodes_[state].shorter;
    if (node != 0) found.push_back({static_cast<uint32_t>(i), node});
  }
  std::reverse(found.begin(), found.end());
  return found;
}

// The tokens that win, ascending. Candidates wait in one list per length. When a list's turn comes,
// everything taken so far is at least as long, so a candidate overlaps it at its first or last
// byte.
std::vector<SpecialMatcher::Found> SpecialMatcher::choose(
    std::vector<Found> found, size_t text_bytes, std::span<const ByteRange> trusted) const {
  std::map<int32_t, std::vector<Found>, std::greater<>> waiting;
  const auto wait = [&](Found candidate, int32_t max_length) {
    for (int32_t node = candidate.node; node != 0; node = nodes_[node].shorter) {
      const Node& n = nodes_[node];
      if (n.length > max_length) continue;
      if (vocabulary_->type(n.token) == TokenType::user_defined ||
          inside_one(trusted, candidate.begin, candidate.begin + n.length))
        return waiting[n.length].push_back({candidate.begin, node});
    }
  };
  for (const Found& candidate : found) wait(candidate, std::numeric_limits<int32_t>::max());

  std::vector<uint32_t> taken_by(
      text_bytes);  // 1 + where the token begins that took this byte; 0: free
  std::vector<Found> chosen;
  while (!waiting.empty()) {
    auto [length, candidates] = std::move(*waiting.begin());
    waiting.erase(waiting.begin());
    std::sort(candidates.begin(), candidates.end(),
              [](const Found& a, const Found& b) { return a.begin < b.begin; });
    for (const Found& candidate : candidates) {
      if (taken_by[candidate.begin] != 0) continue;
      if (const uint32_t other = taken_by[candidate.begin + length - 1]; other != 0) {
        wait(candidate, static_cast<int32_t>(other - 1 - candidate.begin));
        continue;
      }
      std::fill_n(taken_by.begin() + candidate.begin, length, candidate.begin + 1);
      chosen.push_back(candidate);
    }
  }
  std::sort(chosen.begin(), chosen.end(),
            [](const Found& a, const Found& b) { return a.begin < b.begin; });
  return chosen;
}

std::vector<Fragment> SpecialMatcher::split(std::string_view text,
                                            std::span<const ByteRange> trusted) const {
  std::vector<Fragment> fragments;
  std::vector<Found> found;
  if (nodes_.size() > 1) found = find_all(text);
  if (!found.empty()) found = choose(std::move(found), text.size(), trusted);
  size_t at = 0;
  const auto add_text = [&](size_t end) {
    if (at < end) fragments.push_back({at, end});
  };
  for (const Found& special : found) {
    const Node& node = nodes_[special.node];
    const Strip strip = strips_.empty() ? Strip::none : strips_[node.token];
    size_t begin = special.begin;
    if (strip == Strip::left)
      while (begin > at && is_space(text[begin - 1])) begin--;
    add_text(begin);
    at = special.begin + node.length;
    fragments.push_back({special.begin, at, node.token});
    if (strip == Strip::right)
      while (at < text.size() && is_space(text[at])) at++;
  }
  add_text(text.size());
  return fragments;
}

}  // namespace hob::text
