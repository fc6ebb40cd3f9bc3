#!/usr/bin/env python3
"""Follows the recipe "Add an architecture" of HACKING.md with a toy one, and checks that hob then runs it.

Usage: add_architecture.py SOURCE_DIR BUILD_DIR HOB COMPILER
The toy, "loama", is llama with its name spelled differently and rotated halves. What the recipe promises is counted: one Spec in a
file of its own, and its two lines in the list. Only the list is compiled again; the rest is linked from the build.
"""
import pathlib
import subprocess
import sys
import tempfile

SPEC = """// The toy of this test.
#pragma once

#include "model/spec.h"

namespace hob::model {

inline constexpr Spec kLoama{.name = "loama"};

}  // namespace hob::model
"""
MAIN = """
#include <cstdio>
#include "model/explain.h"
#include "model/model.h"
int main(int, char** argv) {
  auto file = hob::tensor::GgufFile::open(argv[1]);
  if (!file) return std::puts(file.error().message.c_str()), 1;
  auto model = hob::model::compile(std::make_shared<const hob::tensor::GgufFile>(*std::move(file)));
  if (!model) return std::puts(model.error().message.c_str()), 1;
  for (const auto& op : model->program.ops) std::puts(hob::model::describe(model->program, op).c_str());
}
"""


def main():
    source, build, hob, compiler = (pathlib.Path(a) for a in sys.argv[1:5])
    with tempfile.TemporaryDirectory() as folder:
        tmp = pathlib.Path(folder)
        llama, toy = tmp / "llama.gguf", tmp / "toy.gguf"
        subprocess.run([hob, "synth", "llama:tiny:f16", "-o", llama], check=True, capture_output=True)
        data = llama.read_bytes().replace(b"llama.", b"loama.")
        key = b"general.architecture"
        at = data.index(key) + len(key)
        toy.write_bytes(data[:at] + data[at:].replace(b"llama", b"loama", 1))
        refused = subprocess.run([hob, "explain", toy], capture_output=True, text=True)
        if refused.returncode != 1 or "loama" not in refused.stderr or "llama" not in refused.stderr:
            sys.exit(f"an unknown architecture is not refused by name with the nearest known one: {refused.stderr}")

        (tmp / "model/archs").mkdir(parents=True)
        (tmp / "model/archs/loama.h").write_text(SPEC)
        listing = (source / "src/model/archs/all.cc").read_text()
        listing = listing.replace('#include "model/archs/llama.h"', '#include "model/archs/llama.h"\n#include "model/archs/loama.h"')
        listing = listing.replace("kLlama,", "kLlama, kLoama,")
        (tmp / "all.cc").write_text(listing)
        (tmp / "main.cc").write_text(MAIN)
        libraries = [build / f"src/{room}/libhob_{room}.a" for room in ("model", "tensor", "base")]
        subprocess.run([compiler, "-std=c++20", f"-I{tmp}", f"-I{source}/src", tmp / "all.cc", tmp / "main.cc", "-o", tmp / "toy",
                        *libraries, "-lfmt", "-lpthread"], check=True)
        explained = subprocess.run([tmp / "toy", toy], capture_output=True, text=True, check=True).stdout
        original = subprocess.run([hob, "explain", llama], capture_output=True, text=True, check=True).stdout
    if "halves" not in explained or explained.replace("halves", "adjacent pairs").split() != original.split():
        sys.exit(f"the toy's program is not llama's with rotated halves:\n{explained}")
    print("the recipe works: one Spec and two lines in the list")


main()
