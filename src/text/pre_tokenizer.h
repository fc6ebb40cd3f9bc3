// Cuts text into the words within which a BPE tokenizer merges, by the regular expressions that the
// model was trained with (tokenizer.ggml.pre). Every rule runs in time linear in the text.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hob::text {

// One pass over the pieces so far: each piece is cut into the matches and the gaps between them.
struct SplitRule {
  enum class Kind : uint8_t {
    regex,
    // Runs of decimal digits in groups of three, counted from the right: 1 234 567.
    digit_groups,
    // The same, but only runs that no letter, digit, mark or connector follows.
    digit_groups_at_boundary,
  };
  // In PCRE2's syntax, UTF and UCP mode; \s means Unicode's White_Space.
  std::span<const char* const> alternatives = {};
  Kind kind = Kind::regex;
};

struct PreTokenizerRules {
  std::span<const SplitRule> rules;
  bool ignores_merges = false;   // a word that is a token is taken whole
  bool adds_bos = false;         // where the file does not say
  bool always_adds_bos = false;  // whatever the file says
  // The vocabulary spells text as it is, not in GPT-2's alphabet of bytes: symbols are code points,
  // a space is '▁', and what is left over becomes <0xXX>.
  bool spells_text = false;
  bool keeps_spaces = false;  // with spells_text: a space stays a space
  bool takes_newlines_whole =
      false;  // with spells_text: a run of newlines that is a token is taken
};

// The rules that tokenizer.ggml.pre names; "default" ones for an empty name. Error: not known.
Result<const PreTokenizerRules*> find_pre_tokenizer(std::string_view name);

// Every known name, sorted.
std::vector<std::string_view> pre_tokenizer_names();

class PreTokenizer {
 public:
  static Result<PreTokenizer> compile(std::span<const SplitRule> rules);
  PreTokenizer(PreTokenizer&&) noexcept;
  PreTokenizer& operator=(PreTokenizer&&) noexcept;
  ~PreTokenizer();

  // A piece of the text: bytes [begin, begin + length).
  struct Piece {
    uint32_t begin;
    uint32_t length : 31;
    uint32_t is_utf8 : 1;  // bytes that are no UTF-8 are pieces of their own, which no rule cuts
  };

  // What one thread needs to split; reusable.
  class Scratch {
   public:
    Scratch();
    ~Scratch();

   private:
    friend class PreTokenizer;
    struct State;
    std::unique_ptr<State> state_;
  };

  // The pieces of `text` (< 2 GiB), from left to right, together the whole text. Valid until the
  // next call with this scratch.
  std::span<const Piece> split(std::string_view text, Scratch& scratch) const;

 private:
  struct Rule;
  PreTokenizer();
  static void apply(const Rule& rule, std::string_view text, Scratch::State& state);
  static void cut(const Rule& rule, std::string_view text, Piece piece, Scratch::State& state);

  std::vector<Rule> rules_;
};

}  // namespace hob::text
