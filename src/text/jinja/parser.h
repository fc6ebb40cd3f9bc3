// Tokens to the tree. A recursive descent whose depth is counted, so that no source can exhaust the
// stack. Statements are in parse_statements.cc, expressions in parse_expressions.cc.
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "text/jinja/ast.h"
#include "text/jinja/lexer.h"

namespace hob::text::jinja {

class Parser {
 public:
  Parser(std::vector<Token> tokens, int max_depth)
      : tokens_(std::move(tokens)), max_depth_(max_depth) {}

  // The whole template. Throws TemplateError with an offset.
  Body parse();

 private:
  class Nested;

  // The stream of tokens.
  const Token& current() const { return tokens_[at_]; }
  const Token& look() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  const Token& advance() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
  bool skip_symbol(std::string_view symbol);
  bool skip_name(std::string_view name);
  void expect_symbol(std::string_view symbol);
  std::string expect_name();
  void expect_block_end();
  [[noreturn]] void fail(std::string message, size_t offset) const;
  [[noreturn]] void fail_here(std::string_view expected) const;

  // Statements.
  Body parse_body(std::initializer_list<std::string_view> ends);  // stops before the end tag's name
  Body parse_block_body(std::string_view end);                    // and takes the end tag too
  void parse_tag(Body& body);
  Statement parse_if(size_t offset);
  Statement parse_for(size_t offset);
  Statement parse_set(size_t offset);
  Statement parse_macro(size_t offset);
  Statement parse_call_block(size_t offset);
  Statement parse_filter_block(size_t offset);
  Statement parse_with(size_t offset);
  Statement parse_scoped(size_t offset, std::string_view end);
  Statement parse_loop_control(size_t offset, bool is_break);
  std::vector<Parameter> parse_signature();
  Target parse_target(bool with_namespace);
  Target parse_single_target(bool with_namespace);
  void finish_macro(MacroDefinition& macro, std::string_view end);

  // Expressions, from loose to tight.
  ExprPtr parse_tuple(bool with_condition, bool parentheses);
  ExprPtr parse_expression(bool with_condition = true);
  ExprPtr parse_condition();
  ExprPtr parse_logic(bool all);
  ExprPtr parse_not();
  ExprPtr parse_comparison();
  ExprPtr parse_sum();
  ExprPtr parse_concat();
  ExprPtr parse_product();
  ExprPtr parse_power();
  ExprPtr parse_unary(bool with_filter);
  ExprPtr parse_primary();
  ExprPtr parse_name();
  ExprPtr parse_number();
  ExprPtr parse_list();
  ExprPtr parse_dict();
  ExprPtr parse_postfix(ExprPtr operand);
  ExprPtr parse_filters_and_tests(ExprPtr operand);
  ExprPtr parse_subscript(ExprPtr object);
  ExprPtr parse_call(ExprPtr callee);
  ExprPtr parse_filter(ExprPtr input, bool at_name);
  ExprPtr parse_filter_chain(ExprPtr input, bool at_name);
  ExprPtr parse_test(ExprPtr input);
  CallArguments parse_arguments();
  ExprPtr parse_left_to_right(
      std::initializer_list<std::pair<std::string_view, Operator>> operators,
      ExprPtr (Parser::*operand)());
  bool at_tuple_end() const;

  template <class Node>
  ExprPtr make(size_t offset, Node node, int deepest_child);
  int depth(const CallArguments& arguments) const;

  std::vector<Token> tokens_;
  size_t at_ = 0;
  int max_depth_;
  int depth_ = 0;
  int loops_ = 0;                         // enclosing for loops, within this macro
  std::vector<MacroDefinition*> macros_;  // enclosing macros and call blocks
};

// Counts one level of nesting for as long as it lives.
class Parser::Nested {
 public:
  explicit Nested(Parser& parser) : parser_(parser) {
    if (++parser_.depth_ > parser_.max_depth_)
      parser_.fail(fmt::format("this nests more than {} levels deep", parser_.max_depth_),
                   parser_.current().offset);
  }
  ~Nested() { --parser_.depth_; }
  Nested(const Nested&) = delete;
  Nested& operator=(const Nested&) = delete;

 private:
  Parser& parser_;
};

}  // namespace hob::text::jinja
