// The pre-tokenizers by name. Data only: a new one is one more line. Source of the expressions: the
// tokenizer.json of each model family, written in PCRE2's syntax and, where the original would take
// more than linear time, in an equivalent form that does not.
#include <algorithm>
#include <string>

#include "base/edit_distance.h"
#include "text/pre_tokenizer.h"

namespace hob::text {

namespace {

using Alternatives = const char* const[];
constexpr auto kDigitGroups = SplitRule::Kind::digit_groups;
constexpr auto kDigitGroupsAtBoundary = SplitRule::Kind::digit_groups_at_boundary;

// Parts that recur.
constexpr const char* kContraction = R"((?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]))";
constexpr const char* kWord = R"([^\r\n\p{L}\p{N}]?\p{L}+)";
constexpr const char* kPunctuation = R"( ?[^\s\p{L}\p{N}]+[\r\n]*)";
constexpr const char* kPunctuationSlash = R"( ?[^\s\p{L}\p{N}]+[\r\n/]*)";
constexpr const char* kLineEnd = R"(\s*[\r\n]+)";
constexpr const char* kSpace = R"(\s+(?!\S)|\s+)";
constexpr const char* kDigit = R"(\p{N})";
constexpr const char* kUpTo3Digits = R"(\p{N}{1,3})";

// Words that end where lower case turns to upper case.
constexpr const char* kCasedWord =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+)"
    R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*)";
constexpr const char* kCasedWordContraction =
    R"((?:[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+)"
    R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*))"
    R"((?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])?)";
// The same without Han: PCRE2 has no class intersection, so the classes are the complement of what
// they leave out.
constexpr const char* kCasedWordNoHan =
    R"((?:[^\r\n\p{L}\p{N}]?[^\p{Ll}\p{N}\p{P}\p{S}\p{Z}\p{C}\p{sc:Han}]*)"
    R"([^\p{Lu}\p{Lt}\p{N}\p{P}\p{S}\p{Z}\p{C}\p{sc:Han}]+)"
    R"(|[^\r\n\p{L}\p{N}]?[^\p{Ll}\p{N}\p{P}\p{S}\p{Z}\p{C}\p{sc:Han}]+)"
    R"([^\p{Lu}\p{Lt}\p{N}\p{P}\p{S}\p{Z}\p{C}\p{sc:Han}]*))"
    R"((?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])?)";

constexpr Alternatives kGpt2Line = {"'s|'t|'re|'ve|'m|'ll|'d",
                                    R"( ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S))"};
constexpr Alternatives kOneDigit = {kDigit};
constexpr Alternatives kThreeDigits = {kUpTo3Digits};
constexpr Alternatives kThreeAscii = {"[0-9][0-9][0-9]"};
constexpr Alternatives kManyDigits = {R"(\p{N}+)"};
constexpr Alternatives kLines = {R"([^\n]+|\n+)"};
constexpr Alternatives kReturns = {R"([\r\n])"};

constexpr Alternatives kLlama3Line = {kContraction, kWord,    kUpTo3Digits,
                                      kPunctuation, kLineEnd, kSpace};
constexpr Alternatives kQwen2Line = {kContraction, kWord, kDigit, kPunctuation, kLineEnd, kSpace};
constexpr Alternatives kUfakzekaLine = {kWord, kDigit, kPunctuation, kLineEnd, kSpace};
constexpr Alternatives kQwen35Line = {kContraction, R"([^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+)",
                                      kDigit,       R"( ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*)",
                                      kLineEnd,     kSpace};
constexpr Alternatives kMinicpm5Line = {kContraction, kWord,    R"(\p{N}+)",
                                        kPunctuation, kLineEnd, kSpace};
constexpr Alternatives kSeedCoderLine = {kContraction, kWord, kDigit, R"( ?[^\s\p{L}\p{N}\r\n]+)",
                                         kLineEnd,     kSpace};
constexpr Alternatives kBailingLine = {R"('(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE]))",
                                       kWord,
                                       kDigit,
                                       kPunctuation,
                                       R"(\s*[\r\n])",
                                       kSpace};
// Letters and marks with single spaces between words. Possessive: nothing that follows could make a
// shorter match succeed, and a run of a megabyte needs no stack.
constexpr Alternatives kExaoneMoeLine = {
    kContraction,   R"([^\r\n\p{L}\p{N}]?\p{L}[\p{L}\p{M}]*+(?: \p{L}[\p{L}\p{M}]*+)*+)",
    kDigit,         R"( ?[^\s\p{L}\p{N}]+[\r\n/]?)",
    R"(\s*[\r\n])", kSpace};
