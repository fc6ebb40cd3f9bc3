"""Writes the trained model as a GGUF file: `python export.py WORKDIR OUT.gguf [F32|Q8_0]`."""
import json
import sys
from pathlib import Path

import gguf
import numpy as np
from tokenizers import Tokenizer

from model import Shape
from tokenizer import SPECIAL, TEMPLATE

# The logits are stretched by this, so that the usual temperatures near 0.8 leave so small a model on its best answers. The
# likeliest token stays the same.
SHARPEN = 2.0


def add_metadata(writer: gguf.GGUFWriter, shape: Shape, tokenizer: Tokenizer, file_type: gguf.LlamaFileType) -> None:
    writer.add_name("hob builtin")
    writer.add_description("The tiny model inside hob: small talk about local language models and about hob itself.")
    writer.add_author("the hob project")
    writer.add_license("MIT")
    writer.add_languages(["en"])
    writer.add_file_type(file_type)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.dim)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.ff)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_rope_dimension_count(shape.head_dim)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_layer_norm_rms_eps(shape.norm_eps)
    writer.add_vocab_size(shape.vocab)
    ids = tokenizer.get_vocab()
    tokens = sorted(ids, key=ids.get)
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.CONTROL if t in SPECIAL else gguf.TokenType.NORMAL for t in tokens])
    writer.add_token_merges([m if isinstance(m, str) else " ".join(m) for m in merges])
    writer.add_bos_token_id(ids["<|endoftext|>"])
    writer.add_eos_token_id(ids["<|im_end|>"])
    writer.add_eot_token_id(ids["<|im_end|>"])
    writer.add_pad_token_id(ids["<|endoftext|>"])
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)
    writer.add_float32("general.sampling.temp", 0.2)  # so small a model has few second thoughts worth hearing


def tensors(params: dict, shape: Shape):
    """(GGUF name, array with rows of inputs) of every tensor; JAX holds matrices as [in, out], GGUF as [out, in]."""
    yield "token_embd.weight", params["embed"]
    yield "output_norm.weight", params["final_norm"] * np.float32(SHARPEN)
    names = {"q": "attn_q", "k": "attn_k", "v": "attn_v", "o": "attn_output", "gate": "ffn_gate", "up": "ffn_up", "down": "ffn_down"}
    for i in range(shape.layers):
        for norm in ("attn_norm", "ffn_norm"):
            yield f"blk.{i}.{norm}.weight", params[norm][i]
        for ours, theirs in names.items():
            yield f"blk.{i}.{theirs}.weight", params[ours][i].T


def main():
    work, out = Path(sys.argv[1]), sys.argv[2]
    matrix_type = gguf.GGMLQuantizationType[sys.argv[3] if len(sys.argv) > 3 else "Q8_0"]
    tokenizer = Tokenizer.from_file(str(work / "tokenizer.json"))
    params = np.load(work / "model.npz")
    shape = Shape(vocab=tokenizer.get_vocab_size())
    writer = gguf.GGUFWriter(out, "llama")
    all_f32 = matrix_type == gguf.GGMLQuantizationType.F32
    add_metadata(writer, shape, tokenizer, gguf.LlamaFileType.ALL_F32 if all_f32 else gguf.LlamaFileType.MOSTLY_Q8_0)
    for name, array in tensors(params, shape):
        array = np.ascontiguousarray(array, np.float32)
        kind = matrix_type if array.ndim == 2 else gguf.GGMLQuantizationType.F32
        writer.add_tensor(name, gguf.quants.quantize(array, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
