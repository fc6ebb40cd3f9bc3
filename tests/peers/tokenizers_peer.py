#!/usr/bin/env python3
"""Compares hob's byte-level BPE with the `tokenizers` library (pip install tokenizers gguf) on generated text.

Usage: tokenizers_peer.py HOB VOCABULARY.gguf [CASES]

Builds the equivalent tokenizer from the file's vocabulary and merges, with the regular expressions of the
model's own tokenizer.json, and compares ids case by case. HOB is the built program; it runs once for each case.
"""
import json
import random
import subprocess
import sys

import gguf
from tokenizers import Regex, Tokenizer, models, pre_tokenizers

CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = CONTRACTION + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}" + REST
QWEN2 = CONTRACTION + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + REST
CASED = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+" + CONTRACTION + "?"
         r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*" + CONTRACTION + "?")
GPT4O = CASED + r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
DEEPSEEK3 = [
    r"\p{N}{1,3}",
    "[一-龥\u3040-ゟ゠-ヿ]+",
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
    r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
]
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
EXPRESSIONS = {
    "llama-bpe": [LLAMA3],
    "dbrx": [LLAMA3],
    "qwen2": [QWEN2],
    "gpt-4o": [GPT4O],
    "deepseek-v3": DEEPSEEK3,
    "gpt-2": [GPT2],
    "starcoder": [r"\p{N}", GPT2],
    "tiny_aya": [r"\d{1,3}(?=(?:\d{3})*\b)", GPT4O],
    "superbpe": [r"\p{N}+", r"(?=(\d{3})+(?!\d))"],
    "exaone-moe": [CONTRACTION + r"|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}"
                   r"| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+"],
}
IGNORES_MERGES = {"llama-bpe"}

# First and last code point of a sample of scripts.
SCRIPTS = [(0x20, 0x7E), (0xA1, 0x17F), (0x370, 0x3FF), (0x400, 0x4FF), (0x530, 0x58F), (0x590, 0x5FF),
           (0x600, 0x6FF), (0x900, 0x97F), (0x980, 0x9FF), (0xB80, 0xBFF), (0xE00, 0xE7F), (0xF00, 0xFFF),
           (0x1000, 0x109F), (0x10A0, 0x10FF), (0x1200, 0x137F), (0x1780, 0x17FF), (0x1E00, 0x1EFF),
           (0x3040, 0x30FF), (0x4E00, 0x9FA5), (0xAC00, 0xD7A3), (0xFF00, 0xFFEF), (0x10400, 0x1044F)]
EMOJI = ["😀", "👩‍👩‍👧‍👦", "🇨🇭", "👍🏽", "❤️", "🚀"]
SPACES = [" ", "  ", "\n", "\n\n", "\r\n", "\t", "    ", "\u00a0", "\u3000", "\u2003", "\u0085", "\u180e", "\u200b"]
CODE = ["def f(x):\n    return x**2\n", "for(int i=0;i<10;++i){a[i]+=0x1F;}", "it's we'll I'M YOU'VE", "<a href='/x'>",
        "camelCaseWord HTTPServer", "12345678 3.14 1,000,000 ٣٤٥ ²³ Ⅷ", "...!!!??? --- /* */ //\n/"]


def text(rng):
    parts = []
    for _ in range(rng.randint(1, 12)):
        kind = rng.random()
        if kind < 0.5:
            low, high = rng.choice(SCRIPTS)
            parts.append("".join(chr(rng.randint(low, high)) for _ in range(rng.randint(1, 10))))
        elif kind < 0.75:
            parts.append(rng.choice(SPACES) * rng.choice([1, 1, 1, 2, 3, 9]))
        elif kind < 0.85:
            parts.append(rng.choice(EMOJI))
        else:
            parts.append(rng.choice(CODE))
    return "".join(parts)


def peer(path, pre=None):
    fields = gguf.GGUFReader(path).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    types = fields["tokenizer.ggml.token_type"].contents()
    merges = [tuple(merge.split(" ", 1)) for merge in fields["tokenizer.ggml.merges"].contents()]
    pre = pre or fields["tokenizer.ggml.pre"].contents()
    vocabulary = {token: i for i, token in enumerate(tokens) if types[i] in (1, 4)}
    tokenizer = Tokenizer(models.BPE(vocabulary, merges, ignore_merges=pre in IGNORES_MERGES))
    splits = [pre_tokenizers.Split(Regex(e), "isolated") for e in EXPRESSIONS[pre]]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        splits + [pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    return tokenizer


def main():
    hob, path = sys.argv[1:3]
    rng = random.Random(1)
    tokenizer = peer(path)
    n_cases = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    n_different = 0
    for _ in range(n_cases):
        case = text(rng)
        out = subprocess.run([hob, "tokenize", path, "--json", "--no-special"], input=case.encode(),
                             capture_output=True, check=True).stdout
        ids, expected = json.loads(out), tokenizer.encode(case, add_special_tokens=False).ids
        if ids != expected:
            n_different += 1
            print(f"{case!r}\n  hob  {ids}\n  peer {expected}")
    print(f"{n_cases} cases, {n_different} different")
    sys.exit(n_different > 0)


if __name__ == "__main__":
    main()