// The lookbehind keeps the search for a line end from being repeated for each of the chunks into
// which a long run of spaces is cut.
constexpr Alternatives kJais2Line = {
    kContraction,
    kWord,
    kUpTo3Digits,
    kPunctuation,
    R"((?<![\t\x0b\x0c\x{85}\p{Z}])\s*[\r\n]+)",
    R"(\s{512}(?!\S)|\s{256}(?!\S)|\s{128}(?!\S)|\s{64}(?!\S)|\s{32}(?!\S))",
    R"(\s{16}(?!\S)|\s{8}(?!\S)|\s{4}(?!\S)|\s{1,2}(?!\S)|\s{1})"};
constexpr Alternatives kTekkenLine = {kCasedWord, kDigit, kPunctuationSlash, kLineEnd, kSpace};
constexpr Alternatives kGpt4oLine = {kCasedWordContraction, kUpTo3Digits, kPunctuationSlash,
                                     kLineEnd, kSpace};
constexpr Alternatives kYoutuLine = {kCasedWordContraction, kDigit, kPunctuationSlash, kLineEnd,
                                     kSpace};
constexpr Alternatives kKimiLine = {R"(\p{sc:Han}+)", kCasedWordNoHan, kUpTo3Digits,
                                    kPunctuation,     kLineEnd,        kSpace};

constexpr const char* kDeepseekWord =
    R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+)";
constexpr Alternatives kDeepseek3Line = {kDeepseekWord, R"( ?[\p{P}\p{S}]+[\r\n]*)", kLineEnd,
                                         kSpace};
constexpr Alternatives kSparkLine = {kDeepseekWord, R"( ?[\p{P}\p{S}]+|[\r\n])", kSpace};
constexpr Alternatives kKanaHan = {"[一-龥぀-ゟ゠-ヿ]+"};
constexpr Alternatives kDeepseekHan = {R"([一-龥ࠀ-一가-\x{d7ff}]+)"};
constexpr Alternatives kSpacedLetters = {R"(\s?\p{L}+)"};
constexpr Alternatives kSpacedPunctuation = {R"(\s?\p{P}+)"};
constexpr Alternatives kSpacedAlphabets = {
    R"(\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚ)"
    R"(Ḁ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝ\x{1f5f}-\x{1f7d}ᾀ-ᾴᾶ-ᾼ\x{1fbe}ῂ-ῄῆ-ῌῐ-\x{1fd3}ῖ-\x{1fdb}ῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ)"
    R"(\x{2126}ℨ\x{212a}-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ)"
    R"(𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]+)"};
constexpr Alternatives kSpacedSigns = {R"(\s?[!-/:-~！-／：-～‘-‟\x{3000}-。]+)"};
// Anchored to the run's begin: else every position of a long run in mid-text would be tried.
constexpr Alternatives kTrailingSpace = {R"((?<!\s)\s++$)"};

constexpr Alternatives kFalconPunctuation = {R"([\p{P}\$\+<=>\^~\|`]+)"};
constexpr Alternatives kDefaultPunctuation = {R"([\p{P}\$\+<=>\^~\|]+)"};
constexpr Alternatives kBloomWord = {" ?[^(\\s|.,!?…。，、।۔،)]+"};
constexpr Alternatives kAsianScripts = {
    R"([一-鿿㐀-䶿\x{f900}-\x{faff}぀-ゟ゠-ヿ･-ﾟ⼀-\x{2fdf}\x{0e40}-\x{0e7f}\x{0e80}-\x{0eff})"
    R"(\x{1780}-\x{17ff}\x{1000}-\x{109f}\x{aa60}-\x{aa7f}\x{a9e0}-\x{a9ff}가-\x{d7af}ᄀ-ᇿ]+)"};
constexpr Alternatives kYoutuScripts = {
    R"([가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-\x{303f}\x{fe30}-﹏]+|[ㄅ-ㄯ]+|[一-龥\x{3040}-ゟ゠-ヿ]+)"};
constexpr Alternatives kSentinel = {"<sentinel:[0-9]+>"};
constexpr Alternatives kImageTokens = {"IMGIMG[A-I]{1,4}Z"};
constexpr Alternatives kTabsAndSpaces = {R"([\t\n]|    |  )"};
constexpr Alternatives kOnePunctuation = {R"([\p{P}!-/:-@\[-`{-~])"};
constexpr Alternatives kNotSpace = {R"(\S+)"};

