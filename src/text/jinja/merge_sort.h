// A stable sort that is safe with any comparison, even one that contradicts itself (lists with NaN
// inside): it compares less wisely then, but never reads out of bounds.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace hob::text::jinja {

// less(a, b): whether a belongs before b. May throw.
template <class T, class Less>
void merge_sort(std::vector<T>& items, Less less) {
  std::vector<T> merged(items.size());
  for (size_t width = 1; width < items.size(); width *= 2) {
    for (size_t begin = 0; begin < items.size(); begin += 2 * width) {
      const size_t middle = std::min(begin + width, items.size());
      const size_t end = std::min(begin + 2 * width, items.size());
      size_t left = begin, right = middle;
      for (size_t at = begin; at < end; ++at) {
        const bool take_right = left == middle || (right < end && less(items[right], items[left]));
        merged[at] = std::move(items[take_right ? right++ : left++]);
      }
    }
    std::swap(items, merged);
  }
}

}  // namespace hob::text::jinja
