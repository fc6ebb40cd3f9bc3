#!/usr/bin/env python3
"""Writes FORMAT.bin beside itself: packed blocks and the values they stand for according to the `gguf` package.

Needs numpy and gguf from PyPI (made with gguf 0.19.0). Layout, little-endian: u32 n_blocks, the blocks, n_blocks *
block floats. The bits of the blocks are random; the scales go through ordinary, tiny (subnormal), largest, negative,
zero and infinite ones.
"""
import pathlib
import struct

import numpy as np
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize

# Where the binary16 fields lie; MXFP4's only scale is its first byte.
HALVES = {
    "F16": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q2_K": [80, 82], "Q3_K": [108],
    "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208], "IQ4_NL": [0], "IQ4_XS": [0], "MXFP4": [], "F32": [], "BF16": [],
}
SCALES = [0.0123, 1.0, -0.37, 6e-8, 3.1e-5, 65504.0, 0.0, np.inf]

here = pathlib.Path(__file__).parent
random = np.random.default_rng(20261121)
for name, fields in HALVES.items():
    kind = GGMLQuantizationType[name]
    values, size = GGML_QUANT_SIZES[kind]
    n = 256 if values == 1 else 16 if values == 32 else 8
    blocks = random.integers(0, 256, (n, size), dtype=np.uint8)
    for i in range(n):
        for j, at in enumerate(fields):
            scale = np.float16(SCALES[(i + 3 * j) % len(SCALES)])
            if values > 1:
                blocks[i, at:at + 2] = np.frombuffer(scale.tobytes(), np.uint8)
        if name == "MXFP4":
            blocks[i, 0] = [127, 120, 0, 1, 2, 200, 250, 255][i % 8]
    with np.errstate(all="ignore"):
        out = np.asarray(dequantize(blocks.reshape(n, size), kind), dtype=np.float32).reshape(-1)
    assert out.size == n * values, name
    (here / f"{name}.bin").write_bytes(struct.pack("<I", n) + blocks.tobytes() + out.tobytes())
