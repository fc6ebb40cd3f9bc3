// What the file says about the vocabulary as a whole: which ids begin, end and stand for the
// unknown, what is added around a text, and which tokens end a generation.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "tensor/metadata.h"
#include "text/vocabulary.h"

namespace hob::text {

struct VocabularyRules {
  Token bos = -1;
  Token eos = -1;
  Token unknown = -1;
  bool adds_bos = false;
  bool adds_eos = false;
  bool adds_space_prefix = false;
  std::vector<bool> ends_generation = {};  // [tokens]
  std::vector<bool> always_printed = {};   // [tokens]; control tokens that answers are parsed by
  std::vector<std::string> notes = {};     // whole sentences for the user
};

// Fills in what the file says; what it does not say stays as in `defaults`, where an id outside the
// vocabulary becomes -1. Mends token types on the way: tokens that end a generation, and bos, eos
// and unknown of a file without types, become control tokens (a note says so where it overrules the
// file). Errors: an id outside the vocabulary; values of the wrong type.
Result<VocabularyRules> read_vocabulary_rules(const tensor::Metadata& metadata,
                                              VocabularyRules defaults, Vocabulary& vocabulary);

}  // namespace hob::text
