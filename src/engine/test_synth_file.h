// For tests: a model file with random weights, "llama:tiny:q8_0".
#pragma once

#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <memory>
#include <string>

#include "base/check.h"
#include "forge/synth.h"
#include "model/model.h"

namespace hob::engine {

inline std::shared_ptr<const tensor::GgufFile> synth_file(const std::string& shape) {
  const auto spec = forge::parse_synth_spec(shape);
  HOB_CHECK(spec.ok(), "{}", spec.error().message);
  // One path for each test: they run side by side.
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  std::string name = fmt::format("hob-{}-{}-{}", test->test_suite_name(), test->name(), shape);
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '-';
  const auto path = (std::filesystem::temp_directory_path() / (name + ".gguf")).string();
  const Status written = forge::write_synth(*spec, 1, path);
  HOB_CHECK(written.ok(), "{}", written.error().message);
  auto file = tensor::GgufFile::open(path);
  HOB_CHECK(file.ok(), "{}", file.error().message);
  std::filesystem::remove(path);  // the mapping stays
  return std::make_shared<const tensor::GgufFile>(std::move(file).value());
}

}  // namespace hob::engine
