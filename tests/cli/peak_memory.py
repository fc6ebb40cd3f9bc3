#!/usr/bin/env python3
"""Peak memory of `hob run` is at most the weights, the keys and values of the tokens it read, and 150 MB. Usage: peak_memory.py HOB

The model is a synthetic 1B one; its keys and values take 32 KiB a token (16 layers, 8 heads of 64, f16).
"""
import json
import pathlib
import resource
import subprocess
import sys
import tempfile

ALLOWED_BEYOND = 150_000_000
KV_BYTES_PER_TOKEN = 16 * 8 * (64 + 64) * 2


def main():
    hob = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        model = pathlib.Path(folder) / "1b.gguf"
        subprocess.run([hob, "synth", "llama:1b:q4_k_m", "-o", model], check=True)
        weights = model.stat().st_size
        made = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
        command = [hob, "run", model, "--raw", "--max-tokens", "4", "--json", "word " * 700]
        answer = json.loads(subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL).stdout)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    n_tokens = answer["prompt_tokens"] + answer["generated_tokens"]
    limit = weights + n_tokens * KV_BYTES_PER_TOKEN + ALLOWED_BEYOND
    print(f"peak {peak / 1e6:.0f} MB for {n_tokens} tokens; weights {weights / 1e6:.0f} MB, limit {limit / 1e6:.0f} MB; synth took {made / 1e6:.0f} MB")
    sys.exit(0 if n_tokens > 512 and weights / 2 < peak <= limit else 1)


main()
