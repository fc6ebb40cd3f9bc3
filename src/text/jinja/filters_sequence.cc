// Filters on sequences and dicts: join, map, select, sort, … What Jinja makes lazily (map, select,
// unique, …) is made at once and marked as a generator.
#include <algorithm>

#include "text/jinja/arithmetic.h"
#include "text/jinja/compare.h"
#include "text/jinja/filters.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/merge_sort.h"
#include "text/jinja/objects.h"
#include "text/jinja/print.h"
#include "text/jinja/string_ops.h"
#include "text/jinja/unicode.h"

namespace hob::text::jinja {
namespace {

using Flavor = Sequence::Flavor;

// "a.b.0" or a number: the subscripts to follow from each item.
class AttributePath {
 public:
  AttributePath(Interpreter& in, const Value& path, std::string_view what) : in_(in) {
    if (path.is_none()) return;
    if (path.is_integer()) {
      parts_.push_back(path);
      return;
    }
    for (Value& part : split(require_text(path, what), ".", -1)) {
      const std::string& name = part.bytes();
      bool number =
          !name.empty() && name.size() < 10 &&
          std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
      parts_.push_back(number ? Value::integer(std::stoi(name)) : part);
    }
  }

  Value of(Value item, const Value& fallback = Value()) const {
    for (const Value& part : parts_) {
      item = in_.item(item, part);
      if (item.is_undefined() && !fallback.is_undefined() && !fallback.is_none()) item = fallback;
    }
    return item;
  }

