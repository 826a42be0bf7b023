#!/usr/bin/env python3
"""Counts the instructions of each benchmark in parts.rs, here and in another commit.

Ends with exit code 1 if one needs over 10 % more than before. Counts of instructions do not
depend on what else the machine does. Needs valgrind.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIMIT = 1.10


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", nargs="?", help="the commit to compare with; none: only count")
    parser.add_argument("--bench", action="append", help="only this benchmark")
    parser.add_argument("--profile", default="bench", help="cargo's profile of the build")
    arguments = parser.parse_args()
    now = counts(ROOT, arguments)
    if not arguments.base:
        print(table([(name, f"{count:,}") for name, count in now.items()], ["instructions"]))
        return
    with tempfile.TemporaryDirectory(prefix="presolve-base-") as folder:
        tree = pathlib.Path(folder) / "tree"
        git("worktree", "add", "--quiet", "--detach", tree, arguments.base)
        try:
            # A base without the benchmarks has nothing to compare with.
            has_them = (tree / "benches" / "parts.rs").exists()
            before = counts(tree, arguments) if has_them else {}
        finally:
            git("worktree", "remove", "--force", tree)
    rows, slower = [], []
    for name, count in now.items():
        ratio = count / before[name] if name in before else None
        rows.append((name, f"{before.get(name, 0):,}", f"{count:,}", f"x{ratio:.3f}" if ratio else "new"))
        if ratio and ratio > LIMIT:
            slower.append(name)
    print(table(rows, ["before", "now", "ratio"]))
    if slower:
        sys.exit(f"error: more than {LIMIT - 1:.0%} more instructions: {', '.join(slower)}")


def counts(tree, arguments):
    """Instructions of each benchmark, without those of the start of the program."""
    binary, wanted = build(tree, arguments.profile), arguments.bench
    listed = subprocess.run([binary, "--list"], check=True, capture_output=True, text=True).stdout
    names = [name for name in re.findall(r"─ (\w+)", listed) if not wanted or name in wanted]
    start = instructions([binary, "--list"])
    once = [binary, "--bench", "--exact", *ONCE]
    return {name: instructions([*once, f"parts::{name}"]) - start for name in names}


# One call: valgrind counts the same each time.
ONCE = ["--sample-count", "1", "--sample-size", "1"]


def build(tree, profile):
    command = ["cargo", "bench", "--bench", "parts", "--no-run", "--locked", "--message-format", "json"]
    command += ["--profile", profile]
    # Both trees build into one folder, so that they share their dependencies.
    command += ["--target-dir", os.environ.get("CARGO_TARGET_DIR", ROOT / "target")]
    built = subprocess.run(command, cwd=tree, check=True, stdout=subprocess.PIPE, text=True).stdout
    for line in built.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == "parts":
            return message["executable"]
    sys.exit("error: cargo built no benchmark")


def instructions(command):
    with tempfile.NamedTemporaryFile() as out:
        valgrind = ["valgrind", "--tool=cachegrind", "--cache-sim=no", f"--cachegrind-out-file={out.name}"]
        subprocess.run([*valgrind, *command], check=True, capture_output=True)
        summary = re.search(rb"^summary: (\d+)", out.read(), re.MULTILINE)
    return int(summary.group(1))


def git(*arguments):
    subprocess.run(["git", "-C", ROOT, *arguments], check=True)


def table(rows, columns):
    lines = [["benchmark", *columns], ["---", *["---:"] * len(columns)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    main()
