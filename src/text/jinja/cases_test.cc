// Runs tests/cases/template/*.test: templates with a context and the text they must render to. The
// format is in tests/cases/template/README.md.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "text/jinja/template.h"

namespace hob::text::jinja {
namespace {

struct Case {
  std::string file, name, source;
  std::string context = "{}";
  std::optional<std::string> expected, error;
  int line = 0;
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.file << ":" << c.line << " " << c.name;
}

constexpr int64_t kNow = 1752148800;  // Thursday, 2025-07-10 12:00 UTC

std::vector<Case> read_file(const std::filesystem::path& path) {
  std::vector<Case> cases;
  std::ifstream file(path);
  std::string* section = nullptr;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    auto begins = [&](std::string_view mark) { return line.rfind(mark, 0) == 0; };
    if (begins("=== ")) {
      cases.push_back({path.filename().string(), line.substr(4), "", "{}", {}, {}, number});
      section = &cases.back().source;
    } else if (cases.empty()) {
      continue;  // what stands before the first case is about the file
    } else if (begins("--- context")) {
      section = &cases.back().context;
      section->clear();
    } else if (begins("--- expect")) {
      section = &cases.back().expected.emplace();
    } else if (begins("--- error")) {
      section = &cases.back().error.emplace();
    } else {
      *section += line + "\n";
    }
  }
  // The newline before a mark belongs to the mark.
  for (Case& c : cases)
    for (std::string* s :
         {&c.source, c.expected ? &*c.expected : nullptr, c.error ? &*c.error : nullptr})
      if (s && s->ends_with('\n')) s->pop_back();
  return cases;
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const auto& entry :
       std::filesystem::directory_iterator(HOB_SOURCE_DIR "/tests/cases/template"))
    if (entry.path().extension() == ".test")
      for (Case& c : read_file(entry.path())) cases.push_back(std::move(c));
  return cases;
}

class TemplateCase : public testing::TestWithParam<Case> {};

TEST_P(TemplateCase, Renders) {
  const Case& c = GetParam();
  ASSERT_TRUE(c.expected || c.error) << "a case needs '--- expect' or '--- error'";
  auto parsed = Template::parse(c.source);
  std::string error, text;
  if (!parsed) {
    error = parsed.error().message;
  } else {
    auto rendered = parsed->render(boost::json::parse(c.context).as_object(), {}, kNow);
    rendered.ok() ? text = rendered->bytes() : error = rendered.error().message;
  }
  if (c.expected) {
    EXPECT_EQ(error, "");
    EXPECT_EQ(text, *c.expected);
  } else {
    EXPECT_NE(error.find(*c.error), std::string::npos)
        << "got error: " << error << "\ntext: " << text;
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, TemplateCase, testing::ValuesIn(all_cases()));

}  // namespace
}  // namespace hob::text::jinja
