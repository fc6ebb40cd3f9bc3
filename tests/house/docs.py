#!/usr/bin/env python3
"""Checks that the documents are true of the tree. Usage: docs.py SOURCE_DIR HOB"""
import pathlib
import re
import subprocess
import sys

MOST_README_LINES = 120
MOST_TOP_ENTRIES = 16  # dotfiles included


def complaints(source, hob):
    readme = (source / "README.md").read_text()
    if len(readme.splitlines()) > MOST_README_LINES:
        yield f"README.md has more than {MOST_README_LINES} lines"
    tracked = subprocess.run(["git", "-C", source, "ls-files"], capture_output=True, text=True).stdout.split()
    top = {path.split("/")[0] for path in tracked}
    if len(top) > MOST_TOP_ENTRIES:
        yield f"{len(top)} entries at the top, at most {MOST_TOP_ENTRIES}: {sorted(top)}"
    for name in ["README.md", "HACKING.md", "docs/design.md"]:
        text = (source / name).read_text()
        for link in re.findall(r"\]\(([^)#]+)\)", text):
            if not link.startswith("http") and not ((source / name).parent / link).exists():
                yield f"{name}: the link {link} leads nowhere"
        for path in re.findall(r"`((?:src|tests|docs|tools|bench)/[\w./-]*)`", text):
            if not (source / path).exists():
                yield f"{name}: there is no {path}"
    commands = subprocess.run([hob, "reference"], capture_output=True, text=True).stdout
    if (source / "docs/commands.md").read_text() != commands:
        yield "docs/commands.md is not what `hob reference` prints; run: hob reference > docs/commands.md"
    for command in re.findall(r"^\| `hob (\w+)", readme, re.M):
        if f"## hob {command}\n" not in commands:
            yield f"README.md names the command {command}, which does not exist"


def main():
    found = list(complaints(pathlib.Path(sys.argv[1]), sys.argv[2]))
    print("\n".join(found) or "the documents are true of the tree")
    sys.exit(1 if found else 0)


main()
