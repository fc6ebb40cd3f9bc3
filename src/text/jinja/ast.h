// The tree a template parses to. Chains of equal precedence are flat lists, so that the depth of
// the tree is the nesting that the author wrote.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "text/jinja/value.h"

namespace hob::text::jinja {

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

struct CallArguments {
  std::vector<ExprPtr> positional;
  std::vector<std::pair<std::string, ExprPtr>> named;
  ExprPtr unpacked;        // *list, may be null
  ExprPtr unpacked_named;  // **dict, may be null
};

enum class Operator : uint8_t { add, subtract, multiply, divide, floor_divide, modulo, power };
enum class Comparison : uint8_t { eq, ne, lt, le, gt, ge, in, not_in };

namespace node {
struct Constant {
  Value value;
};
struct Name {
  std::string name;
};
struct List {
  std::vector<ExprPtr> items;
  bool tuple;
};
struct Dict {
  std::vector<std::pair<ExprPtr, ExprPtr>> entries;
};
struct Attribute {
  ExprPtr object;
  std::string name;
};
struct Subscript {
  ExprPtr object, index;
};
struct Slice {  // each may be null
  ExprPtr object, start, stop, step;
};
struct Call {
  ExprPtr callee;
  CallArguments arguments;
};
struct Filter {
  ExprPtr input;  // null for the text of a filter or set block
  std::string name;
  CallArguments arguments;
};
struct Test {
  ExprPtr input;
  std::string name;
  CallArguments arguments;
  bool negated;
};
struct Not {
  ExprPtr operand;
};
struct Sign {
  ExprPtr operand;
  bool negative;
};
struct Arithmetic {  // left to right
  ExprPtr first;
  std::vector<std::pair<Operator, ExprPtr>> rest;
};
struct Concat {
  std::vector<ExprPtr> parts;
};
struct Logic {
  bool all;  // and
  std::vector<ExprPtr> operands;
};
struct Compare {
  ExprPtr first;
  std::vector<std::pair<Comparison, ExprPtr>> rest;
};
struct Conditional {
  ExprPtr condition, then, otherwise;  // otherwise may be null
};
}  // namespace node

struct Expr {
  size_t offset;  // into the source
  int depth;      // 1 + the deepest child's
  std::variant<node::Constant, node::Name, node::List, node::Dict, node::Attribute, node::Subscript,
               node::Slice, node::Call, node::Filter, node::Test, node::Not, node::Sign,
               node::Arithmetic, node::Concat, node::Logic, node::Compare, node::Conditional>
      node;
};

// What can be assigned to: a name, ns.attribute, or a tuple of such.
struct Target {
  enum class Kind : uint8_t { name, attribute, tuple } kind = Kind::name;
  std::string name, attribute;
  std::vector<Target> items;
  size_t offset = 0;
};

struct Statement;
using Body = std::vector<Statement>;

struct Parameter {
  std::string name;
  ExprPtr fallback;  // may be null
};

// A macro, or the body of a call block.
struct MacroDefinition {
  std::string name;
  std::vector<Parameter> parameters;
  Body body;
  bool uses_caller = false, uses_varargs = false, uses_kwargs = false;
};

namespace node {
struct Data {
  Value text;
};
struct Output {
  ExprPtr expression;
};
struct If {
  std::vector<std::pair<ExprPtr, Body>> branches;
  Body otherwise;
};
struct For {
  Target target;
  ExprPtr iterable, filter;  // filter may be null
  Body body, otherwise;
  bool recursive;
};
struct Set {
  Target target;
  ExprPtr value;
};
struct SetBlock {
  Target target;
  ExprPtr filter;  // may be null
  Body body;
};
struct Macro {
  std::shared_ptr<const MacroDefinition> definition;
};
struct CallBlock {
  std::shared_ptr<const MacroDefinition> body;
  ExprPtr call;  // a node::Call
};
struct FilterBlock {
  ExprPtr filter;
  Body body;
};
struct Scoped {  // with, generation, block: variables set inside end with it
  std::vector<std::pair<Target, ExprPtr>> variables;
  Body body;
};
struct Break {};
struct Continue {};
}  // namespace node

struct Statement {
  size_t offset;
  std::variant<node::Data, node::Output, node::If, node::For, node::Set, node::SetBlock,
               node::Macro, node::CallBlock, node::FilterBlock, node::Scoped, node::Break,
               node::Continue>
      node;
};

}  // namespace hob::text::jinja
