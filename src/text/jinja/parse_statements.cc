// The tags: {% if %}, {% for %}, {% set %}, {% macro %}, … and the text between them.
#include <algorithm>

#include "text/jinja/parser.h"

namespace hob::text::jinja {

bool Parser::skip_symbol(std::string_view symbol) {
  if (!current().symbol(symbol)) return false;
  advance();
  return true;
}

bool Parser::skip_name(std::string_view name) {
  if (!current().name(name)) return false;
  advance();
  return true;
}

void Parser::expect_symbol(std::string_view symbol) {
  if (!skip_symbol(symbol)) fail_here(fmt::format("'{}'", symbol));
}

std::string Parser::expect_name() {
  if (current().kind != TokenKind::name) fail_here("a name");
  return advance().text;
}

void Parser::expect_block_end() {
  if (current().kind != TokenKind::block_end) fail_here("'%}'");
  advance();
}

void Parser::fail(std::string message, size_t offset) const {
  throw TemplateError{std::move(message), false, true, offset};
}

void Parser::fail_here(std::string_view expected) const {
  auto found = [&]() -> std::string {
    switch (current().kind) {
      case TokenKind::variable_end:
        return "'}}'";
      case TokenKind::block_end:
        return "'%}'";
      case TokenKind::end:
        return "the end of the template";
      case TokenKind::string:
        return "a string";
      default:
        return fmt::format("'{}'", current().text);
    }
  };
  fail(fmt::format("expected {}, found {}", expected, found()), current().offset);
}

Body Parser::parse() {
  Body body = parse_body({});
  if (current().kind != TokenKind::end)
    fail(fmt::format("'{}' without the tag that it closes", current().text), current().offset);
  return body;
}

Body Parser::parse_body(std::initializer_list<std::string_view> ends) {
  Nested nested(*this);
  Body body;
  while (true) {
    const Token& token = current();
    if (token.kind == TokenKind::data) {
      body.push_back({token.offset, node::Data{Value::word(token.text)}});
      advance();
    } else if (token.kind == TokenKind::variable_begin) {
      size_t offset = advance().offset;
      ExprPtr expression = parse_tuple(true, false);
      if (current().kind != TokenKind::variable_end) fail_here("'}}'");
      advance();
      body.push_back({offset, node::Output{std::move(expression)}});
    } else if (token.kind == TokenKind::block_begin) {
      if (look().kind != TokenKind::name) {
        advance();
        fail_here("the name of a tag");
      }
      if (std::find(ends.begin(), ends.end(), look().text) != ends.end()) {
        advance();
        return body;
      }
      parse_tag(body);
    } else {
      if (ends.size() == 0) return body;
      fail(fmt::format("the template ends, but '{}' is missing", *(ends.end() - 1)), token.offset);
    }
  }
}

Body Parser::parse_block_body(std::string_view end) {
  expect_block_end();
  Body body = parse_body({end});
  advance();
  return body;
}

void Parser::parse_tag(Body& body) {
  size_t offset = advance().offset;
  size_t name_offset = current().offset;
  std::string name = expect_name();
  if (name == "if") {
    body.push_back(parse_if(offset));
  } else if (name == "for") {
    body.push_back(parse_for(offset));
  } else if (name == "set") {
    body.push_back(parse_set(offset));
  } else if (name == "macro") {
    body.push_back(parse_macro(offset));
  } else if (name == "call") {
    body.push_back(parse_call_block(offset));
  } else if (name == "filter") {
    body.push_back(parse_filter_block(offset));
  } else if (name == "with") {
    body.push_back(parse_with(offset));
  } else if (name == "generation") {
    body.push_back(parse_scoped(offset, "endgeneration"));
  } else if (name == "break" || name == "continue") {
    body.push_back(parse_loop_control(offset, name == "break"));
  } else if (name == "print") {
    body.push_back({offset, node::Output{parse_tuple(true, false)}});
  } else if (name.starts_with("end") || name == "else" || name == "elif") {
    fail(fmt::format("'{}' without the tag that it closes", name), name_offset);
  } else {
    fail(fmt::format("the tag '{}' is not known in chat templates", name), name_offset);
  }
  expect_block_end();
}

Statement Parser::parse_if(size_t offset) {
  node::If result;
  do {
    ExprPtr condition = parse_tuple(false, false);
    expect_block_end();
    Body body = parse_body({"elif", "else", "endif"});
    result.branches.emplace_back(std::move(condition), std::move(body));
  } while (skip_name("elif"));
  if (skip_name("else")) {
    expect_block_end();
    result.otherwise = parse_body({"endif"});
  }
  advance();
  return {offset, std::move(result)};
}

Statement Parser::parse_for(size_t offset) {
  node::For loop;
  loop.target = parse_target(false);
  if (!skip_name("in")) fail_here("'in'");
  loop.iterable = parse_tuple(false, false);
  if (skip_name("if")) loop.filter = parse_expression();
  loop.recursive = skip_name("recursive");
  expect_block_end();
  ++loops_;
  loop.body = parse_body({"else", "endfor"});
  --loops_;
  if (skip_name("else")) {
    expect_block_end();
    loop.otherwise = parse_body({"endfor"});
  }
  advance();
  return {offset, std::move(loop)};
}

Statement Parser::parse_set(size_t offset) {
  Target target = parse_target(true);
  if (skip_symbol("=")) return {offset, node::Set{std::move(target), parse_tuple(true, false)}};
  ExprPtr filter;
  if (current().symbol("|")) filter = parse_filter_chain(nullptr, false);
  return {offset, node::SetBlock{std::move(target), std::move(filter), parse_block_body("endset")}};
}

Target Parser::parse_single_target(bool with_namespace) {
  Nested nested(*this);
  Target target;
  target.offset = current().offset;
  if (skip_symbol("(")) {
    target = parse_target(with_namespace);
    expect_symbol(")");
    return target;
  }
  target.name = expect_name();
  static constexpr std::string_view kReserved[] = {"true", "false", "none",
                                                   "True", "False", "None"};
  if (std::find(std::begin(kReserved), std::end(kReserved), target.name) != std::end(kReserved))
    fail(fmt::format("cannot assign to '{}'", target.name), target.offset);
  if (with_namespace && skip_symbol(".")) {
    target.kind = Target::Kind::attribute;
    target.attribute = expect_name();
  }
  return target;
}

Target Parser::parse_target(bool with_namespace) {
  Target first = parse_single_target(with_namespace);
  if (!current().symbol(",")) return first;
  Target tuple;
  tuple.kind = Target::Kind::tuple;
  tuple.offset = first.offset;
  tuple.items.push_back(std::move(first));
  while (skip_symbol(",")) {
    if (current().symbol("=") || current().name("in") || current().symbol(")")) break;
    tuple.items.push_back(parse_single_target(with_namespace));
  }
  return tuple;
}

std::vector<Parameter> Parser::parse_signature() {
  std::vector<Parameter> parameters;
  expect_symbol("(");
  while (!current().symbol(")")) {
    if (!parameters.empty()) expect_symbol(",");
    size_t offset = current().offset;
    Parameter parameter{expect_name(), nullptr};
    if (skip_symbol("="))
      parameter.fallback = parse_expression();
    else if (!parameters.empty() && parameters.back().fallback)
      fail("a parameter without a default follows one with a default", offset);
    parameters.push_back(std::move(parameter));
  }
  advance();
  return parameters;
}

// Parses the body, noting whether it speaks of caller, varargs or kwargs. Loops around a macro are
// not its loops.
void Parser::finish_macro(MacroDefinition& macro, std::string_view end) {
  int outer_loops = std::exchange(loops_, 0);
  macros_.push_back(&macro);
  macro.body = parse_block_body(end);
  macros_.pop_back();
  loops_ = outer_loops;
}

Statement Parser::parse_macro(size_t offset) {
  auto macro = std::make_shared<MacroDefinition>();
  macro->name = expect_name();
  macro->parameters = parse_signature();
  finish_macro(*macro, "endmacro");
  return {offset, node::Macro{std::move(macro)}};
}

Statement Parser::parse_call_block(size_t offset) {
  auto body = std::make_shared<MacroDefinition>();
  body->name = "caller";
  if (current().symbol("(")) body->parameters = parse_signature();
  size_t call_offset = current().offset;
  ExprPtr call = parse_expression();
  if (!std::holds_alternative<node::Call>(call->node)) fail("expected a call", call_offset);
  finish_macro(*body, "endcall");
  return {offset, node::CallBlock{std::move(body), std::move(call)}};
}

Statement Parser::parse_filter_block(size_t offset) {
  ExprPtr filter = parse_filter_chain(nullptr, true);
  return {offset, node::FilterBlock{std::move(filter), parse_block_body("endfilter")}};
}

Statement Parser::parse_with(size_t offset) {
  node::Scoped scoped;
  while (current().kind != TokenKind::block_end) {
    if (!scoped.variables.empty()) expect_symbol(",");
    Target target = parse_single_target(false);
    expect_symbol("=");
    scoped.variables.emplace_back(std::move(target), parse_expression());
  }
  scoped.body = parse_block_body("endwith");
  return {offset, std::move(scoped)};
}

Statement Parser::parse_scoped(size_t offset, std::string_view end) {
  return {offset, node::Scoped{{}, parse_block_body(end)}};
}

Statement Parser::parse_loop_control(size_t offset, bool is_break) {
  if (loops_ == 0)
    fail(fmt::format("'{}' outside of a loop", is_break ? "break" : "continue"), offset);
  if (is_break) return {offset, node::Break{}};
  return {offset, node::Continue{}};
}

}  // namespace hob::text::jinja
