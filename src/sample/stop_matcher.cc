// A stop string ends the text where it is first complete; until then its beginning is held back.
#include "sample/stop_matcher.h"

#include <algorithm>
#include <utility>

namespace hob::sample {

StopMatcher::StopMatcher(std::vector<std::string> stops) {
  for (std::string& stop : stops) {
    if (stop.empty()) continue;
    std::vector<uint32_t> border(stop.size(), 0);
    for (uint32_t i = 2, b = 0; i < stop.size(); ++i) {
      while (b > 0 && stop[i - 1] != stop[b]) b = border[b];
      if (stop[i - 1] == stop[b]) ++b;
      border[i] = b;
    }
    patterns_.push_back({std::move(stop), std::move(border), 0});
  }
}

bool StopMatcher::Pattern::advance(char byte) {
  while (n_matched > 0 && text[n_matched] != byte) n_matched = border[n_matched];
  if (text[n_matched] == byte) ++n_matched;
  return n_matched == text.size();
}

std::string StopMatcher::push(std::string_view text) {
  if (stopped()) return {};
  for (char byte : text) {
    held_ += byte;
    for (Pattern& pattern : patterns_)
      if (pattern.advance(byte) && pattern.text.size() > matched_.size()) matched_ = pattern.text;
    if (!stopped()) continue;
    held_.resize(held_.size() - matched_.size());
    return std::exchange(held_, {});
  }
  size_t n_open = 0;
  for (const Pattern& pattern : patterns_) n_open = std::max<size_t>(n_open, pattern.n_matched);
  std::string safe = held_.substr(0, held_.size() - n_open);
  held_.erase(0, safe.size());
  return safe;
}

std::string StopMatcher::finish() {
  return std::exchange(held_, {});
}

}  // namespace hob::sample