constexpr SplitRule kLlama3[] = {{kLlama3Line}};
constexpr SplitRule kQwen2[] = {{kQwen2Line}};
constexpr SplitRule kUfakzeka[] = {{kUfakzekaLine}};
constexpr SplitRule kQwen35[] = {{kQwen35Line}};
constexpr SplitRule kGpt2[] = {{kGpt2Line}};
constexpr SplitRule kStarcoder[] = {{kOneDigit}, {kGpt2Line}};
constexpr SplitRule kFalcon[] = {{kFalconPunctuation}, {kGpt2Line}, {kThreeAscii}};
constexpr SplitRule kDefault[] = {{kDefaultPunctuation}, {kGpt2Line}, {kManyDigits}, {kThreeAscii}};
constexpr SplitRule kDeepseek3[] = {{kThreeDigits}, {kKanaHan}, {kDeepseek3Line}};
constexpr SplitRule kSpark[] = {{kThreeDigits}, {kKanaHan}, {kSparkLine}, {kOneDigit}};
constexpr SplitRule kDeepseekLlm[] = {{kReturns},       {kSpacedAlphabets}, {kSpacedSigns},
                                      {kTrailingSpace}, {kDeepseekHan},     {kManyDigits}};
constexpr SplitRule kDeepseekCoder[] = {
    {kReturns}, {kSpacedLetters}, {kSpacedPunctuation}, {kDeepseekHan}, {kOneDigit}};
constexpr SplitRule kTekken[] = {{kTekkenLine}};
constexpr SplitRule kGpt4o[] = {{kGpt4oLine}};
constexpr SplitRule kTinyAya[] = {{.kind = kDigitGroupsAtBoundary}, {kGpt4oLine}};
constexpr SplitRule kKimi[] = {{kKimiLine}};
constexpr SplitRule kBailing[] = {{kBailingLine}};
constexpr SplitRule kSeedCoder[] = {{kSeedCoderLine}};
constexpr SplitRule kMinicpm5[] = {{kThreeDigits}, {kMinicpm5Line}};
constexpr SplitRule kBloom[] = {{kBloomWord}};
constexpr SplitRule kViking[] = {{kBloomWord}, {kOneDigit}};
constexpr SplitRule kSplitLines[] = {{kLines}};
constexpr SplitRule kJais2[] = {{kJais2Line}};
constexpr SplitRule kSuperbpe[] = {{kManyDigits}, {.kind = kDigitGroups}};
constexpr SplitRule kChameleon[] = {{kSentinel}, {kImageTokens},    {kTabsAndSpaces},
                                    {kOneDigit}, {kOnePunctuation}, {kGpt2Line}};
constexpr SplitRule kYoutu[] = {{kYoutuScripts}, {kYoutuLine}};
constexpr SplitRule kAfmoe[] = {{.kind = kDigitGroups}, {kAsianScripts}, {kDeepseek3Line}};
constexpr SplitRule kLaguna[] = {{kLines}, {kQwen2Line}};
constexpr SplitRule kExaoneMoe[] = {{kExaoneMoeLine}};
constexpr SplitRule kWhitespace[] = {{kNotSpace}};

struct Named {
  std::string_view name;
  PreTokenizerRules rules;
};

constexpr PreTokenizerRules kLlama3Rules = {
    .rules = kLlama3, .ignores_merges = true, .adds_bos = true};
constexpr PreTokenizerRules kGemma4Rules = {.rules = kSplitLines,
                                            .adds_bos = true,
                                            .always_adds_bos = true,
                                            .spells_text = true,
                                            .takes_newlines_whole = true};

