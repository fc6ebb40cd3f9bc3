// hob logits: the raw scores of the next token, for comparisons with other programs.
#include <charconv>
#include <cstdio>

#include "base/platform/atomic_file.h"
#include "cli/command.h"
#include "cli/model_arguments.h"
#include "cli/options.h"
#include "cli/print_json.h"
#include "text/tokenizer.h"

namespace hob::cli {

namespace {

struct LogitsArguments {
  ModelArguments model;
  std::string prompt, tokens, out;
  bool all = false, json = false;
};

Result<std::vector<int32_t>> parse_tokens(const std::string& text) {
  std::vector<int32_t> tokens;
  for (size_t at = 0; at <= text.size();) {
    const size_t comma = std::min(text.find(',', at), text.size());
    std::string_view word(text.data() + at, comma - at);
    while (word.starts_with(' ')) word.remove_prefix(1);
    int32_t token = 0;
    const auto [end, wrong] = std::from_chars(word.data(), word.data() + word.size(), token);
    if (wrong != std::errc() || end != word.data() + word.size())
      return fail("--tokens: '{}' is no token id; give ids as 1,2,3", word);
    tokens.push_back(token);
    at = comma + 1;
  }
  return tokens;
}

Result<std::vector<int32_t>> input_tokens(const LogitsArguments& arguments,
                                          const tensor::GgufFile& file) {
  if (!arguments.tokens.empty()) return parse_tokens(arguments.tokens);
  auto tokenizer = text::Tokenizer::load(file.metadata());
  if (!tokenizer) return tokenizer.error();
  return (*tokenizer)->encode(arguments.prompt);
}

Status write_logits(const LogitsArguments& arguments) {
  auto resolved = store::resolve(arguments.model.name);
  if (!resolved) return resolved.error();
  auto tokens = input_tokens(arguments, *resolved->file);
  if (!tokens) return tokens.error();

  engine::LoadOptions options = arguments.model.load_options();
  options.text = false;
  if (options.context == 0)
    options.context = std::max<int64_t>(1, static_cast<int64_t>(tokens->size()));
  auto loaded = arguments.model.load(options);
  if (!loaded) return loaded.error();

  AtomicFile file;
  if (Status opened = file.open(arguments.out); !opened) return opened;
  int64_t n_rows = 0, n_vocab = 0;
  Status written;
  Status done =
      loaded->engine->logits(*tokens, arguments.all, [&](int64_t, std::span<const float> row) {
        n_vocab = static_cast<int64_t>(row.size());
        n_rows++;
        if (written) written = file.write(std::as_bytes(row));
      });
  if (!done) return done;
  if (!written) return written;
  if (Status closed = file.commit(); !closed) return closed;
  if (arguments.json)
    print_json({{"rows", n_rows},
                {"vocab", n_vocab},
                {"tokens", tokens->size()},
                {"file", arguments.out}});
  else
    fmt::print(stderr, "{}: float32 [{}, {}]\n", arguments.out, n_rows, n_vocab);
  return {};
}

}  // namespace

void add_logits(CLI::App& program, int& exit_code) {
  auto arguments = std::make_shared<LogitsArguments>();
  CLI::App* app = program.add_subcommand(
      "logits", "Write the raw scores of the next token as little-endian float32");
  app->add_option("MODEL", arguments->model.name, "Model file, or 'builtin'")->required();
  CLI::Option* prompt = add_option(*app, "prompt", arguments->prompt);
  CLI::Option* tokens = add_option(*app, "tokens", arguments->tokens);
  prompt->excludes(tokens);
  add_option(*app, "all", arguments->all);
  add_option(*app, "out", arguments->out)->required();
  arguments->model.add_options(*app);
  add_option(*app, "json", arguments->json);
  app->callback([arguments, prompt, tokens, &exit_code] {
    if (prompt->count() + tokens->count() == 0)
      throw CLI::ValidationError("give --prompt TEXT or --tokens IDS");
    if (Status done = write_logits(*arguments); !done) exit_code = report(done.error());
  });
}

}  // namespace hob::cli
