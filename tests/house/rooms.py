#!/usr/bin/env python3
"""Checks that every #include goes only where the house allows. Usage: rooms.py SOURCE_DIR"""
import pathlib
import re
import sys

# room -> rooms it may include; everything may use base, cli and tests (x_test.cc, test_x.h) may use all.
ALLOWED = {
    "base": "",
    "tensor": "",
    "kernel": "tensor",
    "model": "tensor",
    "backend": "model kernel tensor",
    "text": "tensor",
    "sample": "text",
    "engine": "backend model sample text",
    "store": "tensor",
    "serve": "engine store text",
    "forge": "engine backend model tensor store text",
    "cli": "base tensor kernel model backend text sample engine store serve forge",
}
INTRINSICS = re.compile(r"#include <(immintrin|arm_neon|x86intrin|emmintrin|avx.*intrin)\.h>")
PLATFORM = re.compile(r"#include <(sys/|unistd|fcntl|sched|pthread|termios|signal|csignal)")


def strays(source: pathlib.Path):
    for path in sorted((source / "src").rglob("*")):
        if path.suffix not in {".h", ".cc", ".inc", ".def"}:
            continue
        relative = path.relative_to(source / "src")
        room = relative.parts[0]
        if room not in ALLOWED:
            yield f"src/{relative}: no such room '{room}'"
            continue
        is_test = path.stem.endswith("_test") or path.stem.startswith("test_")
        may = set(ALLOWED) if is_test else {room, "base", *ALLOWED[room].split()}
        for number, line in enumerate(path.read_text().splitlines(), 1):
            include = re.match(r'\s*#include "([^"]+)"', line)
            if include:
                target = include.group(1).split("/")
                if len(target) == 1:
                    yield f"src/{relative}:{number}: include by room, not '{include.group(1)}'"
                elif target[0] not in may:
                    yield f"src/{relative}:{number}: {room} may not include {target[0]}"
            if INTRINSICS.search(line) and relative.as_posix() != "kernel/vec.h":
                yield f"src/{relative}:{number}: intrinsics live in kernel/vec.h alone"
            if PLATFORM.search(line) and relative.parts[:2] != ("base", "platform") and not is_test:
                yield f"src/{relative}:{number}: platform calls live in base/platform alone"


def main():
    found = list(strays(pathlib.Path(sys.argv[1])))
    print("\n".join(found) or "every include goes where the house allows")
    sys.exit(1 if found else 0)


main()
