// Python's truth, equality, order and membership. Trust plays no part in any of them.
#pragma once

#include <string_view>

#include "text/jinja/value.h"

namespace hob::text::jinja {

bool truthy(const Value& value);
bool equal(const Value& a, const Value& b, Budget& budget);

// < 0, 0, > 0. Error where Python cannot order the two; `op` is for that message.
int order(const Value& a, const Value& b, std::string_view op, Budget& budget);

bool contains(const Value& container, const Value& item, Budget& budget);  // item in container

// A total order of everything that can be a dict key; 0 where Python finds the keys equal.
int key_order(const Value& a, const Value& b, Budget& budget);
int key_order(const Value& a, std::string_view b);
void require_hashable(const Value& key, Budget& budget);

// The elements that a for loop would see: of a sequence, a dict's keys, a string's characters,
// nothing for undefined. Error for anything else. A generator is used up by it.
std::vector<Value> iterate(const Value& value, Budget& budget);
bool iterable(const Value& value);

}  // namespace hob::text::jinja