 private:
  Interpreter& in_;
  std::vector<Value> parts_;
};

Value lowered(const Value& value) {
  return value.is_string() ? Value::string(to_lower(value.text())) : value;
}

Value length(Interpreter&, const Value& input, Parameters parameters) {
  parameters.done();
  if (input.is_undefined()) return Value::integer(0);
  if (input.is_string()) {
    const String& s = input.as_string();
    return Value::integer(
        static_cast<Integer>(s.ascii ? s.text.size() : count_code_points(s.text.view())));
  }
  if (input.is_dict())
    return Value::integer(static_cast<Integer>(input.as_dict().entries().size()));
  if (input.is_sequence()) return Value::integer(static_cast<Integer>(input.items().size()));
  stop("object of type '{}' has no length", input.type_name());
}

Value first(Interpreter& in, const Value& input, Parameters parameters) {
  parameters.done();
  std::vector<Value> items = iterate(input, in.budget());
  return items.empty() ? Value::undefined("no first item, the sequence was empty") : items.front();
}

Value last(Interpreter& in, const Value& input, Parameters parameters) {
  parameters.done();
  std::vector<Value> items = iterate(input, in.budget());
  return items.empty() ? Value::undefined("no last item, the sequence was empty") : items.back();
}

Value list(Interpreter& in, const Value& input, Parameters parameters) {
  parameters.done();
  return Value::sequence(iterate(input, in.budget()));
}

Value join_filter(Interpreter& in, const Value& input, Parameters parameters) {
  Text separator = to_text(parameters.optional("d").value_or(Value::word("")), in.budget());
  AttributePath path(in, parameters.optional("attribute").value_or(Value::none()), "filter 'join'");
  parameters.done();
  std::vector<Value> items = iterate(input, in.budget());
  for (Value& item : items) item = path.of(std::move(item));
  return Value::string(join(items, separator, in.budget()));
}

Value reverse(Interpreter& in, const Value& input, Parameters parameters) {
  parameters.done();
  std::vector<Value> items = iterate(input, in.budget());
  std::reverse(items.begin(), items.end());
  if (input.is_string()) return Value::string(join(items, Text(), in.budget()));
  return Value::generator(std::move(items));
}

Value items(Interpreter& in, const Value& input, Parameters parameters) {
  parameters.done();
  if (input.is_undefined()) return Value::generator({});
  if (!input.is_dict()) stop("filter 'items' wants a dict, not {}", input.type_name());
  in.budget().charge(input.as_dict().entries().size());
  std::vector<Value> pairs;
  for (const auto& [key, value] : input.as_dict().entries())
    pairs.push_back(Value::tuple({key, value}));
  return Value::generator(std::move(pairs));
}

// ---- order ----

// Sorts by keys, stably. NaN is refused, for it has no place in an order.
std::vector<Value> sorted_by(std::vector<Value> values, std::vector<Value> keys, bool reverse,
                             Budget& budget) {
  for (const Value& key : keys)
    if (key.is_real() && key.as_real() != key.as_real()) stop("cannot sort 'nan'");
  std::vector<size_t> order_of(values.size());
  for (size_t i = 0; i < order_of.size(); ++i) order_of[i] = i;
  merge_sort(order_of, [&](size_t a, size_t b) {
    return reverse ? order(keys[b], keys[a], "<", budget) < 0
                   : order(keys[a], keys[b], "<", budget) < 0;
  });
  std::vector<Value> sorted;
  for (size_t i : order_of) sorted.push_back(values[i]);
  return sorted;
}

Value sort(Interpreter& in, const Value& input, Parameters parameters) {
  bool reverse = parameters.flag("reverse", false);
  bool case_sensitive = parameters.flag("case_sensitive", false);
  Value attribute = parameters.optional("attribute").value_or(Value::none());
  parameters.done();
  std::vector<Value> values = iterate(input, in.budget());
  std::vector<AttributePath> paths;
  if (attribute.is_string()) {
    for (const Value& part : split(attribute.text(), ",", -1))
      paths.emplace_back(in, part, "filter 'sort'");
  } else {
    paths.emplace_back(in, attribute, "filter 'sort'");
  }
  std::vector<Value> keys;
  for (const Value& value : values) {
    std::vector<Value> key;
    for (const AttributePath& path : paths)
      key.push_back(case_sensitive ? path.of(value) : lowered(path.of(value)));
    keys.push_back(attribute.is_none() ? key.front() : Value::sequence(std::move(key)));
  }
  return Value::sequence(sorted_by(std::move(values), std::move(keys), reverse, in.budget()));
}

Value dictsort(Interpreter& in, const Value& input, Parameters parameters) {
  bool case_sensitive = parameters.flag("case_sensitive", false);
  Text by = parameters.text("by", "key");
  bool reverse = parameters.flag("reverse", false);
  parameters.done();
  if (by.view() != "key" && by.view() != "value")
    stop("filter 'dictsort' sorts by 'key' or 'value'");
  if (!input.is_dict()) stop("filter 'dictsort' wants a dict, not {}", input.type_name());
  std::vector<Value> pairs, keys;
  for (const auto& [key, value] : input.as_dict().entries()) {
    const Value& chosen = by.view() == "key" ? key : value;
    pairs.push_back(Value::tuple({key, value}));
    keys.push_back(case_sensitive ? chosen : lowered(chosen));
  }
  return Value::sequence(sorted_by(std::move(pairs), std::move(keys), reverse, in.budget()));
}

template <bool kMax>
Value extreme(Interpreter& in, const Value& input, Parameters parameters) {
  bool case_sensitive = parameters.flag("case_sensitive", false);
  AttributePath path(in, parameters.optional("attribute").value_or(Value::none()), "filter 'min'");
  parameters.done();
  std::vector<Value> values = iterate(input, in.budget());
  if (values.empty()) return Value::undefined("no aggregated item, the sequence was empty");
  auto key_of = [&](const Value& v) { return case_sensitive ? path.of(v) : lowered(path.of(v)); };
  size_t best = 0;
  Value best_key = key_of(values[0]);
  for (size_t i = 1; i < values.size(); ++i) {
    Value key = key_of(values[i]);
    int by = order(key, best_key, kMax ? ">" : "<", in.budget());
    if (kMax ? by <= 0 : by >= 0) continue;
    best = i;
    best_key = std::move(key);
  }
  return values[best];
}

struct ByKey {
  Budget* budget;
  bool operator()(const Value& a, const Value& b) const { return key_order(a, b, *budget) < 0; }
};

Value unique(Interpreter& in, const Value& input, Parameters parameters) {
  bool case_sensitive = parameters.flag("case_sensitive", false);
  AttributePath path(in, parameters.optional("attribute").value_or(Value::none()),
                     "filter 'unique'");
  parameters.done();
  std::map<Value, bool, ByKey> seen(ByKey{&in.budget()});
  std::vector<Value> kept;
  for (const Value& value : iterate(input, in.budget())) {
    Value key = case_sensitive ? path.of(value) : lowered(path.of(value));
    require_hashable(key, in.budget());
    if (seen.emplace(std::move(key), true).second) kept.push_back(value);
  }
  return Value::generator(std::move(kept));
}

Value groupby(Interpreter& in, const Value& input, Parameters parameters) {
  AttributePath path(in, parameters.required("attribute"), "filter 'groupby'");
  Value fallback = parameters.optional("default").value_or(Value());
  bool case_sensitive = parameters.flag("case_sensitive", false);
  parameters.done();
  std::vector<Value> values = iterate(input, in.budget()), keys;
  auto key_of = [&](const Value& v) {
    Value key = path.of(v, fallback);
    return case_sensitive ? key : lowered(key);
  };
  for (const Value& value : values) keys.push_back(key_of(value));
  values = sorted_by(std::move(values), std::move(keys), false, in.budget());
  std::vector<Value> groups;
  for (size_t from = 0; from < values.size();) {
    size_t to = from + 1;
    Value key = key_of(values[from]);
    while (to < values.size() && equal(key_of(values[to]), key, in.budget())) ++to;
    auto at = [&](size_t i) { return values.begin() + static_cast<std::ptrdiff_t>(i); };
    groups.push_back(Value::tuple(
        {path.of(values[from], fallback), Value::sequence(std::vector<Value>(at(from), at(to)))}));
    from = to;
  }
  return Value::sequence(std::move(groups));
}

// ---- element by element ----

// As Jinja: whatever is falsy, none too, has no elements here.
std::vector<Value> elements(Interpreter& in, const Value& input) {
  return truthy(input) ? iterate(input, in.budget()) : std::vector<Value>();
}

Value map(Interpreter& in, const Value& input, Parameters parameters) {
  std::vector<Value> values = elements(in, input);
  std::vector<Value> positional = parameters.rest();
  auto named = parameters.rest_named();
  if (positional.empty()) {
    Value attribute, fallback;
    for (auto& [name, value] : named) {
      if (name != "attribute" && name != "default")
        stop("filter 'map' has no parameter '{}'", name);
      (name == "attribute" ? attribute : fallback) = value;
    }
    if (attribute.is_undefined()) stop("filter 'map' wants a filter's name or attribute=…");
    AttributePath path(in, attribute, "filter 'map'");
    for (Value& value : values) value = path.of(std::move(value), fallback);
    return Value::generator(std::move(values));
  }
  std::string name = require_text(positional.front(), "filter 'map'").bytes();
  positional.erase(positional.begin());
  for (Value& value : values) value = in.filter(name, value, Arguments{positional, named});
  return Value::generator(std::move(values));
}

template <bool kByAttribute, bool kKeep>
Value select(Interpreter& in, const Value& input, Parameters parameters) {
  std::vector<Value> values = elements(in, input);
  Value attribute = kByAttribute ? parameters.required("attr") : Value::none();
  AttributePath path(in, attribute, "filter 'selectattr'");
  std::vector<Value> positional = parameters.rest();
  auto named = parameters.rest_named();
  std::string test;
  if (!positional.empty()) {
    test = require_text(positional.front(), "filter 'select'").bytes();
    positional.erase(positional.begin());
  }
  std::vector<Value> kept;
  for (const Value& value : values) {
    Value tested = path.of(value);
    bool passes =
        test.empty() ? truthy(tested) : in.test(test, tested, Arguments{positional, named});
    if (passes == kKeep) kept.push_back(value);
  }
  return Value::generator(std::move(kept));
}

Value sum(Interpreter& in, const Value& input, Parameters parameters) {
  AttributePath path(in, parameters.optional("attribute").value_or(Value::none()), "filter 'sum'");
  Value total = parameters.optional("start").value_or(Value::integer(0));
  parameters.done();
  for (const Value& value : iterate(input, in.budget()))
    total = arithmetic(Operator::add, total, path.of(value), in);
  return total;
}

Value batch(Interpreter& in, const Value& input, Parameters parameters) {
  Integer size = require_integer(parameters.required("linecount"), "filter 'batch'");
  Value fill = parameters.optional("fill_with").value_or(Value::none());
  parameters.done();
  if (size < 1) stop("filter 'batch' wants a size of 1 or more");
  std::vector<Value> batches, current;
  for (Value& value : iterate(input, in.budget())) {
    if (static_cast<Integer>(current.size()) == size)
      batches.push_back(Value::sequence(std::exchange(current, {})));
    current.push_back(std::move(value));
  }
  if (!current.empty()) {
    if (!fill.is_none()) {
      Integer missing = size - static_cast<Integer>(current.size());
      in.budget().charge(static_cast<uint64_t>(std::min<Integer>(missing, Integer{1} << 60)));
      current.resize(static_cast<size_t>(size), fill);
    }
    batches.push_back(Value::sequence(std::move(current)));
  }
  return Value::generator(std::move(batches));
}

Value slice_filter(Interpreter& in, const Value& input, Parameters parameters) {
  Integer n = require_integer(parameters.required("slices"), "filter 'slice'");
  Value fill = parameters.optional("fill_with").value_or(Value::none());
  parameters.done();
  std::vector<Value> values = iterate(input, in.budget());
  if (n < 1) stop("filter 'slice' wants 1 slice or more");
  in.budget().charge(static_cast<uint64_t>(std::min<Integer>(n, Integer{1} << 60)));
  auto n_slices = static_cast<size_t>(n);
  size_t each = values.size() / n_slices, longer = values.size() % n_slices, at = 0;
  std::vector<Value> slices;
  for (size_t i = 0; i < n_slices; ++i) {
    std::vector<Value> slice;
    for (size_t k = 0; k < each + (i < longer ? 1 : 0); ++k) slice.push_back(values[at++]);
    if (!fill.is_none() && longer > 0 && i >= longer) slice.push_back(fill);
    slices.push_back(Value::sequence(std::move(slice)));
  }
  return Value::generator(std::move(slices));
}

constexpr FilterEntry kFilters[] = {
    {"length", length},
    {"count", length},
    {"first", first},
    {"last", last},
    {"list", list},
    {"join", join_filter},
    {"reverse", reverse},
    {"items", items},
    {"sort", sort},
    {"dictsort", dictsort},
    {"min", extreme<false>},
    {"max", extreme<true>},
    {"unique", unique},
    {"groupby", groupby},
    {"map", map},
    {"select", select<false, true>},
    {"reject", select<false, false>},
    {"selectattr", select<true, true>},
    {"rejectattr", select<true, false>},
    {"sum", sum},
    {"batch", batch},
    {"slice", slice_filter},
};

}  // namespace

std::span<const FilterEntry> sequence_filters() {
  return kFilters;
}

}  // namespace hob::text::jinja
