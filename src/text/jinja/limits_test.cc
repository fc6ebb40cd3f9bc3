// Templates that would not end, would eat the memory or the stack, and long texts that must be
// quick.
#include <gtest/gtest.h>

#include <string>

#include "text/jinja/template.h"

namespace hob::text::jinja {
namespace {

std::string error_of(std::string_view source, const boost::json::object& vars = {},
                     const TemplateLimits& limits = {}) {
  auto parsed = Template::parse(source, {}, limits);
  if (!parsed) return parsed.error().message;
  auto text = parsed->render(vars, {}, std::nullopt, limits);
  return text.ok() ? "" : text.error().message;
}

std::string repeated(std::string_view piece, int n) {
  std::string text;
  for (int i = 0; i < n; ++i) text += piece;
  return text;
}

bool says(const std::string& message, std::string_view what) {
  return message.find(what) != message.npos;
}

TEST(TemplateLimits, DeepSourceIsAnError) {
  for (std::string_view open : {"(", "[", "{1:", "not ", "-", "x[", "f(", "x|f(", "x is t(",
                                "1 if 1 else ", "'a' ~ (", "x is x "}) {
    std::string message = error_of("{{ " + repeated(open, 10'000));
    EXPECT_TRUE(says(message, "nests more than") || says(message, "is not closed"))
        << open << ": " << message;
  }
  EXPECT_TRUE(says(error_of("{{ " + repeated("(", 10'000) + "1" + repeated(")", 10'000) + " }}"),
                   "nests more than 200 levels"));
  EXPECT_TRUE(says(error_of(repeated("{% if x %}", 10'000)), "nests more than"));
  EXPECT_TRUE(says(error_of(repeated("{% for x in y %}", 10'000)), "nests more than"));
  EXPECT_TRUE(says(error_of("{{ x" + repeated("|f", 10'000) + " }}"), "nests more than"));
  EXPECT_TRUE(says(error_of("{{ x" + repeated(".a", 10'000) + " }}"), "nests more than"));
  EXPECT_TRUE(says(error_of("{% set " + repeated("(", 10'000) + "x"), "is not closed"));
  EXPECT_TRUE(
      says(error_of("{% set " + repeated("(", 10'000) + "x" + repeated(")", 10'000) + " = 1 %}"),
           "nests more than"));
}

TEST(TemplateLimits, LongChainsAreFine) {
  EXPECT_EQ(error_of("{{ 0" + repeated(" + 1", 10'000) + " }}"), "");
  EXPECT_EQ(error_of("{{ 'a'" + repeated(" ~ 'b'", 5'000) + " }}"), "");
  EXPECT_EQ(error_of("{{ 1" + repeated(" and 1", 10'000) + " }}"), "");
  EXPECT_EQ(error_of("{% if x %}" + repeated("{% elif x %}", 10'000) + "{% endif %}"), "");
}

TEST(TemplateLimits, EndlessRecursionEnds) {
  EXPECT_TRUE(says(error_of("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"), "levels deep"));
  EXPECT_TRUE(
      says(error_of("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}"), "levels deep"));
  EXPECT_TRUE(says(error_of("{% set ns = namespace(x=[]) %}{% for i in range(1000) %}"
                            "{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}"),
                   "levels deep"));
}

TEST(TemplateLimits, NamespacesInCirclesAreFreed) {
  EXPECT_EQ(error_of("{% set a = namespace() %}{% set b = namespace(a=a) %}{% set a.b = b %}"
                     "{% set a.list = [a, b] %}{% macro m() %}{% endmacro %}{% set a.m = m %}x"),
            "");
}

TEST(TemplateLimits, StepsRunOut) {
  const std::string message = error_of(
      "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}"
      "{% endfor %}{% endfor %}{% endfor %}");
  EXPECT_TRUE(says(message, "more than 10000000 steps")) << message;
}

TEST(TemplateLimits, NothingGrowsWithoutBound) {
  for (std::string_view source : {
           "{{ 'x' * 10000000000 }}",
           "{{ 'xx' * 170141183460469231731687303715884105727 }}",
           "{{ [1] * 10000000000 }}",
           "{{ range(1000000) }}",
           "{{ '%99999999999d' % 1 }}",
           "{{ '{:99999999999}'.format(1) }}",
           "{{ 'x' | center(9999999999) }}",
           "{{ 'x'.ljust(9999999999) }}",
           "{{ 'a\nb' | indent(9999999999) }}",
           "{{ ('x' * 1000000) | replace('x', 'y' * 1000000) }}",
           "{{ range(100000) | join('y' * 1000000) }}",
           "{% set ns = namespace(x='x') %}{% for i in range(100) %}{% set ns.x = ns.x ~ ns.x %}"
           "{% endfor %}",
           "{% set ns = namespace(x=[1]) %}{% for i in range(100) %}{% set ns.x = ns.x + ns.x %}"
           "{% endfor %}",
           "{% set ns = namespace(x=1) %}{% for i in range(200) %}{% set ns.x = [ns.x, ns.x] %}"
           "{% endfor %}{{ ns.x }}",
           "{% set ns = namespace(x=1, y=1) %}{% for i in range(100) %}"
           "{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}{% endfor %}"
           "{{ ns.x == ns.y }}",
           "{{ 2 ** 1000 }}",
           "{{ [1] | batch(999999999999, 0) | list }}",
           "{{ [1] | slice(999999999999) | list }}",
           "{% for i in range(100000) %}{{ 'y' in big }}{% endfor %}",
       }) {
    EXPECT_NE(error_of(source, {{"big", std::string(1 << 20, 'x')}}), "") << source;
  }
}

TEST(TemplateLimits, OutputIsBounded) {
  TemplateLimits limits;
  limits.max_output_bytes = 1000;
  EXPECT_TRUE(says(error_of("{% for i in range(2000) %}x{% endfor %}", {}, limits), "1000 bytes"));
}

// A megabyte of message passes through what templates do to messages; quadratic work would take
// minutes here.
TEST(TemplateLimits, LongMessagesPass) {
  std::string message;
  while (message.size() < (1 << 20)) message += "Größe <think>x</think> line\n";
  const std::string source =
      "{% for m in messages %}{% set c = m.content | trim %}"
      "{% if '</think>' in c %}{% set c = c.split('</think>')[-1].lstrip('\n') ~ c %}{% endif %}"
      "{{ '<|im_start|>' + m.role + '\n' + c.replace('line', 'Zeile') | upper }}"
      "{{ c | tojson }}{{ c[10:] | length }}{{ c.splitlines() | length }}{{ c | indent(2) }}"
      "{{ c.strip().startswith('x') }}<|im_end|>{% endfor %}";
  boost::json::object vars{{"messages", boost::json::array{boost::json::object{
                                            {"role", "user"}, {"content", message}}}}};
  auto parsed = Template::parse(source);
  ASSERT_TRUE(parsed.ok()) << parsed.error().message;
  auto text = parsed->render(vars);
  ASSERT_TRUE(text.ok()) << text.error().message;
  EXPECT_GT(text->size(), 3u << 20);
}

TEST(TemplateLimits, BadBytesAreNoTrouble) {
  boost::json::object vars{{"bad", std::string("\xff\xc3(\xe2\x82 \xf0\x9f ok \x80")}};
  EXPECT_EQ(error_of("{{ bad }}{{ bad|upper }}{{ bad|tojson }}{{ bad|tojson(ensure_ascii=true) }}"
                     "{{ bad[2:5] }}{{ bad|list }}{{ bad.title() }}{{ bad|length }}"
                     "{{ bad.strip('\\x80') }}{{ bad.split() }}{{ [bad] }}{{ bad[::-1] }}",
                     vars),
            "");
}

}  // namespace
}  // namespace hob::text::jinja
