"""Muon for the hidden matrices, Adam for the rest.

Muon (Jordan et al., 2024, https://kellerjordan.github.io/posts/muon/) replaces the momentum of a matrix by the nearest
orthogonal matrix; for a model this small it needs about half the steps that AdamW does.
"""
import jax
import jax.numpy as jnp

MATRICES = ("q", "k", "v", "o", "gate", "up", "down")


def orthogonalize(m, steps=5):
    """Newton-Schulz iteration of order five, on the last two axes of [layers, in, out]."""
    wide = m.shape[1] > m.shape[2]
    x = m.swapaxes(1, 2) if wide else m
    x = x / (jnp.sqrt(jnp.sum(x * x, (1, 2), keepdims=True)) + 1e-7)
    for _ in range(steps):
        a = x @ x.swapaxes(1, 2)
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * (a @ a)) @ x
    return x.swapaxes(1, 2) if wide else x


def init(params):
    zeros = jax.tree.map(jnp.zeros_like, params)
    return {"first": zeros, "second": {k: v for k, v in zeros.items() if k not in MATRICES}}


def update(params, grads, state, step, scale, muon_rate=0.02, adam_rate=3e-3, decay=0.02):
    """One step; `scale` is the schedule's factor, `step` counts from 1."""
    new, first, second = {}, {}, {}
    for name, p in params.items():
        g = grads[name]
        if name in MATRICES:
            first[name] = 0.95 * state["first"][name] + 0.05 * g
            direction = orthogonalize(0.05 * g + 0.95 * first[name])
            size = max(1.0, p.shape[2] / p.shape[1]) ** 0.5
            new[name] = p * (1 - scale * muon_rate * decay) - scale * muon_rate * size * direction
        else:
            first[name] = 0.9 * state["first"][name] + 0.1 * g
            second[name] = 0.98 * state["second"][name] + 0.02 * g * g
            unbiased = first[name] / (1 - 0.9**step)
            new[name] = p - scale * adam_rate * unbiased / (jnp.sqrt(second[name] / (1 - 0.98**step)) + 1e-8)
    return new, {"first": first, "second": second}
