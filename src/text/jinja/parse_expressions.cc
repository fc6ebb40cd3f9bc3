// Expressions, one function for each level of precedence (loosest first), as Jinja orders them:
// if-else, or, and, not, comparisons, + -, ~, * / // %, **, signs, filters and tests, subscripts.
#include <algorithm>
#include <charconv>

#include "text/jinja/parser.h"

namespace hob::text::jinja {
namespace {

int depth_of(const ExprPtr& expression) {
  return expression ? expression->depth : 0;
}

template <class Pairs>
int deepest_second(const Pairs& pairs) {
  int deepest = 0;
  for (const auto& pair : pairs) deepest = std::max(deepest, depth_of(pair.second));
  return deepest;
}

int deepest(const std::vector<ExprPtr>& expressions) {
  int result = 0;
  for (const ExprPtr& e : expressions) result = std::max(result, e->depth);
  return result;
}

}  // namespace

template <class Node>
ExprPtr Parser::make(size_t offset, Node node, int deepest_child) {
  if (deepest_child >= max_depth_)
    fail(fmt::format("this nests more than {} levels deep", max_depth_), offset);
  auto made = std::make_unique<Expr>();
  made->offset = offset;
  made->depth = deepest_child + 1;
  made->node = std::move(node);
  return made;
}

int Parser::depth(const CallArguments& arguments) const {
  return std::max({deepest(arguments.positional), deepest_second(arguments.named),
                   depth_of(arguments.unpacked), depth_of(arguments.unpacked_named)});
}

bool Parser::at_tuple_end() const {
  const Token& token = current();
  return token.kind == TokenKind::variable_end || token.kind == TokenKind::block_end ||
         token.symbol(")");
}

ExprPtr Parser::parse_tuple(bool with_condition, bool parentheses) {
  size_t offset = current().offset;
  std::vector<ExprPtr> items;
  bool is_tuple = false;
  while (!at_tuple_end()) {
    items.push_back(parse_expression(with_condition));
    if (!skip_symbol(",")) break;
    is_tuple = true;
  }
  if (!is_tuple && !items.empty()) return std::move(items.front());
  if (!is_tuple && !parentheses) fail_here("an expression");
  int below = deepest(items);
  return make(offset, node::List{std::move(items), true}, below);
}

ExprPtr Parser::parse_expression(bool with_condition) {
  Nested nested(*this);
  return with_condition ? parse_condition() : parse_logic(false);
}

ExprPtr Parser::parse_condition() {
  size_t offset = current().offset;
  ExprPtr value = parse_logic(false);
  while (skip_name("if")) {
    ExprPtr condition = parse_logic(false);
    ExprPtr otherwise;
    if (skip_name("else")) {
      Nested nested(*this);
      otherwise = parse_condition();
    }
    int below = std::max({value->depth, condition->depth, depth_of(otherwise)});
    value = make(offset,
                 node::Conditional{std::move(condition), std::move(value), std::move(otherwise)},
                 below);
  }
  return value;
}

ExprPtr Parser::parse_logic(bool all) {
  size_t offset = current().offset;
  std::vector<ExprPtr> operands;
  do {
    operands.push_back(all ? parse_not() : parse_logic(true));
  } while (skip_name(all ? "and" : "or"));
  if (operands.size() == 1) return std::move(operands.front());
  int below = deepest(operands);
  return make(offset, node::Logic{all, std::move(operands)}, below);
}

ExprPtr Parser::parse_not() {
  size_t offset = current().offset;
  if (!skip_name("not")) return parse_comparison();
  Nested nested(*this);
  ExprPtr operand = parse_not();
  int below = operand->depth;
  return make(offset, node::Not{std::move(operand)}, below);
}

ExprPtr Parser::parse_comparison() {
  static constexpr std::pair<std::string_view, Comparison> kOperators[] = {
      {"==", Comparison::eq}, {"!=", Comparison::ne}, {"<", Comparison::lt},
      {"<=", Comparison::le}, {">", Comparison::gt},  {">=", Comparison::ge}};
  size_t offset = current().offset;
  ExprPtr first = parse_sum();
  std::vector<std::pair<Comparison, ExprPtr>> rest;
  while (true) {
    auto op = std::find_if(std::begin(kOperators), std::end(kOperators),
                           [&](const auto& o) { return current().symbol(o.first); });
    if (op != std::end(kOperators)) {
      advance();
      rest.emplace_back(op->second, parse_sum());
    } else if (skip_name("in")) {
      rest.emplace_back(Comparison::in, parse_sum());
    } else if (current().name("not") && look().name("in")) {
      advance();
      advance();
      rest.emplace_back(Comparison::not_in, parse_sum());
    } else {
      break;
    }
  }
  if (rest.empty()) return first;
  int below = std::max(first->depth, deepest_second(rest));
  return make(offset, node::Compare{std::move(first), std::move(rest)}, below);
}

ExprPtr Parser::parse_left_to_right(
    std::initializer_list<std::pair<std::string_view, Operator>> operators,
    ExprPtr (Parser::*operand)()) {
  size_t offset = current().offset;
  ExprPtr first = (this->*operand)();
  std::vector<std::pair<Operator, ExprPtr>> rest;
  while (true) {
    auto op = std::find_if(operators.begin(), operators.end(),
                           [&](const auto& o) { return current().symbol(o.first); });
    if (op == operators.end()) break;
    advance();
    rest.emplace_back(op->second, (this->*operand)());
  }
  if (rest.empty()) return first;
  int below = std::max(first->depth, deepest_second(rest));
  return make(offset, node::Arithmetic{std::move(first), std::move(rest)}, below);
}

ExprPtr Parser::parse_sum() {
  return parse_left_to_right({{"+", Operator::add}, {"-", Operator::subtract}},
                             &Parser::parse_concat);
}

ExprPtr Parser::parse_concat() {
  size_t offset = current().offset;
  std::vector<ExprPtr> parts;
  do {
    parts.push_back(parse_product());
  } while (skip_symbol("~"));
  if (parts.size() == 1) return std::move(parts.front());
  int below = deepest(parts);
  return make(offset, node::Concat{std::move(parts)}, below);
}

ExprPtr Parser::parse_product() {
  return parse_left_to_right({{"*", Operator::multiply},
                              {"/", Operator::divide},
                              {"//", Operator::floor_divide},
                              {"%", Operator::modulo}},
                             &Parser::parse_power);
}

ExprPtr Parser::parse_power() {
  size_t offset = current().offset;
  ExprPtr first = parse_unary(true);
  std::vector<std::pair<Operator, ExprPtr>> rest;
  while (skip_symbol("**")) rest.emplace_back(Operator::power, parse_unary(true));
  if (rest.empty()) return first;
  int below = std::max(first->depth, deepest_second(rest));
  return make(offset, node::Arithmetic{std::move(first), std::move(rest)}, below);
}

ExprPtr Parser::parse_unary(bool with_filter) {
  size_t offset = current().offset;
  ExprPtr operand;
  if (current().symbol("-") || current().symbol("+")) {
    Nested nested(*this);
    bool negative = advance().text == "-";
    operand = parse_unary(false);
    int below = operand->depth;
    operand = make(offset, node::Sign{std::move(operand), negative}, below);
  } else {
    operand = parse_primary();
  }
  operand = parse_postfix(std::move(operand));
  return with_filter ? parse_filters_and_tests(std::move(operand)) : std::move(operand);
}

ExprPtr Parser::parse_primary() {
  const Token& token = current();
  switch (token.kind) {
    case TokenKind::name:
      return parse_name();
    case TokenKind::integer:
    case TokenKind::real:
      return parse_number();
    case TokenKind::string: {
      std::string text;
      while (current().kind == TokenKind::string) text += advance().text;
      return make(token.offset, node::Constant{Value::word(text)}, 0);
    }
    default:
      break;
  }
  if (token.symbol("[")) return parse_list();
  if (token.symbol("{")) return parse_dict();
  if (!skip_symbol("(")) fail_here("an expression");
  ExprPtr inner = parse_tuple(true, true);
  expect_symbol(")");
  return inner;
}

ExprPtr Parser::parse_name() {
  const Token& token = advance();
  const std::string& name = token.text;
  if (name == "true" || name == "True")
    return make(token.offset, node::Constant{Value::boolean(true)}, 0);
  if (name == "false" || name == "False")
    return make(token.offset, node::Constant{Value::boolean(false)}, 0);
  if (name == "none" || name == "None") return make(token.offset, node::Constant{Value::none()}, 0);
  for (MacroDefinition* macro : macros_) {
    macro->uses_caller |= name == "caller";
    macro->uses_varargs |= name == "varargs";
    macro->uses_kwargs |= name == "kwargs";
  }
  return make(token.offset, node::Name{name}, 0);
}

ExprPtr Parser::parse_number() {
  const Token& token = advance();
  std::string_view digits = token.text;
  if (token.kind == TokenKind::real) {
    double value = 0;
    auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (result.ec != std::errc()) fail("this number is out of range", token.offset);
    return make(token.offset, node::Constant{Value::real(value)}, 0);
  }
  int base = 10;
  if (digits.size() > 1 && digits[0] == '0' && !(digits[1] >= '0' && digits[1] <= '9')) {
    char kind = static_cast<char>(digits[1] | 0x20);
    base = kind == 'x' ? 16 : kind == 'o' ? 8 : 2;
    digits.remove_prefix(2);
  }
  uint64_t value = 0;
  auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (result.ec != std::errc() || result.ptr != digits.data() + digits.size())
    fail("this is no number, or one that is out of range", token.offset);
  return make(token.offset, node::Constant{Value::integer(static_cast<Integer>(value))}, 0);
}

ExprPtr Parser::parse_list() {
  size_t offset = advance().offset;
  std::vector<ExprPtr> items;
  while (!current().symbol("]")) {
    if (!items.empty()) {
      expect_symbol(",");
      if (current().symbol("]")) break;
    }
    items.push_back(parse_expression());
  }
  expect_symbol("]");
  int below = deepest(items);
  return make(offset, node::List{std::move(items), false}, below);
}

ExprPtr Parser::parse_dict() {
  size_t offset = advance().offset;
  std::vector<std::pair<ExprPtr, ExprPtr>> entries;
  int below = 0;
  while (!current().symbol("}")) {
    if (!entries.empty()) {
      expect_symbol(",");
      if (current().symbol("}")) break;
    }
    ExprPtr key = parse_expression();
    expect_symbol(":");
    ExprPtr value = parse_expression();
    below = std::max({below, key->depth, value->depth});
    entries.emplace_back(std::move(key), std::move(value));
  }
  expect_symbol("}");
  return make(offset, node::Dict{std::move(entries)}, below);
}

ExprPtr Parser::parse_postfix(ExprPtr operand) {
  while (true) {
    if (current().symbol(".") || current().symbol("["))
      operand = parse_subscript(std::move(operand));
    else if (current().symbol("("))
      operand = parse_call(std::move(operand));
    else
      return operand;
  }
}

ExprPtr Parser::parse_filters_and_tests(ExprPtr operand) {
  while (true) {
    if (current().symbol("|"))
      operand = parse_filter(std::move(operand), false);
    else if (current().name("is"))
      operand = parse_test(std::move(operand));
    else if (current().symbol("("))
      operand = parse_call(std::move(operand));
    else
      return operand;
  }
}

ExprPtr Parser::parse_subscript(ExprPtr object) {
  int below = object->depth;
  size_t offset = current().offset;
  if (skip_symbol(".")) {
    if (current().kind == TokenKind::name)
      return make(offset, node::Attribute{std::move(object), advance().text}, below);
    if (current().kind != TokenKind::integer) fail_here("a name or a number");
    ExprPtr index = parse_number();
    return make(offset, node::Subscript{std::move(object), std::move(index)}, below);
  }
  expect_symbol("[");
  if (skip_symbol("]")) {  // object[()]
    ExprPtr empty = make(offset, node::List{{}, true}, 0);
    return make(offset, node::Subscript{std::move(object), std::move(empty)}, below);
  }
  ExprPtr parts[3];
  int n_colons = 0;
  if (!current().symbol(":")) parts[0] = parse_expression();
  while (n_colons < 2 && skip_symbol(":")) {
    ++n_colons;
    if (!current().symbol(":") && !current().symbol("]")) parts[n_colons] = parse_expression();
  }
  for (const ExprPtr& part : parts) below = std::max(below, depth_of(part));
  if (n_colons == 0 && current().symbol(",")) {
    std::vector<ExprPtr> items;
    items.push_back(std::move(parts[0]));
    while (skip_symbol(",")) items.push_back(parse_expression());
    below = std::max(below, deepest(items) + 1);
    parts[0] = make(offset, node::List{std::move(items), true}, below);
  }
  expect_symbol("]");
  if (n_colons == 0)
    return make(offset, node::Subscript{std::move(object), std::move(parts[0])}, below);
  return make(
      offset,
      node::Slice{std::move(object), std::move(parts[0]), std::move(parts[1]), std::move(parts[2])},
      below);
}

ExprPtr Parser::parse_call(ExprPtr callee) {
  size_t offset = callee->offset;
  CallArguments arguments = parse_arguments();
  int below = std::max(callee->depth, depth(arguments));
  return make(offset, node::Call{std::move(callee), std::move(arguments)}, below);
}

CallArguments Parser::parse_arguments() {
  CallArguments arguments;
  size_t offset = current().offset;
  expect_symbol("(");
  bool first = true;
  while (!current().symbol(")")) {
    if (!std::exchange(first, false)) {
      expect_symbol(",");
      if (current().symbol(")")) break;
    }
    if (skip_symbol("*")) {
      if (arguments.unpacked || arguments.unpacked_named) fail("misplaced '*'", offset);
      arguments.unpacked = parse_expression();
    } else if (skip_symbol("**")) {
      if (arguments.unpacked_named) fail("misplaced '**'", offset);
      arguments.unpacked_named = parse_expression();
    } else if (current().kind == TokenKind::name && look().symbol("=")) {
      std::string name = advance().text;
      advance();
      arguments.named.emplace_back(std::move(name), parse_expression());
    } else {
      if (!arguments.named.empty() || arguments.unpacked || arguments.unpacked_named)
        fail("a positional argument follows a named one", current().offset);
      arguments.positional.push_back(parse_expression());
    }
  }
  expect_symbol(")");
  return arguments;
}

ExprPtr Parser::parse_filter(ExprPtr input, bool at_name) {
  if (!at_name) expect_symbol("|");
  size_t offset = current().offset;
  std::string name = expect_name();
  while (skip_symbol(".")) name.append(1, '.').append(expect_name());
  CallArguments arguments;
  if (current().symbol("(")) arguments = parse_arguments();
  int below = std::max(depth_of(input), depth(arguments));
  return make(offset, node::Filter{std::move(input), std::move(name), std::move(arguments)}, below);
}

ExprPtr Parser::parse_filter_chain(ExprPtr input, bool at_name) {
  input = parse_filter(std::move(input), at_name);
  while (current().symbol("|")) input = parse_filter(std::move(input), false);
  return input;
}

ExprPtr Parser::parse_test(ExprPtr input) {
  size_t offset = advance().offset;
  bool negated = skip_name("not");
  std::string name = expect_name();
  while (skip_symbol(".")) name.append(1, '.').append(expect_name());
  CallArguments arguments;
  const Token& next = current();
  bool begins_argument = (next.kind == TokenKind::name && next.text != "else" &&
                          next.text != "or" && next.text != "and") ||
                         next.kind == TokenKind::string || next.kind == TokenKind::integer ||
                         next.kind == TokenKind::real || next.symbol("[") || next.symbol("{");
  if (next.symbol("(")) {
    arguments = parse_arguments();
  } else if (begins_argument) {
    if (next.name("is")) fail("tests cannot be chained with 'is'", next.offset);
    Nested nested(*this);
    arguments.positional.push_back(parse_postfix(parse_primary()));
  }
  int below = std::max(depth_of(input), depth(arguments));
  return make(offset, node::Test{std::move(input), std::move(name), std::move(arguments), negated},
              below);
}

}  // namespace hob::text::jinja
