"""Trains the byte-level BPE vocabulary of the built-in model on its corpus, and wraps dialogues in ChatML.

`python tokenizer.py WORKDIR` writes WORKDIR/tokenizer.json.
"""
import sys
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from corpus import Corpus, held_out_questions

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
VOCAB = 2048
FIRST = 6
TEMPLATE = ("{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] | trim + '<|im_end|>\\n' }}"
            "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}")


def build() -> Tokenizer:
    corpus = Corpus(1, held_out_questions())
    texts = [f"{role}\n{text}" for _ in range(20000) for role, text in corpus.dialogue()]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)  # GPT-2's pre-tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=VOCAB - len(SPECIAL), initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    tokenizer.add_special_tokens([AddedToken(s, special=True, normalized=False) for s in SPECIAL])
    return tokenizer


def encode_dialogue(tokenizer: Tokenizer, turns, user_weight: float):
    """ids, the weight of each id as a target, and the index at which each user turn starts."""
    ids, weights, starts = [], [], []
    for role, text in turns:
        head = tokenizer.encode(f"<|im_start|>{role}\n").ids
        body = tokenizer.encode(text + "<|im_end|>").ids
        tail = tokenizer.encode("\n").ids
        if role == "user":
            starts.append(len(ids))
        short = max(1.0, min(3.0, 30 / len(body)))  # a short answer counts about as much as a long one
        weight = {"assistant": short, "user": user_weight, "system": 0.0}[role]
        begin = [2.0 * weight] * min(FIRST, len(body))  # the first words decide which answer it is
        ids += head + body + tail
        weights += [0.0] * len(head) + begin + [weight] * (len(body) - len(begin)) + [0.0] * len(tail)
    return ids, weights, starts


if __name__ == "__main__":
    work = Path(sys.argv[1])
    work.mkdir(parents=True, exist_ok=True)
    build().save(str(work / "tokenizer.json"))
