"""A plain numpy decoder for the exported GGUF: greedy answers, to judge the file without any other program."""
import gguf
import numpy as np
from gguf.quants import dequantize
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers


def tokenizer_of(reader: gguf.GGUFReader) -> Tokenizer:
    tokens, merges, types = (reader.fields[f"tokenizer.ggml.{k}"].contents() for k in ("tokens", "merges", "token_type"))
    special = [t for t, kind in zip(tokens, types) if kind == gguf.TokenType.CONTROL]
    plain = {t: i for i, t in enumerate(tokens) if t not in special}
    tokenizer = Tokenizer(models.BPE(plain, [tuple(m.split(" ")) for m in merges]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in special])
    return tokenizer


class Decoder:
    def __init__(self, gguf_path: str):
        reader = gguf.GGUFReader(gguf_path)
        self.w = {t.name: dequantize(t.data, t.tensor_type).astype(np.float32) for t in reader.tensors}

        def field(name):
            return reader.fields[f"llama.{name}"].contents()

        self.layers, self.heads, self.kv_heads = field("block_count"), field("attention.head_count"), field("attention.head_count_kv")
        self.head_dim = field("embedding_length") // self.heads
        self.eps, self.base = field("attention.layer_norm_rms_epsilon"), field("rope.freq_base")
        self.tokenizer = tokenizer_of(reader)
        self.stop = self.tokenizer.token_to_id("<|im_end|>")

    def norm(self, x, name):
        return x / np.sqrt(np.mean(x * x, -1, keepdims=True) + self.eps) * self.w[name]

    def rope(self, x, first):
        """x is [time, heads, head_dim]."""
        angle = (first + np.arange(len(x)))[:, None] * self.base ** (-np.arange(0, self.head_dim, 2) / self.head_dim)
        cos, sin = np.cos(angle)[:, None].astype(np.float32), np.sin(angle)[:, None].astype(np.float32)
        even, odd = x[..., 0::2], x[..., 1::2]
        return np.stack([even * cos - odd * sin, even * sin + odd * cos], -1).reshape(x.shape)

    def forward(self, ids, cache):
        """Logits of the last token; cache holds (keys, values) of each layer and grows."""
        x, first, n = self.w["token_embd.weight"][ids], len(cache[0][0]), len(ids)
        for i in range(self.layers):
            def mul(v, name, i=i):
                return v @ self.w[f"blk.{i}.{name}.weight"].T
            a = self.norm(x, f"blk.{i}.attn_norm.weight")
            q = self.rope(mul(a, "attn_q").reshape(n, self.heads, -1), first)
            k = np.concatenate([cache[i][0], self.rope(mul(a, "attn_k").reshape(n, self.kv_heads, -1), first)])
            v = np.concatenate([cache[i][1], mul(a, "attn_v").reshape(n, self.kv_heads, -1)])
            cache[i] = (k, v)
            group = self.heads // self.kv_heads
            scores = np.einsum("thd,shd->hts", q, np.repeat(k, group, 1)) / np.sqrt(self.head_dim)
            scores += np.where(np.arange(len(k))[None] > first + np.arange(n)[:, None], -1e9, 0)
            p = np.exp(scores - scores.max(-1, keepdims=True))
            p /= p.sum(-1, keepdims=True)
            x = x + mul(np.einsum("hts,shd->thd", p, np.repeat(v, group, 1)).reshape(n, -1), "attn_output")
            a = self.norm(x, f"blk.{i}.ffn_norm.weight")
            gate = mul(a, "ffn_gate")
            x = x + mul(gate / (1 + np.exp(-gate)) * mul(a, "ffn_up"), "ffn_down")
        return self.norm(x[-1], "output_norm.weight") @ self.w["token_embd.weight"].T

    def answer(self, turns, most=120):
        """The greedy answer to [(role, text), ...]."""
        text = "".join(f"<|im_start|>{role}\n{text.strip()}<|im_end|>\n" for role, text in turns) + "<|im_start|>assistant\n"
        empty = np.zeros((0, self.kv_heads, self.head_dim), np.float32)
        cache, ids, out = [(empty, empty)] * self.layers, self.tokenizer.encode(text).ids, []
        while len(out) < most:
            token = int(np.argmax(self.forward(ids, cache)))
            if token == self.stop:
                break
            out.append(token)
            ids = [token]
        return self.tokenizer.decode(out)
