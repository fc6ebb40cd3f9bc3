#include "text/pre_tokenizer.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <fmt/ranges.h>

#include <string>

#include "base/utf8.h"

namespace hob::text {

namespace {

struct FreeCode {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct FreeMatchData {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct FreeMatchContext {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};
struct FreeJitStack {
  void operator()(pcre2_jit_stack* stack) const { pcre2_jit_stack_free(stack); }
};

// PCRE2's \s has U+180E, which left White_Space in Unicode 6.3; the tokenizers' \s is White_Space.
std::string with_exact_space(std::string_view pattern) {
  constexpr std::string_view kSpace = "\\t-\\r\\x{85}\\p{Z}";
  std::string out;
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); i++) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      const char next = pattern[++i];
      if (next == 's')
        out += in_class ? std::string(kSpace) : fmt::format("[{}]", kSpace);
      else if (next == 'S' && !in_class)
        out += fmt::format("[^{}]", kSpace);
      else
        (out += c) += next;
      continue;
    }
    if (c == '[') in_class = true;
    if (c == ']') in_class = false;
    out += c;
  }
  return out;
}

// Group 1 takes part where the run may be cut.
constexpr const char* kDigits = "\\d++()";
constexpr const char* kDigitsAtBoundary = "\\d++((?![\\p{L}\\p{N}\\p{M}\\p{Pc}]))?";

std::string pattern_of(const SplitRule& rule) {
  switch (rule.kind) {
    case SplitRule::Kind::regex:
      return fmt::format("{}", fmt::join(rule.alternatives, "|"));
    case SplitRule::Kind::digit_groups:
      return kDigits;
    case SplitRule::Kind::digit_groups_at_boundary:
      return kDigitsAtBoundary;
  }
  return {};
}

// Calls add(begin, end) for the groups of three digits of a run, counted from the right.
template <class Add>
void add_digit_groups(std::string_view text, size_t begin, size_t end, const Add& add) {
  size_t n_left = 0;
  for (size_t at = begin; at < end; at++) n_left += (text[at] & 0xC0) != 0x80;
  size_t group = begin;
  for (size_t at = begin; at < end; at++) {
    if ((text[at] & 0xC0) == 0x80) continue;  // digits of other scripts have several bytes
    if (at > begin && n_left % 3 == 0) {
      add(group, at);
      group = at;
    }
    n_left--;
  }
  add(group, end);
}

// Appends the ranges of valid UTF-8 and of bad bytes, by turns.
void append_valid_runs(std::string_view text, std::vector<PreTokenizer::Piece>& pieces) {
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    bool valid = true;
    for (; at < text.size(); valid = true) {
      const bool ascii = static_cast<signed char>(text[at]) >= 0;
      const CodePoint c = ascii ? CodePoint{U'a', 1} : decode_utf8(text, at);
      valid = c.value != kReplacement || c.length > 1;
      if (!valid) break;
      at += c.length;
    }
    if (begin < at)
      pieces.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(at - begin), 1});
    if (at == text.size()) break;
    const size_t bad = at;
    for (; at < text.size(); at++) {
      const CodePoint c = decode_utf8(text, at);
      if (c.value != kReplacement || c.length > 1) break;
    }
    pieces.push_back({static_cast<uint32_t>(bad), static_cast<uint32_t>(at - bad), 0});
  }
}

}  // namespace

struct PreTokenizer::Rule {
  SplitRule::Kind kind;
  bool has_jit;
  std::unique_ptr<pcre2_code, FreeCode> code;
};

struct PreTokenizer::Scratch::State {
  std::unique_ptr<pcre2_match_data, FreeMatchData> data;
  std::unique_ptr<pcre2_match_context, FreeMatchContext> context;
  std::unique_ptr<pcre2_jit_stack, FreeJitStack> stack;
  std::vector<Piece> pieces;
  std::vector<Piece> next;
};

