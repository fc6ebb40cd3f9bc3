// Trust runs: append merges with the last run, slice finds its first run by binary search.
#include "text/jinja/text.h"

#include <algorithm>

#include "base/check.h"

namespace hob::text::jinja {
namespace {

auto run_at(const std::vector<Text::Run>& runs, size_t offset) {
  return std::upper_bound(runs.begin(), runs.end(), offset,
                          [](size_t at, const Text::Run& run) { return at < run.end; });
}

}  // namespace

Text::Text(std::string bytes, bool trusted) : bytes_(std::move(bytes)) {
  if (!bytes_.empty()) runs_.push_back({bytes_.size(), trusted});
}

bool Text::all_trusted() const {
  return runs_.empty() || (runs_.size() == 1 && runs_.front().trusted);
}

bool Text::trusted_at(size_t offset) const {
  auto run = run_at(runs_, offset);
  return run == runs_.end() || run->trusted;
}

void Text::append(std::string_view bytes, bool trusted) {
  if (bytes.empty()) return;
  bytes_.append(bytes);
  if (!runs_.empty() && runs_.back().trusted == trusted)
    runs_.back().end = bytes_.size();
  else
    runs_.push_back({bytes_.size(), trusted});
}

void Text::append(const Text& other, size_t from, size_t to) {
  HOB_CHECK(from <= to && to <= other.size() && this != &other, "[{}, {}) of {}", from, to,
            other.size());
  for (auto run = run_at(other.runs_, from); from < to; ++run) {
    size_t end = std::min(run->end, to);
    append(other.view().substr(from, end - from), run->trusted);
    from = end;
  }
}

Text Text::slice(size_t from, size_t to) const {
  Text part;
  part.append(*this, from, to);
  part.markup = markup;
  return part;
}

}  // namespace hob::text::jinja
