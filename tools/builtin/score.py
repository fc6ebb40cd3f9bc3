"""Scores a built-in model on eval.toml.

`python score.py MODEL.gguf --hob PATH_OF_HOB` asks through `hob run MODEL --temp 0`, as any user would (conversations are
left out, since they need a prompt of several turns); without --hob it asks the decoder in decode.py.
"""
import argparse
import re
import subprocess
import sys
import tomllib
from pathlib import Path


def asker(args):
    if args.hob:
        def ask(turns):
            done = subprocess.run([args.hob, "run", args.model, "--temp", "0", turns[-1][1]], capture_output=True, text=True,
                                  stdin=subprocess.DEVNULL, timeout=60)
            return done.stdout.strip() or f"(exit {done.returncode}) {done.stderr.strip()}"
        return ask
    from decode import Decoder
    return Decoder(args.model).answer


def report(name, right, question, answer, verbose):
    if verbose or not right:
        print(f"{'ok  ' if right else 'FAIL'}  {name:22} {question}\n      > {answer}")
    return right


def main():
    options = argparse.ArgumentParser()
    options.add_argument("model")
    options.add_argument("--hob")
    options.add_argument("-v", "--verbose", action="store_true", help="print every answer, not only the wrong ones")
    options.add_argument("--least", type=int, default=0, help="fail where fewer topics are right")
    args = options.parse_args()
    ask, test = asker(args), tomllib.loads((Path(__file__).parent / "eval.toml").read_text())
    topics = some = questions = n_questions = 0
    for case in test["case"]:
        rights = []
        for question in case["ask"]:
            answer = ask([("user", question)])
            rights.append(report(case["topic"], bool(re.search(case["want"], answer)), question, answer, args.verbose))
        topics, some, questions, n_questions = topics + all(rights), some + any(rights), questions + sum(rights), n_questions + len(rights)
    limits = 0
    for question in test["limit"]["ask"]:
        answer = ask([("user", question)])
        limits += report("limit", bool(re.search(test["limit"]["want"], answer)), question, answer, args.verbose)
    talks = 0
    for talk in [] if args.hob else test["talk"]:
        turns = []
        for line in talk["say"]:
            turns.append(("user", line))
            turns.append(("assistant", ask(turns)))
        talks += report("talk", bool(re.search(talk["want"], turns[-1][1])), " / ".join(talk["say"]), turns[-1][1], args.verbose)
    print(f"topics right in all phrasings {topics}/{len(test['case'])}, in any {some}, questions {questions}/{n_questions}, "
          f"limits admitted {limits}/{len(test['limit']['ask'])}" + ("" if args.hob else f", conversations {talks}/{len(test['talk'])}"))
    return 0 if topics >= args.least else 1


if __name__ == "__main__":
    sys.exit(main())
