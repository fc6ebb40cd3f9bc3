#include "text/tokenizer.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "text/bpe_encoder.h"
#include "text/pre_tokenizer.h"
#include "text/spm_encoder.h"
#include "text/tokenizer_encoder.h"
#include "text/tokenizer_specials.h"
#include "text/tokenizer_strips.h"
#include "text/vocabulary.h"
#include "text/vocabulary_rules.h"

namespace hob::text {

namespace {

constexpr std::string_view kModel = "tokenizer.ggml.model";
constexpr std::string_view kPre = "tokenizer.ggml.pre";

// Offsets within a fragment are 32 bits wide; what is longer is encoded in parts.
constexpr size_t kMaxFragmentBytes = size_t{1} << 30;

struct KnownModel {
  std::string_view name;
  std::string_view description;
};
constexpr KnownModel kUnsupported[] = {
    {"bert", "WordPiece"},       {"t5", "Unigram"},
    {"rwkv", "RWKV's trie"},     {"plamo2", "PLaMo-2"},
    {"hybriddna", "DNA k-mers"}, {"whitespace", "white space"},
    {"none", "no tokenizer"},    {"no_vocab", "no tokenizer"},
};

Error unsupported(std::string_view model) {
  for (const KnownModel& known : kUnsupported)
    if (known.name == model)
      return fail(
          "Tokenizers of kind '{}' ({}) are not supported yet; 'llama' (SentencePiece BPE) and "
          "'gpt2' (byte-level BPE) are.",
          model, known.description);
  return fail(
      "{} is '{}', which is not a known kind of tokenizer; 'llama' (SentencePiece BPE) and "
      "'gpt2' (byte-level BPE) are supported.",
      kModel, model.substr(0, 100));
}

Result<std::string> read_name(const tensor::Metadata& metadata, std::string_view key) {
  auto name = metadata.string(key);
  if (!name) return name.error();
  return std::string(name->value_or(""));
}

}  // namespace

struct Tokenizer::Impl {
  std::string model_name;
  std::string pre_name;
  Vocabulary vocabulary;
  VocabularyRules rules;
  std::unique_ptr<Encoder> encoder;
  std::unique_ptr<SpecialMatcher> specials;