PreTokenizer::Scratch::Scratch() : state_(std::make_unique<State>()) {
  state_->data.reset(pcre2_match_data_create(4, nullptr));
  state_->context.reset(pcre2_match_context_create(nullptr));
  state_->stack.reset(pcre2_jit_stack_create(32 << 10, 1 << 20, nullptr));
  HOB_CHECK(state_->data && state_->context && state_->stack, "out of memory");
  // No rule needs more than a few steps a byte; the limits keep a mistake in one from taking the
  // machine along.
  pcre2_set_match_limit(state_->context.get(), 100'000'000);
  pcre2_set_heap_limit(state_->context.get(), 256 << 10);  // KiB
  pcre2_jit_stack_assign(state_->context.get(), nullptr, state_->stack.get());
}

PreTokenizer::Scratch::~Scratch() = default;
PreTokenizer::PreTokenizer() = default;
PreTokenizer::PreTokenizer(PreTokenizer&&) noexcept = default;
PreTokenizer& PreTokenizer::operator=(PreTokenizer&&) noexcept = default;
PreTokenizer::~PreTokenizer() = default;

Result<PreTokenizer> PreTokenizer::compile(std::span<const SplitRule> rules) {
  PreTokenizer out;
  for (const SplitRule& rule : rules) {
    const std::string pattern = with_exact_space(pattern_of(rule));
    int error = 0;
    size_t at = 0;
    std::unique_ptr<pcre2_code, FreeCode> code(
        pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                      PCRE2_UTF | PCRE2_UCP | PCRE2_DOLLAR_ENDONLY, &error, &at, nullptr));
    if (!code) {
      char message[256] = "";
      pcre2_get_error_message(error, reinterpret_cast<PCRE2_UCHAR*>(message), sizeof message);
      return fail("The pre-tokenizer's expression /{}/ does not compile at {}: {}.", pattern, at,
                  message);
    }
    const bool has_jit = pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE) == 0;
    out.rules_.push_back({rule.kind, has_jit, std::move(code)});
  }
  return out;
}

std::span<const PreTokenizer::Piece> PreTokenizer::split(std::string_view text,
                                                         Scratch& scratch) const {
  Scratch::State& state = *scratch.state_;
  state.pieces.clear();
  append_valid_runs(text, state.pieces);
  for (const Rule& rule : rules_) apply(rule, text, state);
  return state.pieces;
}

void PreTokenizer::apply(const Rule& rule, std::string_view text, Scratch::State& state) {
  state.next.clear();
  for (const Piece piece : state.pieces) {
    if (piece.is_utf8)
      cut(rule, text, piece, state);
    else
      state.next.push_back(piece);
  }
  state.pieces.swap(state.next);
}

void PreTokenizer::cut(const Rule& rule, std::string_view text, Piece piece,
                       Scratch::State& state) {
  // The piece is matched as a text of its own: what lies beyond it is out of a lookahead's sight.
  const std::string_view subject = text.substr(piece.begin, piece.length);
  const auto* bytes = reinterpret_cast<PCRE2_SPTR>(subject.data());
  const auto add = [&](size_t begin, size_t end) {
    if (begin < end)
      state.next.push_back(
          {static_cast<uint32_t>(piece.begin + begin), static_cast<uint32_t>(end - begin), 1});
  };
  size_t gap = 0;  // begin of the text since the last match
  size_t at = 0;
  while (at < subject.size()) {
    const int n_groups =
        rule.has_jit ? pcre2_jit_match(rule.code.get(), bytes, subject.size(), at,
                                       PCRE2_NO_UTF_CHECK, state.data.get(), state.context.get())
                     : pcre2_match(rule.code.get(), bytes, subject.size(), at, PCRE2_NO_UTF_CHECK,
                                   state.data.get(), state.context.get());
    if (n_groups < 0) break;  // no match, or a limit: the rest is one gap
    const size_t* bounds = pcre2_get_ovector_pointer(state.data.get());
    const size_t begin = bounds[0], end = bounds[1];
    HOB_CHECK(begin < end && begin >= at, "an empty match at {} of {}", begin, subject.size());
    at = end;
    if (rule.kind == SplitRule::Kind::regex) {
      add(gap, begin);
      add(begin, end);
    } else {
      if (n_groups < 2) continue;  // not at a boundary: part of the gap
      add(gap, begin);
      add_digit_groups(subject, begin, end, add);
    }
    gap = end;
  }
  add(gap, subject.size());
}

}  // namespace hob::text
