#!/usr/bin/env python3
"""Runs the command-line cases of tests/cases/cli/*.test. Usage: run_cases.py HOB CASES_DIR [NAME-PART]

A file holds cases, each begun by a line '--- name'. Then, in any order:
  hob ARGS…           the command (shell quoting; $TMP is a fresh folder, one for each file)
  file NAME: TEXT     first writes $TMP/NAME (\\n, \\xNN escapes)
  stdin: TEXT         given to the command; nothing otherwise
  exit: N             expected exit code (default 0)
  stdout: TEXT        stdout must contain TEXT; 'stdout~: REGEX' must match somewhere; 'stdout!: TEXT' must not contain
  stderr: TEXT        the same for stderr
  json: EXPRESSION    stdout parsed as JSON is `it`; the Python expression must be true
Lines that begin with # are comments. A case fails, too, when it takes over 60 seconds or dies by a signal.
"""
import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile


def unescape(text):
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape").encode("latin-1")


def parse(path):
    name, lines = None, []
    for line in path.read_text().splitlines():
        if line.startswith("--- "):
            if name:
                yield name, lines
            name, lines = line[4:], []
        elif line.strip() and not line.startswith("#"):
            lines.append(line)
    if name:
        yield name, lines


def complaint(kind, rule, wanted, got):
    if rule == "~":
        return None if re.search(wanted, got) else f"{kind} does not match {wanted!r}"
    if rule == "!":
        return f"{kind} contains {wanted!r}" if wanted in got else None
    return None if wanted in got else f"{kind} does not contain {wanted!r}"


def run_case(hob, lines, tmp):
    command, stdin, exit_code, checks = None, b"", 0, []
    for line in lines:
        if line.startswith("hob"):
            command = [hob] + shlex.split(line.replace("$TMP", tmp))[1:]
        elif line.startswith("file "):
            name, text = line[5:].split(": ", 1)
            (pathlib.Path(tmp) / name).write_bytes(unescape(text))
        elif line.startswith("stdin: "):
            stdin = unescape(line[7:])
        elif line.startswith("exit: "):
            exit_code = int(line[6:])
        elif match := re.match(r"(stdout|stderr|json)([~!]?): (.*)", line):
            checks.append((match[1], match[2], match[3].replace("$TMP", tmp)))
        else:
            return [f"cannot read the line: {line}"]
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, timeout=60)
    except subprocess.TimeoutExpired:
        return ["takes over 60 seconds"]
    out, err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    wrong = [] if done.returncode == exit_code else [f"exit code {done.returncode}, expected {exit_code}"]
    for kind, rule, wanted in checks:
        if kind == "json":
            if not eval(wanted, {"it": json.loads(out)}):  # the cases are this project's own
                wrong.append(f"not true of the JSON: {wanted}")
        elif text := complaint(kind, rule, wanted, out if kind == "stdout" else err):
            wrong.append(text)
    if wrong:
        wrong.append(f"command: {' '.join(command)}\nstdout: {out[:2000]}\nstderr: {err[:2000]}")
    return wrong


def main():
    hob, cases = sys.argv[1], pathlib.Path(sys.argv[2])
    part = sys.argv[3] if len(sys.argv) > 3 else ""
    passed = failed = 0
    for path in sorted(cases.glob("*.test")):
        with tempfile.TemporaryDirectory() as tmp:
            for name, lines in parse(path):
                if part not in f"{path.stem}: {name}":
                    continue
                wrong = run_case(hob, lines, tmp)
                passed, failed = passed + (not wrong), failed + bool(wrong)
                if wrong:
                    print(f"FAILED {path.stem}: {name}\n  " + "\n  ".join(wrong))
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


main()
