// The values a template computes with: Python's, as far as Jinja shows them. Values are immutable
// and cheap to copy; the one exception is a namespace, whose attributes can be set.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "text/jinja/budget.h"
#include "text/jinja/text.h"

namespace hob::text::jinja {

class Interpreter;
class Value;
struct Arguments;
class Dict;

// Python's integers, cut to 128 bits: beyond them is an error, never a wrong number.
using Integer = __int128;

struct String {
  Text text;
  bool ascii;  // then a code point is a byte
};

// Everything with an order: lists, tuples and what Python makes lazily. Lazy ones are computed at
// once here, and differ in what they allow and how they print.
struct Sequence {
  enum class Flavor : uint8_t { list, tuple, range, generator, dict_items, dict_keys, dict_values };
  Flavor flavor = Flavor::list;
  std::vector<Value> items;
  int depth = 1;                  // of nested containers
  mutable bool consumed = false;  // generators can be walked once
};

// Something with behaviour: namespaces, macros, functions, bound methods, loops.
class Object {
 public:
  virtual ~Object() = default;
  virtual std::string_view type_name() const = 0;
  virtual std::optional<Value> attribute(std::string_view name);
  virtual bool callable() const { return false; }
  virtual Value call(Interpreter& interpreter, Arguments arguments);
  virtual std::string represent() const;
};

class Value {
 public:
  struct Undefined {
    std::shared_ptr<const std::string> why;  // may be null
  };
  struct None {};

  Value() = default;  // undefined
  static Value undefined(std::string why);
  static Value none() { return Value(None{}); }
  static Value boolean(bool b) { return Value(b); }
  static Value integer(Integer i) { return Value(i); }
  static Value real(double d) { return Value(d); }
  static Value string(Text text);
  static Value string(std::string bytes, bool trusted) {
    return string(Text(std::move(bytes), trusted));
  }
  static Value word(std::string_view bytes) { return string(std::string(bytes), true); }
  // Error when containers nest too deeply.
  static Value sequence(std::vector<Value> items, Sequence::Flavor flavor = Sequence::Flavor::list);
  static Value tuple(std::vector<Value> items) {
    return sequence(std::move(items), Sequence::Flavor::tuple);
  }
  static Value generator(std::vector<Value> items) {
    return sequence(std::move(items), Sequence::Flavor::generator);
  }
  static Value dict(std::vector<std::pair<Value, Value>> entries, Budget& budget);
  static Value object(std::shared_ptr<Object> object) { return Value(std::move(object)); }
  static Value from_json(const boost::json::value& json, bool trusted, Budget& budget);

  bool is_undefined() const { return std::holds_alternative<Undefined>(data_); }
  bool is_none() const { return std::holds_alternative<None>(data_); }
  bool is_boolean() const { return std::holds_alternative<bool>(data_); }
  bool is_integer() const { return std::holds_alternative<Integer>(data_); }  // not a boolean
  bool is_real() const { return std::holds_alternative<double>(data_); }
  bool is_number() const { return is_boolean() || is_integer() || is_real(); }
  bool is_string() const { return std::holds_alternative<std::shared_ptr<const String>>(data_); }
  bool is_sequence() const {
    return std::holds_alternative<std::shared_ptr<const Sequence>>(data_);
  }
  bool is_sequence(Sequence::Flavor flavor) const {
    return is_sequence() && as_sequence().flavor == flavor;
  }
  bool is_dict() const { return std::holds_alternative<std::shared_ptr<const Dict>>(data_); }
  bool is_object() const { return std::holds_alternative<std::shared_ptr<Object>>(data_); }

  bool as_boolean() const { return std::get<bool>(data_); }
  Integer as_integer() const;  // of a boolean or an integer
  double as_real() const;      // of any number
  const String& as_string() const { return *std::get<std::shared_ptr<const String>>(data_); }
  const Text& text() const { return as_string().text; }
  const std::string& bytes() const { return as_string().text.bytes(); }
  const Sequence& as_sequence() const { return *std::get<std::shared_ptr<const Sequence>>(data_); }
  const std::vector<Value>& items() const { return as_sequence().items; }
  const Dict& as_dict() const { return *std::get<std::shared_ptr<const Dict>>(data_); }
  const std::shared_ptr<Object>& as_object() const {
    return std::get<std::shared_ptr<Object>>(data_);
  }
  std::string why_undefined() const;

  bool same_object(const Value& other) const;  // Python's "is"
  std::string_view type_name() const;          // Python's: "str", "dict", …

 private:
  using Data = std::variant<Undefined, None, bool, Integer, double, std::shared_ptr<const String>,
                            std::shared_ptr<const Sequence>, std::shared_ptr<const Dict>,
                            std::shared_ptr<Object>>;
  explicit Value(Data data) : data_(std::move(data)) {}

  Data data_;
};

// Keeps insertion order; finds keys by binary search.
class Dict {
 public:
  using Entry = std::pair<Value, Value>;
  // Later values of equal keys win, in the place of the first. Error on keys Python cannot hash.
  Dict(std::vector<Entry> entries, Budget& budget);

  const std::vector<Entry>& entries() const { return entries_; }
  const Value* find(const Value& key, Budget& budget) const;
  const Value* find(std::string_view key) const;
  int depth() const { return depth_; }

 private:
  std::vector<Entry> entries_;
  std::vector<uint32_t> order_;  // indices into entries_, by key
  int depth_ = 1;
};

struct Arguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;
};

// A value with attributes that templates can set; how state leaves a loop.
class Namespace : public Object {
 public:
  std::string_view type_name() const override { return "Namespace"; }
  std::optional<Value> attribute(std::string_view name) override;
  std::map<std::string, Value, std::less<>> attributes;
};

}  // namespace hob::text::jinja