  explicit Impl(Vocabulary v) : vocabulary(std::move(v)) {}
  Status load_spm(const tensor::Metadata& metadata);
  Status load_bpe(const tensor::Metadata& metadata);
  void note_missing_bytes(int n_missing);
};

Status Tokenizer::Impl::load_spm(const tensor::Metadata& metadata) {
  if (!vocabulary.has_scores())
    return fail(
        "tokenizer.ggml.scores is missing, but a SentencePiece vocabulary needs its scores.");
  auto read = read_vocabulary_rules(
      metadata, {.bos = 1, .eos = 2, .unknown = 0, .adds_bos = true, .adds_space_prefix = true},
      vocabulary);
  if (!read) return read.error();
  rules = std::move(*read);
  auto spm = std::make_unique<SpmEncoder>(vocabulary, rules.unknown, rules.adds_space_prefix);
  note_missing_bytes(spm->n_missing_bytes());
  encoder = std::move(spm);
  return {};
}

Status Tokenizer::Impl::load_bpe(const tensor::Metadata& metadata) {
  if (pre_name.empty() && model_name == "gemma4") pre_name = "gemma4";
  auto pre = find_pre_tokenizer(pre_name);
  if (!pre) return pre.error();
  auto read = read_vocabulary_rules(metadata, {.adds_bos = (*pre)->adds_bos}, vocabulary);
  if (!read) return read.error();
  rules = std::move(*read);
  rules.adds_space_prefix = false;
  if ((*pre)->always_adds_bos && rules.bos >= 0) rules.adds_bos = true;
  if (pre_name.empty())
    rules.notes.push_back(fmt::format(
        "The file names no pre-tokenizer ({}); the default rules are used, and the model "
        "may answer worse than it could. A newly converted file would name it.",
        kPre));
  auto bpe = BpeEncoder::load(metadata, vocabulary, **pre, rules.unknown);
  if (!bpe) return bpe.error();
  note_missing_bytes((*bpe)->n_missing_bytes());
  encoder = std::move(*bpe);
  return {};
}

void Tokenizer::Impl::note_missing_bytes(int n_missing) {
  if (n_missing == 0) return;
  rules.notes.push_back(fmt::format(
      "The vocabulary has no tokens for {} of 256 bytes; text that needs them becomes {}.",
      n_missing, rules.unknown >= 0 ? "the unknown token" : "nothing"));
}

Result<std::unique_ptr<Tokenizer>> Tokenizer::load(const tensor::Metadata& metadata) {
  auto model = read_name(metadata, kModel);
  if (!model) return model.error();
  if (model->empty())
    return fail("{} is missing: the file does not say what kind of tokenizer it has.", kModel);
  const bool is_spm = *model == "llama";
  if (!is_spm && *model != "gpt2" && *model != "gemma4") return unsupported(*model);
  auto pre = read_name(metadata, kPre);
  if (!pre) return pre.error();
  auto name = read_name(metadata, "general.name");
  if (!name) return name.error();
  auto vocabulary = Vocabulary::load(metadata);
  if (!vocabulary) return vocabulary.error();

  auto impl = std::make_unique<Impl>(std::move(*vocabulary));
  impl->model_name = std::move(*model);
  impl->pre_name = std::move(*pre);
  if (auto status = is_spm ? impl->load_spm(metadata) : impl->load_bpe(metadata); !status)
    return status.error();
  impl->specials = std::make_unique<SpecialMatcher>(
      impl->vocabulary, strips_of(*name, impl->pre_name, impl->vocabulary));
  return std::unique_ptr<Tokenizer>(new Tokenizer(std::move(impl)));
}

Tokenizer::Tokenizer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Tokenizer::~Tokenizer() = default;

std::vector<Token> Tokenizer::encode(std::string_view text, EncodeOptions options) const {
  const ByteRange whole = {0, text.size()};
  return encode_joined(text, std::span(&whole, options.parse_special ? 1 : 0), options.add_special);
}

std::vector<Token> Tokenizer::encode(std::span<const Segment> segments, bool add_special) const {
  std::string text;
  std::vector<ByteRange> trusted;
  for (const Segment& segment : segments) {
    const size_t begin = text.size();
    text += segment.text;
    if (!segment.trusted || segment.text.empty()) continue;
    if (!trusted.empty() && trusted.back().end == begin)
      trusted.back().end = text.size();
    else
      trusted.push_back({begin, text.size()});
  }
  return encode_joined(text, trusted, add_special);
}

std::vector<Token> Tokenizer::encode_joined(std::string_view text,
                                            std::span<const ByteRange> trusted,
                                            bool add_special) const {
  std::vector<Token> out;
  out.reserve(text.size() / 4 + 8);
  if (add_special && adds_bos()) out.push_back(bos());
  const auto session = impl_->encoder->begin(text.size());
  bool after_special = true;
  for (const Fragment& fragment : impl_->specials->split(text, trusted)) {
    if (fragment.token >= 0) out.push_back(fragment.token);
    for (size_t at = fragment.begin; fragment.token < 0 && at < fragment.end;) {
      const size_t n_bytes = std::min(fragment.end - at, kMaxFragmentBytes);
      session->encode(text.substr(at, n_bytes), after_special && at == fragment.begin, out);
      at += n_bytes;
    }
    after_special = fragment.token >= 0;
  }
  if (add_special && adds_eos()) out.push_back(eos());
  return out;
}

std::string Tokenizer::piece(Token token, bool with_special) const {
  std::string out;
  if (!impl_->vocabulary.contains(token)) return out;
  const std::string_view spelling = impl_->vocabulary.spelling(token);
  switch (impl_->vocabulary.type(token)) {
    case TokenType::normal:
      impl_->encoder->append_bytes(token, out);
      break;
    case TokenType::user_defined:
      out = spelling;
      break;
    case TokenType::byte: {
      unsigned value = 0;
      if (spelling.size() == 6 && spelling.starts_with("<0x") &&
          std::from_chars(&spelling[3], &spelling[5], value, 16).ptr == &spelling[5])
        out = static_cast<char>(value);
      else
        out = spelling;
      break;
    }
    case TokenType::control:
    case TokenType::unknown:
    case TokenType::unused:
      if (with_special || impl_->rules.always_printed[token]) out = spelling;
      break;
  }
  return out;
}

std::string Tokenizer::decode(std::span<const Token> tokens, bool with_special) const {
  std::string out;
  bool strip_space = strips_leading_space();
  for (Token token : tokens) {
    const std::string bytes = piece(token, with_special);
    if (bytes.empty()) continue;
    out += std::string_view(bytes).substr(strip_space && bytes[0] == ' ');
    strip_space = false;
  }
  return out;
}

std::string_view Tokenizer::spelling(Token token) const {
  return impl_->vocabulary.contains(token) ? impl_->vocabulary.spelling(token) : std::string_view();
}

TokenType Tokenizer::type(Token token) const {
  return impl_->vocabulary.contains(token) ? impl_->vocabulary.type(token) : TokenType::unused;
}

bool Tokenizer::is_end_of_generation(Token token) const {
  return impl_->vocabulary.contains(token) && impl_->rules.ends_generation[token];
}

int64_t Tokenizer::size() const {
  return impl_->vocabulary.size();
}
Token Tokenizer::bos() const {
  return impl_->rules.bos;
}
Token Tokenizer::eos() const {
  return impl_->rules.eos;
}
bool Tokenizer::adds_bos() const {
  return impl_->rules.adds_bos;
}
bool Tokenizer::adds_eos() const {
  return impl_->rules.adds_eos;
}
Token Tokenizer::find(std::string_view spelling) const {
  return impl_->vocabulary.find(spelling);
}
bool Tokenizer::strips_leading_space() const {
  return impl_->rules.adds_space_prefix;
}
std::string_view Tokenizer::model_name() const {
  return impl_->model_name;
}
std::string_view Tokenizer::pre_name() const {
  return impl_->pre_name;
}
const std::vector<std::string>& Tokenizer::notes() const {
  return impl_->rules.notes;
}

}  // namespace hob::text