constexpr Named kTable[] = {
    {"default", {kDefault}},
    {"llama3", kLlama3Rules},
    {"llama-v3", kLlama3Rules},
    {"llama-bpe", kLlama3Rules},
    {"falcon3", kLlama3Rules},
    {"falcon-h1", kLlama3Rules},
    {"pixtral", kLlama3Rules},
    {"midm-2.0", kLlama3Rules},
    {"lfm2", kLlama3Rules},
    {"jina-v5-nano", kLlama3Rules},
    {"dbrx", {kLlama3}},
    {"smaug-bpe", {kLlama3}},
    {"glm4", {kLlama3}},
    {"chatglm-bpe", {kLlama3}},
    {"qwen2", {kQwen2}},
    {"deepseek-r1-qwen", {kQwen2}},
    {"kormo", {kQwen2}},
    {"f2llmv2", {kQwen2}},
    {"megrez", {kQwen2}},
    {"stablelm2", {kQwen2}},
    {"hunyuan", {kQwen2}},
    {"solar-open", {kQwen2}},
    {"grok-2", {kQwen2}},
    {"ufakzeka", {kUfakzeka}},
    {"qwen35", {kQwen35}},
    {"gpt-2", {kGpt2}},
    {"phi-2", {kGpt2}},
    {"jina-es", {kGpt2}},
    {"jina-de", {kGpt2}},
    {"jina-v1-en", {kGpt2}},
    {"jina-v2-es", {kGpt2}},
    {"jina-v2-de", {kGpt2}},
    {"jina-v2-code", {kGpt2}},
    {"roberta-bpe", {kGpt2}},
    {"gigachat", {kGpt2}},
    {"a.x-4.0", {kGpt2}},
    {"mellum", {kGpt2}},
    {"modern-bert", {kGpt2}},
    {"exaone4", {kGpt2}},
    {"mpt", {kGpt2}},
    {"olmo", {kGpt2}},
    {"jais", {kGpt2}},
    {"trillion", {kGpt2}},
    {"granite-docling", {kGpt2}},
    {"starcoder", {kStarcoder}},
    {"refact", {kStarcoder}},
    {"command-r", {kStarcoder}},
    {"smollm", {kStarcoder}},
    {"codeshell", {kStarcoder}},
    {"exaone", {kStarcoder}},
    {"minerva-7b", {kStarcoder}},
    {"mellum2", {kStarcoder}},
    {"falcon", {kFalcon}},
    {"deepseek-v3", {kDeepseek3}},
    {"hunyuan-dense", {kDeepseek3}},
    {"joyai-llm", {kDeepseek3}},
    {"hy_v4", {kDeepseek3}},
    {"spark2_5", {kSpark}},
    {"deepseek-llm", {kDeepseekLlm}},
    {"deepseek-coder", {kDeepseekCoder}},
    {"tekken", {.rules = kTekken, .ignores_merges = true, .adds_bos = true}},
    {"gpt-4o", {kGpt4o}},
    {"llama4", {kGpt4o}},
    {"kanana2", {kGpt4o}},
    {"talkie", {kGpt4o}},
    {"minimax-m2", {kGpt4o}},
    {"granite-embed-multi-97m", {.rules = kGpt4o, .ignores_merges = true}},
    {"tiny_aya", {kTinyAya}},
    {"cohere2moe", {kTinyAya}},
    {"kimi-k2", {kKimi}},
    {"bailingmoe", {kBailing}},
    {"bailingmoe2", {kBailing}},
    {"llada-moe", {kBailing}},
    {"seed-coder", {kSeedCoder}},
    {"minicpm5", {.rules = kMinicpm5, .ignores_merges = true}},
    {"poro-chat", {kBloom}},
    {"bloom", {kBloom}},
    {"gpt3-finnish", {kBloom}},
    {"viking", {kViking}},
    {"gemma4", kGemma4Rules},
    {"granite-embed-multi-311m", kGemma4Rules},
    {"sarvam-moe", {.rules = kSplitLines, .spells_text = true}},
    {"jais-2", {kJais2}},
    {"superbpe", {kSuperbpe}},
    {"chameleon", {.rules = kChameleon, .adds_bos = true}},
    {"youtu", {.rules = kYoutu, .ignores_merges = true}},
    {"afmoe", {kAfmoe}},
    {"laguna", {kLaguna}},
    {"exaone-moe", {kExaoneMoe}},
    {"whitespace", {.rules = kWhitespace, .spells_text = true, .keeps_spaces = true}},
};

}  // namespace

Result<const PreTokenizerRules*> find_pre_tokenizer(std::string_view name) {
  if (name.empty()) name = "default";
  const Named* nearest = kTable;
  for (const Named& entry : kTable) {
    if (entry.name == name) return &entry.rules;
    if (edit_distance(entry.name, name) < edit_distance(nearest->name, name)) nearest = &entry;
  }
  return fail(
      "The pre-tokenizer '{}' (tokenizer.ggml.pre) is not known; the nearest known name is '{}'. A "
      "newer version may know it; if the model was trained with the rules of a known one, convert "
      "it again under that name.",
      name.substr(0, 100), nearest->name);
}

std::vector<std::string_view> pre_tokenizer_names() {
  std::vector<std::string_view> names;
  for (const Named& entry : kTable) names.push_back(entry.name);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace hob::text
