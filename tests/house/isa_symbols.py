#!/usr/bin/env python3
"""Checks that the kernels' objects share no code: each may export its table and nothing else, above all no weak symbol,
which the linker would merge with another instruction set's. Usage: isa_symbols.py NM LIBRARY"""
import subprocess
import sys

listing = subprocess.run([sys.argv[1], "-A", "-C", sys.argv[2]], capture_output=True, text=True, check=True).stdout
objects = set()
strays = []
for line in listing.splitlines():
    parts = line.split(":", 2)  # library:member:address kind name
    if len(parts) < 3 or not parts[1].startswith("isa_"):
        continue
    objects.add(parts[1])
    kind, name = parts[2][17:18], parts[2][19:]
    if kind.isupper() and kind not in "U" and not name.endswith("::kernels") or kind in "wvu":
        strays.append(f"{parts[1]}: {kind} {name}")
if not objects:
    sys.exit("no isa_*.o in the library")
print("\n".join(strays) or f"{len(objects)} objects export their tables alone")
sys.exit(1 if strays else 0)
