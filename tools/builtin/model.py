"""The shape of the built-in model and its forward pass in JAX (training only).

A llama-architecture decoder: RMSNorm, rotary positions on adjacent pairs (as GGUF's "llama" has
them), grouped-query attention, SwiGLU, tied output. Matrices are stored [in, out], stacked over layers.
"""
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np


@dataclass(frozen=True)
class Shape:
    vocab: int = 2048
    dim: int = 256
    layers: int = 3
    heads: int = 8
    kv_heads: int = 2
    head_dim: int = 32
    ff: int = 512
    context: int = 2048
    rope_base: float = 10000.0
    norm_eps: float = 1e-5


def init(shape: Shape, seed: int) -> dict:
    rng = np.random.default_rng(seed)

    def normal(*dims, std):
        return jnp.asarray(rng.normal(0, std, dims), jnp.float32)

    d, f, n = shape.dim, shape.ff, shape.layers
    q, kv = shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
    out = 1 / np.sqrt(2 * n)  # keeps the residual stream's size independent of depth
    return {
        "embed": normal(shape.vocab, d, std=0.02),
        "attn_norm": jnp.ones((n, d)), "ffn_norm": jnp.ones((n, d)), "final_norm": jnp.ones(d),
        "q": normal(n, d, q, std=d**-0.5), "k": normal(n, d, kv, std=d**-0.5), "v": normal(n, d, kv, std=d**-0.5),
        "o": normal(n, q, d, std=out * q**-0.5),
        "gate": normal(n, d, f, std=d**-0.5), "up": normal(n, d, f, std=d**-0.5),
        "down": normal(n, f, d, std=out * f**-0.5),
    }


def rms_norm(x, weight, eps):
    return x * jax.lax.rsqrt(jnp.mean(x * x, -1, keepdims=True) + eps) * weight


def rope(x, cos, sin):
    """Rotates pairs (2i, 2i+1); x is [batch, time, heads, head_dim], cos and sin [batch, time, 1, head_dim / 2]."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return jnp.stack([even * cos - odd * sin, even * sin + odd * cos], -1).reshape(x.shape)


def dropout(x, key, rate):
    return jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0) if rate else x


def logits(p: dict, shape: Shape, tokens, segments, positions, key=None, drop: float = 0.0):
    """tokens, segments (which dialogue of the packed row) and positions are [batch, time]; gives [batch, time, vocab]."""
    b, t = tokens.shape
    h, g, hd = shape.heads, shape.kv_heads, shape.head_dim
    angle = positions[..., None] * shape.rope_base ** (-jnp.arange(0, hd, 2) / hd)
    cos, sin = jnp.cos(angle)[:, :, None], jnp.sin(angle)[:, :, None]
    visible = jnp.tril(jnp.ones((t, t), bool)) & (segments[:, :, None] == segments[:, None, :])
    bias = jnp.where(visible, 0.0, -1e9)[:, None]
    keys = jax.random.split(key, 2 * shape.layers) if drop else [None] * (2 * shape.layers)
    x = p["embed"][tokens]
    for i in range(shape.layers):
        a = rms_norm(x, p["attn_norm"][i], shape.norm_eps)
        q = rope((a @ p["q"][i]).reshape(b, t, h, hd), cos, sin)
        k = rope((a @ p["k"][i]).reshape(b, t, g, hd), cos, sin)
        v = (a @ p["v"][i]).reshape(b, t, g, hd)
        k, v = jnp.repeat(k, h // g, 2), jnp.repeat(v, h // g, 2)
        weights = jax.nn.softmax(jnp.einsum("bthd,bshd->bhts", q, k) * hd**-0.5 + bias, -1)
        mixed = jnp.einsum("bhts,bshd->bthd", weights, v).reshape(b, t, h * hd)
        x = x + dropout(mixed @ p["o"][i], keys[2 * i], drop)
        a = rms_norm(x, p["ffn_norm"][i], shape.norm_eps)
        x = x + dropout((jax.nn.silu(a @ p["gate"][i]) * (a @ p["up"][i])) @ p["down"][i], keys[2 * i + 1], drop)
    return rms_norm(x, p["final_norm"], shape.norm_eps) @ p["embed"].T
