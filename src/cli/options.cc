#include "cli/options.h"

#include <array>

#include "base/check.h"

namespace hob::cli {

namespace {

constexpr OptionInfo kOptions[] = {
    // --- every command ---
    {"json", "", "", "Print JSON for programs instead of text for people"},
    // --- running ---
    {"temp", "", "T", "Randomness of the answer; 0 always takes the likeliest token"},
    {"top-k", "", "K", "Draw from the K likeliest tokens only; 0 switches it off"},
    {"top-p", "", "P",
     "Draw from the likeliest tokens that make up probability P; 1 switches it off"},
    {"min-p", "", "P", "Drop tokens less likely than P times the likeliest; 0 switches it off"},
    {"typical-p", "", "P",
     "Keep tokens of typical surprise up to probability P; 1 switches it off"},
    {"repeat-penalty", "", "R", "Divide the score of recent tokens by R; 1 switches it off"},
    {"presence-penalty", "", "X", "Subtract X from the score of tokens that occurred recently"},
    {"frequency-penalty", "", "X", "Subtract X per recent occurrence from a token's score"},
    {"repeat-last-n", "", "N", "How many tokens the penalties look back; -1 is all"},
    {"seed", "", "N", "Seed of the random numbers; the same seed gives the same result"},
    {"logit-bias", "", "ID=X", "Add X to the score of token ID; may be repeated"},
    {"stop", "", "TEXT", "End the answer before this text; may be repeated"},
    {"max-tokens", "n", "N", "Most tokens to generate for one answer; -1 is until done"},
    {"ctx", "c", "N", "Context size in tokens; 0 takes the model's, at most 4096", true},
    {"threads", "t", "N", "Threads to compute with; 0 takes the usable cores", true},
    {"isa", "", "NAME", "Instruction set of the kernels (see 'hob doctor'); empty is the best",
     true},
    {"backend", "", "NAME", "'cpu', or 'reference' for the slow plain-loop definition"},
    {"raw", "", "", "Give the prompt to the model as it is, without chat template"},
    {"system", "", "TEXT", "System prompt"},
    {"verbose", "v", "", "Tell on stderr what is loaded, and the timings of each answer"},
    // --- looking into models ---
    {"no-special", "", "", "Take special tokens in the text as text, and add no BOS or EOS"},
    {"prompt", "", "TEXT", "Text to feed to the model"},
    {"tokens", "", "IDS", "Token ids to feed to the model, as 1,2,3"},
    {"all", "", "", "Logits of every position, not of the last alone"},
    {"out", "o", "FILE", "File to write"},
    {"input", "", "FILE", "JSON object with the template's variables; - is stdin"},
    {"template", "", "FILE", "Jinja template to render instead of a model's"},
    {"time", "", "", "Run the program and give times, GB/s and GFLOP/s of each op"},
    // --- measuring and making ---
    {"n-prompt", "p", "N", "Prompt tokens to measure prefill with"},
    {"n-gen", "n", "N", "Tokens to measure decode with"},
    {"depth", "d", "N", "Tokens already in the context before measuring"},
    {"repetitions", "r", "N", "How often to measure"},
    {"recalibrate", "", "", "Measure this machine's limits again instead of using the stored ones"},
};

}  // namespace

std::span<const OptionInfo> all_options() {
  return kOptions;
}

const OptionInfo& option_info(std::string_view name) {
  for (const OptionInfo& info : kOptions)
    if (info.name == name) return info;
  check_failed(__FILE__, __LINE__, "option_info", "no option " + std::string(name));
}

}  // namespace hob::cli
