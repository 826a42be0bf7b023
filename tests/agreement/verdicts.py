"""What the tools say, in the same few words, and where they differ."""

import re
from dataclasses import dataclass, field

from peers import Run, normalized

EXIT_CODES = {0: "pinned", 1: "unsolvable", 2: "unreadable", 3: "undecided"}
# Errors that speak of what the channels at hand lack.
SLICE = {"unknown-package", "unknown-channel"}
# Exit code 2 as well, though the file could be read: a name that no index has, and
# a file that asks for nothing.
UNKNOWN_PROJECT = "unknown-project"
NOTHING = "nothing-to-pin"
UNREACHABLE = {"index-unreachable", "unreachable-channel"}
# The pip half's peers came to no verdict: a build that fails here, a time limit,
# a Python that uv does not know.
NO_ANSWER = ("build failed", "timeout", "error", "refused")


@dataclass
class Verdict:
    """What presolve says of a file."""

    word: str
    code: int | None
    errors: list[str] = field(default_factory=list)
    first: str = ""
    warnings: list[str] = field(default_factory=list)

    @property
    def panicked(self) -> bool:
        return self.word in ("panic", "internal error")


def of_presolve(result: Run) -> dict:
    """Reads the exit code and the names of the diagnostics."""
    names = re.findall(r"^(error|warning)\[([\w-]+)\]: (.*)$", result.stderr, re.M)
    errors = [name for level, name, _ in names if level == "error"]
    first = next((text for level, _, text in names if level == "error"), "")
    warnings = sorted({name for level, name, _ in names if level == "warning"})
    word = EXIT_CODES.get(result.code, f"exit {result.code}")
    if "panicked" in result.stderr:
        word = "panic"
    elif "internal-error" in errors:
        word = "internal error"
    elif result.timed_out:
        word = "timeout"
    elif errors and all(name in SLICE for name in errors):
        word = "missing"
    elif UNKNOWN_PROJECT in errors:
        word = "unsolvable"
    elif NOTHING in errors:
        word = "nothing to pin"
    return {
        "word": word,
        "code": result.code,
        "errors": errors,
        "first": first,
        "warnings": warnings,
    }


def conda_word(answer: dict) -> str:
    """What rattler says; a name or version that no record has is told apart."""
    if answer["verdict"] == "unsolvable" and answer.get("unmatched"):
        return "missing"
    return answer["verdict"]


def compare(row: dict, presolve: Verdict, reading: dict) -> str:
    """The difference between the verdicts; empty where they agree.

    `row` has the peers' words under `rattler` and `pip_half`."""
    rattler, pip_half = row["rattler"], row["pip_half"]
    if presolve.panicked or presolve.word.startswith(("exit", "timeout")):
        return presolve.word
    if not reading["ok"]:
        return "" if presolve.word == "unreadable" else "read by presolve only"
    if presolve.word == "unreadable":
        return "not read by presolve"
    if presolve.word == "nothing to pin":
        return "" if pip_half == "none" else f"{presolve.word}, {pip_half} for the peers"
    if presolve.word == "pinned":
        return of_pinned(rattler, pip_half)
    if presolve.word == "undecided":
        return "" if rattler == "no channel" else "undecided"
    if rattler == "solved" and pip_half in ("solved", "none"):
        return f"{presolve.word} for presolve, solved by the peers"
    return ""


def of_pinned(rattler: str, pip_half: str) -> str:
    if rattler != "solved":
        return f"pinned, {rattler} for rattler"
    if pip_half not in ("solved", "none", *NO_ANSWER):
        return f"pinned, {pip_half} for the pip half's peer"
    return ""


def not_judged(presolve: Verdict, row: dict) -> str:
    """Why nothing can be said of the file as a whole; empty if something can."""
    if row["rattler"] == "no channel" or "unknown-channel" in presolve.errors:
        return "a channel is not at hand"
    if presolve.word == "undecided" and UNREACHABLE & set(presolve.errors):
        return "an index cannot be reached from here"
    if row["rattler"] == "missing" and presolve.word in ("missing", "unsolvable"):
        return "a package or version is not in the channels at hand"
    if row["pip_half"] in NO_ANSWER and presolve.word in ("pinned", "unsolvable"):
        return f"no peer judged the pip half: {row['pip_half']}"
    return ""


def records_difference(ours: list[dict], theirs: list[dict]) -> str:
    """How two sets of conda records differ, record for record."""
    key = lambda one: (one["name"], one["version"], one["build"])  # noqa: E731
    mine, other = {key(one) for one in ours}, {key(one) for one in theirs}
    return sets_difference(
        {"=".join(one) for one in mine}, {"=".join(one) for one in other}
    )


def versions_difference(ours: dict, theirs: dict) -> str:
    """How two sets of pip releases differ."""
    mine = {f"{name}=={same(version)}" for name, version in ours.items()}
    other = {f"{name}=={same(version)}" for name, version in theirs.items()}
    return sets_difference(mine, other)


def same(version: str) -> str:
    """A version in one of its spellings."""
    version = version.lower().lstrip("v")
    version = re.sub(r"\.(?=(a|b|rc)\d)", "", version)
    return re.sub(r"(\.0)+(?=$|\+)", "", version)


def sets_difference(ours: set, theirs: set) -> str:
    only = sorted(ours - theirs)
    others = sorted(theirs - ours)
    if not only and not others:
        return ""
    return f"presolve: {shown(only)} / peer: {shown(others)}"


def shown(names: list[str]) -> str:
    text = " ".join(names[:12]) or "-"
    return text + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def provided(records: list[dict], mapping: dict) -> dict:
    """The PyPI projects that conda records bring, with their versions."""
    found = {}
    for one in records:
        depends = [spec.split()[0] for spec in one["depends"]]
        python = one["noarch"] or "python" in depends or "python_abi" in depends
        project = mapping.get(one["name"]) if one["name"] in mapping else None
        if one["name"] not in mapping and python:
            project = one["name"]
        version = one["version"].replace("_", ".")
        if project and re.fullmatch(r"(\d+!)?\d+(\.\d+)*\w*(\.\w+)*", version):
            found[normalized(project)] = version
    return found
