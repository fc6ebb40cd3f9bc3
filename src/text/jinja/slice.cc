// Subscripts. Strings are indexed by code point; where all is ASCII that is the byte.
#include "text/jinja/slice.h"

#include <algorithm>

#include "text/jinja/unicode.h"

namespace hob::text::jinja {
namespace {

struct Range {
  Integer start, step, count;
};

// As CPython's PySlice_AdjustIndices.
Range adjust(const Value& start, const Value& end, const Value& step, Integer size) {
  auto part = [](const Value& v, Integer fallback) {
    if (v.is_none()) return fallback;
    if (v.is_undefined()) stop("{}", v.why_undefined());
    if (!v.is_integer() && !v.is_boolean())
      stop("slice indices must be integers or none, not {}", v.type_name());
    constexpr Integer kFar = Integer{1} << 62;
    return std::clamp<Integer>(v.as_integer(), -kFar, kFar);
  };
  Range range{0, part(step, 1), 0};
  if (range.step == 0) stop("slice step cannot be zero");
  bool back = range.step < 0;
  auto bound = [&](const Value& v, Integer fallback) {
    if (v.is_none()) return fallback;
    Integer at = part(v, 0);
    if (at < 0) at += size;
    return std::clamp<Integer>(at, back ? -1 : 0, back ? size - 1 : size);
  };
  range.start = bound(start, back ? size - 1 : 0);
  Integer last = bound(end, back ? -1 : size);
  Integer span = back ? range.start - last : last - range.start;
  Integer stride = back ? -range.step : range.step;
  range.count = span <= 0 ? 0 : (span + stride - 1) / stride;
  return range;
}

Text slice_text(const String& string, const Value& start, const Value& end, const Value& step) {
  std::vector<size_t> offsets;
  if (!string.ascii) offsets = code_point_offsets(string.text.view());
  size_t size = string.ascii ? string.text.size() : offsets.size() - 1;
  Range range = adjust(start, end, step, static_cast<Integer>(size));
  auto offset = [&](Integer i) {
    auto at = static_cast<size_t>(i);
    return string.ascii ? at : offsets[at];
  };
  if (range.step == 1)
    return string.text.slice(offset(range.start), offset(range.start + range.count));
  Text out;
  for (Integer i = 0, at = range.start; i < range.count; ++i, at += range.step)
    out.append(string.text, offset(at), offset(at + 1));
  out.markup = string.text.markup;
  return out;
}

}  // namespace

Value element(const Value& sequence, Integer index, Budget& budget) {
  auto missing = [] { return Value::undefined("the index is out of range"); };
  if (sequence.is_sequence()) {
    auto size = static_cast<Integer>(sequence.items().size());
    if (index < 0) index += size;
    if (index < 0 || index >= size) return missing();
    return sequence.items()[static_cast<size_t>(index)];
  }
  const String& string = sequence.as_string();
  if (!string.ascii) budget.charge_bytes(string.text.size());
  auto size = static_cast<Integer>(string.ascii ? string.text.size()
                                                : count_code_points(string.text.view()));
  if (index < 0) index += size;
  if (index < 0 || index >= size) return missing();
  auto at = static_cast<size_t>(index);
  if (string.ascii) return Value::string(string.text.slice(at, at + 1));
  std::vector<size_t> offsets = code_point_offsets(string.text.view());
  return Value::string(string.text.slice(offsets[at], offsets[at + 1]));
}

Value slice(const Value& sequence, const Value& start, const Value& end, const Value& step,
            Budget& budget) {
  if (sequence.is_undefined()) stop("{}", sequence.why_undefined());
  if (sequence.is_string()) {
    budget.charge_bytes(sequence.text().size());
    return Value::string(slice_text(sequence.as_string(), start, end, step));
  }
  using Flavor = Sequence::Flavor;
  if (!sequence.is_sequence(Flavor::list) && !sequence.is_sequence(Flavor::tuple) &&
      !sequence.is_sequence(Flavor::range))
    stop("'{}' object cannot be sliced", sequence.type_name());
  const std::vector<Value>& items = sequence.items();
  Range range = adjust(start, end, step, static_cast<Integer>(items.size()));
  budget.charge(static_cast<uint64_t>(range.count));
  std::vector<Value> picked;
  for (Integer i = 0, at = range.start; i < range.count; ++i, at += range.step)
    picked.push_back(items[static_cast<size_t>(at)]);
  return Value::sequence(std::move(picked), sequence.as_sequence().flavor);
}

Text head(const String& string, size_t count) {
  if (string.ascii) return string.text.slice(0, std::min(count, string.text.size()));
  std::vector<size_t> offsets = code_point_offsets(string.text.view());
  return string.text.slice(0, offsets[std::min(count, offsets.size() - 1)]);
}

}  // namespace hob::text::jinja
