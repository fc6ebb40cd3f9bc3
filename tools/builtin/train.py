"""Trains the built-in model on its corpus, on a CPU, from random weights.

`python train.py WORKDIR --steps N` reads WORKDIR/tokenizer.json and writes WORKDIR/model.npz now and then and at the
end. Dialogues are packed into rows and see only themselves; the loss counts the assistant's tokens, and a little the user's.
"""
import argparse
import random
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from tokenizers import Tokenizer

import model
import optimizer
from corpus import Corpus, held_out_questions
from tokenizer import encode_dialogue

ROW, ROWS = 192, 10  # tokens in a row, rows in a step
USER_WEIGHT = 0.1
WARMUP, DECAY = 40, 0.45  # steps; last part of the steps in which the rate falls to zero


class Packer:
    """Fills rows with whole dialogues. Position gaps between turns teach distances longer than a row."""

    def __init__(self, tokenizer, seed: int, context: int):
        self.tokenizer, self.context = tokenizer, context
        self.corpus, self.rng, self.pending = Corpus(seed, held_out_questions()), random.Random(seed + 1), []

    def dialogue(self):
        turns = self.corpus.dialogue()
        while True:
            ids, weights, starts = encode_dialogue(self.tokenizer, turns, USER_WEIGHT)
            if len(ids) <= ROW:
                break
            turns = turns[:-2]
        positions = np.arange(len(ids))
        for start in starts[1:]:
            if self.rng.random() < 0.15:
                positions[start:] += self.rng.randint(0, (self.context - 1 - int(positions[-1])) // 2)
        return ids, weights, positions

    def batch(self):
        tokens, segments = np.zeros((ROWS, ROW), np.int32), np.full((ROWS, ROW), -1, np.int32)
        positions, weights = np.zeros((ROWS, ROW), np.int32), np.zeros((ROWS, ROW), np.float32)
        for r in range(ROWS):
            used = n = 0
            while True:
                while len(self.pending) < 12:
                    self.pending.append(self.dialogue())
                fit = next((i for i, d in enumerate(self.pending) if used + len(d[0]) <= ROW), None)
                if fit is None:
                    break
                ids, w, p = self.pending.pop(fit)
                at = slice(used, used + len(ids))
                tokens[r, at], segments[r, at], positions[r, at], weights[r, at] = ids, n, p, w
                used, n = used + len(ids), n + 1
        return tokens, segments, positions, weights


def schedule(step: int, steps: int) -> float:
    return min(1.0, step / WARMUP, (steps - step) / (DECAY * steps))


def make_step(shape):
    def loss(params, tokens, segments, positions, weights):
        scores = model.logits(params, shape, tokens, segments, positions)[:, :-1]
        targets, w = tokens[:, 1:], weights[:, 1:]
        nll = jax.nn.logsumexp(scores, -1) - jnp.take_along_axis(scores, targets[..., None], -1)[..., 0]
        is_answer = w >= 1.0
        return jnp.sum(nll * w) / jnp.sum(w), jnp.sum(nll * is_answer) / jnp.sum(is_answer)

    @jax.jit
    def step(params, state, batch, number, scale):
        (_, answer_loss), grads = jax.value_and_grad(loss, has_aux=True)(params, *batch)
        params, state = optimizer.update(params, grads, state, number, scale)
        return params, state, answer_loss

    return step


def save(work: Path, name: str, arrays: dict):
    np.savez(work / "part.npz", **arrays)
    (work / "part.npz").replace(work / f"{name}.npz")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("work", type=Path)
    options.add_argument("--steps", type=int, required=True)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--resume", action="store_true", help="go on from WORKDIR/state.npz, perhaps to another number of steps")
    args = options.parse_args()
    tokenizer = Tokenizer.from_file(str(args.work / "tokenizer.json"))
    shape = model.Shape(vocab=tokenizer.get_vocab_size())
    params = model.init(shape, args.seed)
    state = optimizer.init(params)
    first = 0
    if args.resume:
        saved = np.load(args.work / "state.npz")
        first, params = int(saved["step"]), {k: jnp.asarray(saved[k]) for k in params}
        state = {kind: {k: jnp.asarray(saved[f"{kind}.{k}"]) for k in state[kind]} for kind in state}
    packer, step = Packer(tokenizer, args.seed + first, shape.context), make_step(shape)
    print(f"{sum(p.size for p in params.values()):,} parameters", flush=True)
    began, seen, mean = time.time(), 0, None
    for n in range(first + 1, args.steps + 1):
        batch = packer.batch()
        seen += int((batch[1] >= 0).sum())
        params, state, loss = step(params, state, batch, float(n), schedule(n, args.steps))
        mean = float(loss) if mean is None else 0.95 * mean + 0.05 * float(loss)
        if n % 25 == 0 or n == args.steps:
            print(f"step {n} loss {mean:.4f} tokens {seen:,} seconds {time.time() - began:.0f}", flush=True)
        if n % 50 == 0 or n == args.steps:
            save(args.work, "model", params)
            save(args.work, "state", params | {f"{kind}.{k}": v for kind in state for k, v in state[kind].items()} | {"step": n})


if __name__ == "__main__":
    main()
