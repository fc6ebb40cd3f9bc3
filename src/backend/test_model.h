// For the tests of backends only: small models to run, and one sequence of tokens on its way
// through a backend.
#pragma once

#include <gtest/gtest.h>

#include <cctype>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "forge/synth.h"
#include "model/model.h"

namespace hob::backend {

inline model::Model load_model(const std::string& path) {
  auto file = tensor::GgufFile::open(path);
  HOB_CHECK(file.ok(), "{}", file.error().message);
  auto model = model::compile(std::make_shared<const tensor::GgufFile>(std::move(file).value()));
  HOB_CHECK(model.ok(), "{}", model.error().message);
  return std::move(model).value();
}

// "llama:tiny:q8_0", random weights. `window` > 0 gives every second layer a sliding window of that
// many tokens and the others none.
inline model::Model synth_model(const std::string& shape, int64_t window = 0) {
  auto spec = forge::parse_synth_spec(shape);
  HOB_CHECK(spec.ok(), "{}", spec.error().message);
  // One file for each test: tests run side by side.
  std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
  name = "hob-" + (name + "-" + shape) + ".gguf";
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.') c = '-';
  const std::string path = std::filesystem::temp_directory_path() / name;
  const Status written = forge::write_synth(*spec, 1, path);
  HOB_CHECK(written.ok(), "{}", written.error().message);
  model::Model model = load_model(path);
  std::remove(path.c_str());  // the mapping stays
  if (window > 0)
    for (model::Op& op : model.program.ops)
      if (auto* attend = std::get_if<model::Attend>(&op.action))
        attend->window = attend->cache % 2 == 0 ? window : 0;
  return model;
}

// A sequence with pages of its own. Several may lie in one batch.
struct Sequence {
  int64_t n_vocab;
  std::vector<int32_t> tokens = {};
  std::vector<PageId> pages = {};
  size_t done = 0;
  std::vector<float> logits = {};  // [done, n_vocab]
};

struct Share {  // how many tokens of which sequence go into a batch
  Sequence* sequence;
  size_t n;
};

// Runs the shares side by side and appends the logits of every token to its sequence.
inline void run_together(Backend& backend, std::span<const Share> shares) {
  Batch batch;
  for (const Share& share : shares) {
    Sequence& s = *share.sequence;
    for (size_t t = s.done; t < s.done + share.n; ++t) {
      batch.logit_rows.push_back(static_cast<int32_t>(batch.tokens.size()));
      batch.tokens.push_back(s.tokens[t]);
      batch.positions.push_back(static_cast<int32_t>(t));
      batch.sequence.push_back(static_cast<int32_t>(batch.page_tables.size()));
    }
    batch.page_tables.push_back(s.pages);
  }
  const auto width = static_cast<size_t>(shares[0].sequence->n_vocab);
  std::vector<float> logits(batch.tokens.size() * width);
  backend.run(batch, logits);
  size_t at = 0;
  for (const Share& share : shares) {
    Sequence& s = *share.sequence;
    s.logits.insert(s.logits.end(), logits.begin() + static_cast<ptrdiff_t>(at),
                    logits.begin() + static_cast<ptrdiff_t>(at + share.n * width));
    at += share.n * width;
    s.done += share.n;
  }
}

// The whole sequence alone, `chunk` tokens at a time.
inline void run_alone(Backend& backend, Sequence& sequence, size_t chunk) {
  while (sequence.done < sequence.tokens.size()) {
    const Share share{&sequence, std::min(chunk, sequence.tokens.size() - sequence.done)};
    run_together(backend, {&share, 1});
  }
}

// n random tokens on the pages `first_page`, `first_page` + `step`, …
inline Sequence random_sequence(const model::Model& model, size_t n, uint32_t seed,
                                PageId first_page = 0, PageId step = 1) {
  Sequence sequence{.n_vocab = model.program.n_vocab};
  std::mt19937 random(seed);
  for (size_t t = 0; t < n; ++t) {
    sequence.tokens.push_back(
        static_cast<int32_t>(random() % static_cast<uint32_t>(sequence.n_vocab)));
    if (t % kPageTokens == 0)
      sequence.pages.push_back(first_page + static_cast<PageId>(t / kPageTokens) * step);
  }
  return sequence;
}

// Σ (got - truth)² / Σ truth²
inline double nmse(std::span<const float> got, std::span<const float> truth) {
  HOB_CHECK(got.size() == truth.size(), "{} and {} values", got.size(), truth.size());
  double error = 0, power = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    error += (double{got[i]} - truth[i]) * (double{got[i]} - truth[i]);
    power += double{truth[i]} * truth[i];
  }
  return error / power;
}

}  // namespace hob::backend
