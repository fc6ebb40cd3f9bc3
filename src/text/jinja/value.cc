// Construction of values, from JSON too. How deep containers nest is counted as they are made, so
// that no later walk over a value can exhaust the stack.
#include "text/jinja/value.h"

#include <algorithm>
#include <numeric>

#include "text/jinja/compare.h"
#include "text/jinja/merge_sort.h"
#include "text/jinja/unicode.h"

namespace hob::text::jinja {
namespace {

constexpr int kMaxContainerDepth = 250;

int depth_of(const Value& value) {
  if (value.is_sequence()) return value.as_sequence().depth;
  if (value.is_dict()) return value.as_dict().depth();
  return 0;
}

int one_deeper(int depth) {
  if (depth >= kMaxContainerDepth)
    stop("lists and dicts nest more than {} levels deep", kMaxContainerDepth);
  return depth + 1;
}

}  // namespace

std::optional<Value> Object::attribute(std::string_view) {
  return std::nullopt;
}

Value Object::call(Interpreter&, Arguments) {
  stop("'{}' object is not callable", type_name());
}

std::string Object::represent() const {
  return fmt::format("<{}>", type_name());
}

std::optional<Value> Namespace::attribute(std::string_view name) {
  auto found = attributes.find(name);
  if (found == attributes.end()) return std::nullopt;
  return found->second;
}

Value Value::undefined(std::string why) {
  return Value(Undefined{std::make_shared<const std::string>(std::move(why))});
}

Value Value::string(Text text) {
  bool ascii = is_ascii(text.view());
  return Value(std::make_shared<const String>(String{std::move(text), ascii}));
}

Value Value::sequence(std::vector<Value> items, Sequence::Flavor flavor) {
  int depth = 0;
  for (const Value& item : items) depth = std::max(depth, depth_of(item));
  auto made = std::make_shared<Sequence>();
  made->flavor = flavor;
  made->items = std::move(items);
  made->depth = one_deeper(depth);
  return Value(std::shared_ptr<const Sequence>(std::move(made)));
}

Value Value::dict(std::vector<std::pair<Value, Value>> entries, Budget& budget) {
  return Value(std::make_shared<const Dict>(std::move(entries), budget));
}

Value Value::from_json(const boost::json::value& json, bool trusted, Budget& budget) {
  Budget::Deeper deeper(budget);
  switch (json.kind()) {
    case boost::json::kind::null:
      return none();
    case boost::json::kind::bool_:
      return boolean(json.get_bool());
    case boost::json::kind::int64:
      return integer(json.get_int64());
    case boost::json::kind::uint64:
      return integer(json.get_uint64());
    case boost::json::kind::double_:
      return real(json.get_double());
    case boost::json::kind::string:
      return string(std::string(std::string_view(json.get_string())), trusted);
    case boost::json::kind::array: {
      std::vector<Value> items;
      items.reserve(json.get_array().size());
      for (const auto& item : json.get_array()) items.push_back(from_json(item, trusted, budget));
      return sequence(std::move(items));
    }
    case boost::json::kind::object: {
      std::vector<Dict::Entry> entries;
      entries.reserve(json.get_object().size());
      for (const auto& entry : json.get_object())
        entries.emplace_back(string(std::string(std::string_view(entry.key())), trusted),
                             from_json(entry.value(), trusted, budget));
      return dict(std::move(entries), budget);
    }
  }
  return {};
}

Integer Value::as_integer() const {
  return is_boolean() ? static_cast<Integer>(as_boolean()) : std::get<Integer>(data_);
}

double Value::as_real() const {
  return is_real() ? std::get<double>(data_) : static_cast<double>(as_integer());
}

std::string Value::why_undefined() const {
  const auto& why = std::get<Undefined>(data_).why;
  return why ? *why : "the value is undefined";
}

bool Value::same_object(const Value& other) const {
  if (data_.index() != other.data_.index()) return false;
  if (is_undefined()) return std::get<Undefined>(data_).why == std::get<Undefined>(other.data_).why;
  if (is_none()) return true;
  if (is_boolean()) return as_boolean() == other.as_boolean();
  if (is_integer()) return as_integer() == other.as_integer();
  if (is_real()) return as_real() == other.as_real();
  if (is_string()) return &as_string() == &other.as_string() || bytes() == other.bytes();
  if (is_sequence()) return &as_sequence() == &other.as_sequence();
  if (is_dict()) return &as_dict() == &other.as_dict();
  return as_object() == other.as_object();
}

std::string_view Value::type_name() const {
  if (is_undefined()) return "Undefined";
  if (is_none()) return "NoneType";
  if (is_boolean()) return "bool";
  if (is_integer()) return "int";
  if (is_real()) return "float";
  if (is_string()) return "str";
  if (is_dict()) return "dict";
  if (is_object()) return as_object()->type_name();
  switch (as_sequence().flavor) {
    case Sequence::Flavor::list:
      return "list";
    case Sequence::Flavor::tuple:
      return "tuple";
    case Sequence::Flavor::range:
      return "range";
    case Sequence::Flavor::generator:
      return "generator";
    case Sequence::Flavor::dict_items:
      return "dict_items";
    case Sequence::Flavor::dict_keys:
      return "dict_keys";
    case Sequence::Flavor::dict_values:
      return "dict_values";
  }
  return "object";
}

Dict::Dict(std::vector<Entry> entries, Budget& budget) {
  budget.charge(entries.size());
  int depth = 0;
  for (const Entry& entry : entries) {
    require_hashable(entry.first, budget);
    depth = std::max({depth, depth_of(entry.first), depth_of(entry.second)});
  }
  depth_ = one_deeper(depth);
  std::vector<uint32_t> order(entries.size());
  std::iota(order.begin(), order.end(), 0u);
  merge_sort(order, [&](uint32_t a, uint32_t b) {
    return key_order(entries[a].first, entries[b].first, budget) < 0;
  });
  // Of equal keys the first keeps its place, the last gives the value.
  std::vector<bool> dropped(entries.size(), false);
  for (size_t i = 0, first = 0; i + 1 < order.size(); ++i) {
    if (key_order(entries[order[first]].first, entries[order[i + 1]].first, budget) == 0) {
      entries[order[first]].second = entries[order[i + 1]].second;
      dropped[order[i + 1]] = true;
    } else {
      first = i + 1;
    }
  }
  std::vector<uint32_t> place(entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    place[i] = static_cast<uint32_t>(entries_.size());
    if (!dropped[i]) entries_.push_back(std::move(entries[i]));
  }
  for (uint32_t i : order)
    if (!dropped[i]) order_.push_back(place[i]);
}

const Value* Dict::find(const Value& key, Budget& budget) const {
  require_hashable(key, budget);
  auto at = std::lower_bound(order_.begin(), order_.end(), key, [&](uint32_t i, const Value& k) {
    return key_order(entries_[i].first, k, budget) < 0;
  });
  if (at == order_.end() || key_order(entries_[*at].first, key, budget) != 0) return nullptr;
  return &entries_[*at].second;
}

const Value* Dict::find(std::string_view key) const {
  auto at = std::lower_bound(order_.begin(), order_.end(), key, [&](uint32_t i, auto k) {
    return key_order(entries_[i].first, k) < 0;
  });
  if (at == order_.end() || key_order(entries_[*at].first, key) != 0) return nullptr;
  return &entries_[*at].second;
}

}  // namespace hob::text::jinja
