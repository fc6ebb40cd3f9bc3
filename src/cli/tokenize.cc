// hob tokenize: text to token ids and pieces.
#include <cstdio>
#include <vector>

#include "base/utf8.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/print_json.h"
#include "cli/read_input.h"
#include "store/resolve.h"
#include "text/tokenizer.h"

namespace hob::cli {

namespace {

struct TokenizeOptions {
  std::string model;
  std::vector<std::string> text;
  bool json = false;
  bool no_special = false;
};

// A piece as people can read it: control characters and bytes that are no UTF-8 are escaped.
std::string visible(std::string_view bytes) {
  std::string out = "\"";
  for (size_t i = 0; i < bytes.size();) {
    const CodePoint c = decode_utf8(bytes, i);
    const bool bad = c.value == kReplacement && c.length == 1;
    const unsigned char byte = static_cast<unsigned char>(bytes[i]);
    if (bytes[i] == '\n')
      out += "\\n";
    else if (bytes[i] == '"' || bytes[i] == '\\')
      (out += '\\') += bytes[i];
    else if (bad || byte < 0x20 || byte == 0x7F)
      out += fmt::format("\\x{:02x}", byte);
    else
      out += bytes.substr(i, c.length);
    i += c.length;
  }
  return out + "\"";
}

Status tokenize(const TokenizeOptions& options) {
  auto model = store::resolve(options.model);
  if (!model) return model.error();
  auto tokenizer = text::Tokenizer::load(model->file->metadata());
  if (!tokenizer) return fail("{}: {}", model->display_name, tokenizer.error().message);

  std::string text = fmt::format("{}", fmt::join(options.text, " "));
  if (options.text.empty()) {
    auto input = read_input("-");
    if (!input) return input.error();
    text = std::move(*input);
  }
  const bool special = !options.no_special;
  const auto tokens =
      (*tokenizer)->encode(text, {.add_special = special, .parse_special = special});
  if (options.json) {
    print_json(boost::json::array(tokens.begin(), tokens.end()));
  } else {
    for (const text::Token token : tokens)
      fmt::print("{:>8}  {}\n", token, visible((*tokenizer)->piece(token, /*with_special=*/true)));
    fmt::print(stderr, "{} tokens\n", tokens.size());
  }
  return {};
}

}  // namespace

void add_tokenize(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<TokenizeOptions>();
  CLI::App* app = program.add_subcommand("tokenize", "Show the token ids and pieces of a text");
  app->add_option("MODEL", options->model, "Model file, or 'builtin'")->required();
  app->add_option("TEXT", options->text, "Text; stdin when there is none");
  add_option(*app, "json", options->json);
  add_option(*app, "no-special", options->no_special);
  app->callback([options, &exit_code] {
    if (Status done = tokenize(*options); !done) exit_code = report(done.error());
  });
}

}  // namespace hob::cli
