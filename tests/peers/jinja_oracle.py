#!/usr/bin/env python3
"""Renders chat templates with Python's jinja2, as Hugging Face sets it up, and with hob, and compares.

Usage: jinja_oracle.py TEXT_TEST TEMPLATE-OR-FOLDER-OR-JSONL... [--verbose]
TEXT_TEST is the text room's test program. Folders are searched for *.jinja; lines of a JSONL file give
"template" and, if present, a context of their own. Every template meets every conversation below, unless
--own asks for its own context alone. Cases of tests/cases/template (*.test) always have their own, and jinja2
must give what they expect.
Needs the Python package jinja2.
"""
import argparse
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import jinja2
import jinja2.ext
import jinja2.nodes
import jinja2.sandbox

NOW = 1752148800  # 2025-07-10 12:00 UTC


class Generation(jinja2.ext.Extension):
    """{% generation %} marks the assistant's tokens for training; rendering prints its body."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


class Refused(Exception):
    pass


def environment():
    def raise_exception(message):
        raise Refused(message)

    def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    def strftime_now(format):
        return datetime.datetime.fromtimestamp(NOW, datetime.timezone.utc).replace(tzinfo=None).strftime(format)

    env = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = strftime_now
    return env


def say(role, content, **more):
    return {"role": role, "content": content, **more}


def call(name, arguments, id="call_1a2b3c4d5"):
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


TOOLS = [
    {"type": "function", "function": {
        "name": "get_weather", "description": "Get the \"current\" weather in a city <now>.",
        "parameters": {"type": "object", "properties": {
            "city": {"type": "string", "description": "The city's name, e.g. Århus"},
            "days": {"type": "integer", "default": 3, "minimum": 1},
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]}},
            "required": ["city"]}}},
    {"type": "function", "function": {
        "name": "nothing", "description": "Takes nothing", "parameters": {"type": "object", "properties": {}}}},
]

TURNS = [say("user", "Hello"), say("assistant", "Hi there."), say("user", "How are you?")]
CALLS = [
    say("user", "Weather in Paris?"),
    say("assistant", "", tool_calls=[call("get_weather", {"city": "Paris", "days": 2, "deep": {"x": [1, 2.5, None, True]}})]),
    say("tool", '{"temperature": 21.5}', name="get_weather", tool_call_id="call_1a2b3c4d5"),
]

CONVERSATIONS = {
    "user": {"messages": TURNS[:1]},
    "no prompt": {"messages": TURNS[:2], "add_generation_prompt": False},
    "turns": {"messages": TURNS},
    "system": {"messages": [say("system", "You are terse.\nVery."), *TURNS]},
    "unicode": {"messages": [say("system", "Sé breve 🤗"), say("user", "日本語\u00a0 «ß» \u2028 'q' \"d\" \\ \t<b>&amp;")]},
    "empty": {"messages": [say("system", ""), say("user", ""), say("assistant", ""), say("user", "  \n x \n\n")]},
    "tools": {"messages": [say("system", "Use tools."), *TURNS], "tools": TOOLS},
    "tool result": {"messages": CALLS, "tools": TOOLS},
    "tool turns": {"messages": [*CALLS, say("assistant", "21.5 °C."), say("user", "And tomorrow?")], "tools": TOOLS},
    "two calls": {"messages": [
        say("system", "S"), say("user", "Both"),
        say("assistant", None, tool_calls=[call("get_weather", {"city": "A"}, "call_00000001"), call("nothing", {}, "call_00000002")]),
        say("tool", "one", name="get_weather", tool_call_id="call_00000001"),
        say("tool", "two", name="nothing", tool_call_id="call_00000002")], "tools": TOOLS},
    "string arguments": {"messages": [
        CALLS[0], say("assistant", "Let me see.", tool_calls=[call("get_weather", '{"city": "Paris"}')]), CALLS[2]], "tools": TOOLS},
    "reasoning": {"messages": [
        say("user", "2+2?"), say("assistant", "4", reasoning_content="Two and two.\n"), say("user", "3+3?"),
        say("assistant", "<think>\nsix\n</think>\n\n6"), say("user", "Sure?")]},
    "thinking off": {"messages": TURNS, "enable_thinking": False, "thinking": False},
    "thinking on": {"messages": [say("system", "S"), *TURNS], "enable_thinking": True, "thinking": True},
    "parts": {"messages": [say("user", [{"type": "text", "text": "What is "}, {"type": "text", "text": "this?"}])]},
    "documents": {"messages": TURNS[:1], "documents": [{"title": "A", "text": "Alpha", "content": "Alpha", "doc_id": 1}]},
    "two users": {"messages": [TURNS[0], TURNS[0]]},
    "developer": {"messages": [say("developer", "Be kind."), TURNS[0]]},
}


def cases(path):
    for case in re.split(r"^=== ", path.read_text(), flags=re.M)[1:]:
        parts = re.split(r"^--- (\w+)\n", case, flags=re.M)
        name, _, source = parts[0].partition("\n")
        sections = {"template": source, **dict(zip(parts[1::2], parts[2::2]))}
        sections = {key: text.removesuffix("\n") for key, text in sections.items()}
        yield f"{path.name} {name}", sections["template"], json.loads(sections.get("context", "{}")), sections.get("expect")


def check_cases(env, path):
    """Whether jinja2 itself gives what the cases expect."""
    for name, source, context, expect in cases(path):
        text, error = expectation(env, source, context)
        if text != expect:
            print(f"WRONG CASE {name}\n  expects {expect!r}\n  jinja2: {text if error is None else error!r}")


def templates(paths):
    for path in map(pathlib.Path, paths):
        if path.suffix == ".test":
            for name, source, context, _ in cases(path):
                yield name, source, context
        elif path.suffix == ".jsonl":
            for number, line in enumerate(path.read_text().strip().split("\n"), 1):
                case = json.loads(line)
                own = case.get("context") or {k: case[k] for k in ("messages", "bos_token", "eos_token", "add_generation_prompt") if k in case}
                yield f"{path.name}:{number} {case.get('name')}", case["template"], own
        elif path.is_dir():
            for file in sorted(path.rglob("*.jinja")):
                yield file.stem, file.read_text(), None
        else:
            yield path.stem, path.read_text(), None


def contexts(own, extra, only_own=False):
    if own is not None:
        yield "own", own
    if only_own:
        return
    base = {"bos_token": "<s>", "eos_token": "</s>", "add_generation_prompt": True}
    for name, conversation in {**CONVERSATIONS, **extra}.items():
        yield name, {**base, **conversation}


def expectation(env, source, variables):
    try:
        return env.from_string(source).render(**variables), None
    except Refused as error:
        return None, f"raised: {error}"
    except Exception as error:  # noqa: BLE001 - any failure of the peer is its answer
        return None, f"{type(error).__name__}: {error}"


def ours(program, requests):
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = (os.path.join(folder, name) for name in ("requests", "answers"))
        pathlib.Path(asked).write_text("".join(json.dumps(r) + "\n" for r in requests))
        subprocess.run([program, "--gtest_filter=*.AnswersPeer"], check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "HOB_JINJA_REQUESTS": asked, "HOB_JINJA_ANSWERS": answered})
        return [json.loads(line) for line in pathlib.Path(answered).read_text().split("\n") if line]


def agree(expected, error, answer):
    if expected is not None:
        return answer.get("text") == expected
    if error.startswith("raised: "):
        return error[len("raised: "):] in answer.get("error", "")
    return "error" in answer


def main():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("paths", nargs="+")
    options.add_argument("--contexts", nargs="*", default=[], help="JSON files with more conversations")
    options.add_argument("--own", action="store_true", help="no conversations but the templates' own contexts")
    options.add_argument("--verbose", action="store_true")
    options = options.parse_args()
    extra = {pathlib.Path(p).stem: json.loads(pathlib.Path(p).read_text()) for p in options.contexts}
    env = environment()
    only_own = lambda name: options.own or ".test " in name
    jobs = [(f"{name} × {label}", source, variables) for name, source, own in templates(options.paths)
            for label, variables in contexts(own, extra, only_own(name))]
    for path in map(pathlib.Path, options.paths):
        if path.suffix == ".test":
            check_cases(env, path)
    if not jobs:
        sys.exit("no templates found")
    answers = ours(options.program, [{"template": s, "vars": v, "now": NOW} for _, s, v in jobs])
    assert len(answers) == len(jobs), "an answer is missing"
    texts, errors, differ = 0, 0, []
    for (label, source, variables), answer in zip(jobs, answers):
        expected, error = expectation(env, source, variables)
        if agree(expected, error, answer):
            texts += expected is not None
            errors += expected is None
        else:
            differ.append(label)
            print(f"DIFFERS {label}")
            if options.verbose:
                print(f"  jinja2: {expected!r}" if error is None else f"  jinja2: {error}", f"  hob:    {answer}", sep="\n")
    print(f"{len(jobs)} renderings: {texts} equal texts, {errors} refused by both, {len(differ)} differ")
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
