// For tests: what a model is known to answer, from the files named golden.*.json beside real
// models. They were computed in float64 over the dequantized weights, with keys and values not
// rounded.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace hob::backend {

struct Golden {
  struct Generation {
    std::vector<int32_t> prompt;
    std::vector<std::pair<int32_t, double>> next_top8;  // token, logit; after the prompt
    std::vector<int32_t> greedy;
    double min_top2_gap;  // how near the greedy run came to a tie
  };
  std::vector<Generation> generations;
  std::vector<double> logits_after_bos;  // [n_vocab]; empty in some files
  std::vector<int32_t> text;             // tokens of a longer text
  double perplexity = 0;                 // of it, first token not counted
};

inline std::vector<int32_t> golden_tokens(const boost::json::value& list) {
  return boost::json::value_to<std::vector<int32_t>>(list);
}

inline Golden read_golden(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  const boost::json::object root = boost::json::parse(text.str()).as_object();
  Golden golden;
  for (const auto& item : root.at("generation").as_array()) {
    Golden::Generation generation{.prompt = golden_tokens(item.at("prompt_tokens")),
                                  .next_top8 = {},
                                  .greedy = golden_tokens(item.at("greedy_tokens")),
                                  .min_top2_gap = item.at("min_top2_gap").to_number<double>()};
    for (const auto& pair : item.at("next_logits_top8").as_array())
      generation.next_top8.emplace_back(pair.at(0).to_number<int32_t>(),
                                        pair.at(1).to_number<double>());
    golden.generations.push_back(std::move(generation));
  }
  if (const auto* logits = root.if_contains("logits_after_bos"))
    golden.logits_after_bos = boost::json::value_to<std::vector<double>>(*logits);
  const auto& perplexity = root.at("perplexity").as_object();
  golden.text = golden_tokens(perplexity.at("tokens"));
  golden.perplexity = perplexity.at("ppl").to_number<double>();
  return golden;
}

}  // namespace hob::backend
