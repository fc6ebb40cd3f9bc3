// Truth, equality, order, membership and iteration, each as Python does it.
#include "text/jinja/compare.h"

#include <algorithm>
#include <cmath>

#include "text/jinja/unicode.h"

namespace hob::text::jinja {
namespace {

int sign(int x) {
  return (x > 0) - (x < 0);
}

template <class T>
int three_way(const T& a, const T& b) {
  return (a > b) - (a < b);
}

int order_numbers(const Value& a, const Value& b) {
  if (!a.is_real() && !b.is_real()) return three_way(a.as_integer(), b.as_integer());
  return three_way(a.as_real(), b.as_real());
}

// undefined < none < numbers < strings < tuples < the rest
int key_class(const Value& v) {
  if (v.is_undefined()) return 0;
  if (v.is_none()) return 1;
  if (v.is_number()) return 2;
  if (v.is_string()) return 3;
  return v.is_sequence() ? 4 : 5;
}

bool is_listlike(const Value& v) {
  return v.is_sequence(Sequence::Flavor::list) || v.is_sequence(Sequence::Flavor::tuple) ||
         v.is_sequence(Sequence::Flavor::range);
}

bool equal_dicts(const Dict& a, const Dict& b, Budget& budget) {
  if (a.entries().size() != b.entries().size()) return false;
  for (const auto& [key, value] : a.entries()) {
    const Value* other = b.find(key, budget);
    if (!other || !equal(value, *other, budget)) return false;
  }
  return true;
}

bool equal_sequences(const Sequence& a, const Sequence& b, Budget& budget) {
  if (a.flavor != b.flavor || a.items.size() != b.items.size()) return false;
  for (size_t i = 0; i < a.items.size(); ++i)
    if (!equal(a.items[i], b.items[i], budget)) return false;
  return true;
}

}  // namespace

bool truthy(const Value& value) {
  if (value.is_undefined() || value.is_none()) return false;
  if (value.is_real()) return value.as_real() != 0;
  if (value.is_number()) return value.as_integer() != 0;
  if (value.is_string()) return !value.text().empty();
  if (value.is_dict()) return !value.as_dict().entries().empty();
  if (value.is_sequence(Sequence::Flavor::generator)) return true;
  if (value.is_sequence()) return !value.items().empty();
  return true;
}

bool equal(const Value& a, const Value& b, Budget& budget) {
  budget.charge();
  if (a.is_number() && b.is_number()) {
    if (a.is_real() && std::isnan(a.as_real())) return false;
    if (b.is_real() && std::isnan(b.as_real())) return false;
    return order_numbers(a, b) == 0;
  }
  if (a.is_string() && b.is_string()) {
    if (a.text().size() != b.text().size()) return false;
    budget.charge_scan(a.text().size());
    return a.bytes() == b.bytes();
  }
  if (a.is_undefined() || b.is_undefined()) return a.is_undefined() && b.is_undefined();
  if (a.same_object(b)) return true;
  Budget::Deeper deeper(budget);
  if (a.is_dict() && b.is_dict()) return equal_dicts(a.as_dict(), b.as_dict(), budget);
  if (is_listlike(a) && is_listlike(b))
    return equal_sequences(a.as_sequence(), b.as_sequence(), budget);
  return false;
}

int order(const Value& a, const Value& b, std::string_view op, Budget& budget) {
  budget.charge();
  if (a.is_undefined()) stop("{}", a.why_undefined());
  if (b.is_undefined()) stop("{}", b.why_undefined());
  if (a.is_number() && b.is_number()) return order_numbers(a, b);
  if (a.is_string() && b.is_string()) {
    budget.charge_scan(std::min(a.text().size(), b.text().size()));
    return sign(a.bytes().compare(b.bytes()));  // UTF-8 sorts as its code points do
  }
  if (is_listlike(a) && is_listlike(b) && a.as_sequence().flavor == b.as_sequence().flavor) {
    Budget::Deeper deeper(budget);
    size_t n = std::min(a.items().size(), b.items().size());
    for (size_t i = 0; i < n; ++i)
      if (!equal(a.items()[i], b.items()[i], budget))
        return order(a.items()[i], b.items()[i], op, budget);
    return three_way(a.items().size(), b.items().size());
  }
  stop("'{}' not supported between instances of '{}' and '{}'", op, a.type_name(), b.type_name());
}

bool contains(const Value& container, const Value& item, Budget& budget) {
  if (container.is_string()) {
    if (!item.is_string())
      stop("'in <string>' requires string as left operand, not {}", item.type_name());
    budget.charge_scan(container.text().size());
    return container.bytes().find(item.bytes()) != std::string::npos;
  }
  if (container.is_dict()) return container.as_dict().find(item, budget) != nullptr;
  if (container.is_undefined()) return false;
  if (!container.is_sequence())
    stop("argument of type '{}' is not iterable", container.type_name());
  for (const Value& element : container.items())
    if (equal(element, item, budget)) return true;
  return false;
}

void require_hashable(const Value& key, Budget& budget) {
  budget.charge();
  if (key.is_dict()) stop("unhashable type: 'dict'");
  if (key.is_real() && std::isnan(key.as_real())) stop("nan cannot be a key");
  if (!key.is_sequence()) return;
  if (!key.is_sequence(Sequence::Flavor::tuple)) stop("unhashable type: '{}'", key.type_name());
  Budget::Deeper deeper(budget);
  for (const Value& item : key.items()) require_hashable(item, budget);
}

int key_order(const Value& a, const Value& b, Budget& budget) {
  budget.charge();
  if (int by_class = key_class(a) - key_class(b)) return sign(by_class);
  switch (key_class(a)) {
    case 2:
      return order_numbers(a, b);
    case 3:
      budget.charge_scan(std::min(a.text().size(), b.text().size()));
      return sign(a.bytes().compare(b.bytes()));
    case 4: {
      Budget::Deeper deeper(budget);
      size_t n = std::min(a.items().size(), b.items().size());
      for (size_t i = 0; i < n; ++i)
        if (int by_item = key_order(a.items()[i], b.items()[i], budget)) return by_item;
      return three_way(a.items().size(), b.items().size());
    }
    case 5:
      return three_way(a.as_object().get(), b.as_object().get());
    default:
      return 0;
  }
}

int key_order(const Value& a, std::string_view b) {
  if (int by_class = key_class(a) - 3) return sign(by_class);
  return sign(a.text().view().compare(b));
}

std::vector<Value> iterate(const Value& value, Budget& budget) {
  if (value.is_undefined()) return {};
  if (value.is_sequence()) {
    const Sequence& sequence = value.as_sequence();
    budget.charge(sequence.items.size());
    if (sequence.flavor == Sequence::Flavor::generator && std::exchange(sequence.consumed, true))
      return {};
    return sequence.items;
  }
  if (value.is_dict()) {
    budget.charge(value.as_dict().entries().size());
    std::vector<Value> keys;
    for (const auto& entry : value.as_dict().entries()) keys.push_back(entry.first);
    return keys;
  }
  if (value.is_string()) {
    budget.charge(value.text().size());
    std::vector<Value> characters;
    std::vector<size_t> ends = code_point_offsets(value.text().view());
    for (size_t i = 0; i + 1 < ends.size(); ++i)
      characters.push_back(Value::string(value.text().slice(ends[i], ends[i + 1])));
    return characters;
  }
  stop("'{}' object is not iterable", value.type_name());
}

bool iterable(const Value& value) {
  return value.is_undefined() || value.is_sequence() || value.is_dict() || value.is_string();
}

}  // namespace hob::text::jinja
