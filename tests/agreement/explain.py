"""How long presolve's explanations are beside those of rattler and uv, what each
names, and how long they take to come. See README.md."""

import argparse
import csv
import re
import shutil
import subprocess
import time
import traceback
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

import explain_summary
import peers
import run as agreement
import verdicts
from peers import PipHalf, Run, normalized

COLUMNS = [
    "file",
    "presolve",
    "declared",
    "conflicts",
    "core",
    "fixes",
    "cut_off",
    "lines",
    "characters",
    "conflict_lines",
    "rattler",
    "rattler_lines",
    "rattler_characters",
    "rattler_names",
    "rattler_rounds",
    "rattler_rounds_lines",
    "uv",
    "uv_python",
    "uv_lines",
    "uv_characters",
    "uv_names",
    "peers_names",
    "not_named",
    "pin_seconds",
    "first_seconds",
    "explain_seconds",
    "ratio",
    "mended",
    "mended_seconds",
]
FIXES = re.compile(r"^(fixes|fix)\b.*:$", re.M)
MOST_ROUNDS = 20
# Not asked for, or as it should be.
MENDED = ("", "pinned")
CUT_OFF = "the time limit stopped"


@dataclass
class Said:
    """What an explanation says."""

    conflicts: int = 0
    # The declared lines that it points at, by their numbers.
    core: dict = field(default_factory=dict)
    fixes: int = 0
    conflict_lines: int = 0


def arguments() -> argparse.Namespace:
    arguments = agreement.parser(__doc__)
    arguments.add_argument(
        "--runs",
        type=int,
        default=2,
        help="how often an explanation is asked for; the last time counts. With 1, \
the cache has to be warm already",
    )
    arguments.add_argument(
        "--mend",
        action="store_true",
        help="apply the first fix to a copy and pin that; explains each file again",
    )
    return arguments.parse_args()


class Harness(agreement.Harness):
    """Asks all for their explanations."""

    def failed_pin(self, spec: Path) -> dict:
        """How the failed solve ends and how long it takes, the cache being warm."""
        command = [self.args.presolve.resolve(), "pin", spec.name, "-o", "pinned.yml"]
        command += self.flags()
        for _ in range(2):
            result = peers.run(command, self.args.timeout + 30, cwd=spec.parent)
        answer = verdicts.of_presolve(result)
        answer["transient"] = answer["word"] in ("undecided", "timeout")
        return answer | {"seconds": result.seconds}

    def explanation(self, spec: Path) -> dict:
        # By its bare name, as the length of a path is no part of an explanation's.
        command = [self.args.presolve.resolve(), "explain", spec.name, *self.flags()]
        for _ in range(self.args.runs):
            result, first = run_watched(command, self.args.timeout + 30, spec.parent)
        answer = {"code": result.code, "text": result.stdout, "errors": result.stderr}
        answer["transient"] = result.code not in (0, 1) or CUT_OFF in result.stdout
        return answer | {"seconds": result.seconds, "first": first}

    def mended(self, spec: Path) -> dict:
        """What `pin` says of the file with the first fix applied."""
        folder = spec.parent.with_name(f"mended-{spec.parent.name}")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(spec.parent, folder)
        limit = self.args.timeout + 30
        presolve = self.args.presolve.resolve()
        command = [presolve, "explain", spec.name, "--apply", "1", *self.flags()]
        applied = peers.run(command, limit, cwd=folder)
        if applied.code != 0:
            word = f"--apply: exit {applied.code}"
            return {"word": word, "seconds": "", "transient": True}
        command = [presolve, "pin", spec.name, "-o", "pinned.yml", *self.flags()]
        result = peers.run(command, limit, cwd=folder)
        answer = verdicts.of_presolve(result)
        answer["transient"] = answer["word"] in ("undecided", "timeout")
        return answer | {"seconds": round(result.seconds, 2)}

    def of_presolve(self, kind: str, spec: Path, answer) -> dict:
        question = {"kind": kind, "binary": self.binary, "runs": self.args.runs}
        question |= {"spec": agreement.contents(spec), "timeout": self.args.timeout}
        return self.cache.get(question, lambda: answer(spec))

    def row(self, spec: Path) -> dict:
        spec = self.copied(spec)
        row = dict.fromkeys(COLUMNS, "") | {"file": spec.parent.name}
        pin = self.of_presolve("failed pin", spec, self.failed_pin)
        row["presolve"] = pin["word"]
        if pin["word"] not in ("unsolvable", "missing"):
            return row
        answer = self.of_presolve("explanation", spec, self.explanation)
        said = read_explanation(answer["text"])
        if answer["code"] != 1:
            row["presolve"] = f"exit {answer['code']}"
        row |= {
            "conflicts": said.conflicts,
            "core": len(said.core),
            "fixes": said.fixes,
            "cut_off": "yes" if CUT_OFF in answer["text"] else "",
            "lines": lines(answer["text"] + answer["errors"]),
            "characters": len(answer["text"] + answer["errors"]),
            "conflict_lines": said.conflict_lines,
            "pin_seconds": round(pin["seconds"], 2),
            "first_seconds": round(answer["first"], 2),
            "explain_seconds": round(answer["seconds"], 2),
            "ratio": round(answer["seconds"] / pin["seconds"], 2),
        }
        self.ask_peers(row, self.read(spec), said)
        if self.args.mend and said.fixes and not row["cut_off"]:
            mended = self.of_presolve("mended", spec, self.mended)
            row |= {"mended": mended["word"], "mended_seconds": mended["seconds"]}
        return row

    def ask_peers(self, row: dict, reading: dict, said: Said) -> None:
        """The same question to rattler and uv, and what they name."""
        specs = list(reading["conda"])
        row["declared"] = len(specs) + len(reading["pip"]["requirements"])
        if reading["has_pip"] and not any(agreement.named(s, "pip") for s in specs):
            specs.append("pip")
        conda = self.conda(reading["channels"], specs)
        row["rattler"] = verdicts.conda_word(conda)
        texts = {"rattler": conda["error"] if conda["verdict"] == "unsolvable" else ""}
        names = list(said.core.values())
        if conda["verdict"] == "unsolvable":
            row |= self.rounds(reading["channels"], specs, conda)
        missing = [name_of(one) for one in conda.get("unmatched", [])]
        row["not_named"] = " ".join(one for one in missing if one not in names)
        if reading["has_pip"]:
            texts["uv"] = self.uv_words(row, reading, conda.get("records", []))
        for peer, text in texts.items():
            if text:
                row[f"{peer}_lines"] = lines(text)
                row[f"{peer}_characters"] = len(text)
                row[f"{peer}_names"] = mentioned(names, text)
        if any(texts.values()):
            row["peers_names"] = mentioned(names, "\n".join(texts.values()))

    def rounds(self, channels: list[str], specs: list[str], answer: dict) -> dict:
        """How often rattler has to be asked until it finds a solution, if of each
        answer the last line that it names, python aside, is taken out; and how
        much it prints until then."""
        specs, printed = list(specs), 0
        for asked in range(1, MOST_ROUNDS + 1):
            if answer["verdict"] != "unsolvable":
                return {"rattler_rounds": str(asked), "rattler_rounds_lines": printed}
            printed += lines(answer["error"])
            named = found_in([name_of(spec) for spec in specs], answer["error"])
            culprits = [name for name in named if name != "python"] or named
            if not culprits:
                word = f"{asked}, then it names no line"
                return {"rattler_rounds": word, "rattler_rounds_lines": printed}
            specs = [spec for spec in specs if name_of(spec) != culprits[-1]]
            answer = self.conda(channels, specs)
        word = f"more than {MOST_ROUNDS}"
        return {"rattler_rounds": word, "rattler_rounds_lines": printed}

    def uv_words(self, row: dict, reading: dict, records: list[dict]) -> str:
        """What uv says of the pip list, if it finds no solution: on what rattler
        chose, else for the Python that the file asks for."""
        python = agreement.python_of(records) or python_asked(reading)
        if not python:
            row["uv"] = "no python"
            return ""
        row["uv_python"] = python
        half = PipHalf(
            agreement.declared_lines(reading),
            verdicts.provided(records, self.mapping),
            python,
            agreement.limits(reading),
        )

        def ask() -> dict:
            result = self.peers.run_uv(half, ["--no-progress"])
            return peers.uv_answer(result) | {"text": peers.uv_reason(result.stderr)}

        question = {"lines": half.lines, "provided": half.provided, "python": python}
        answer = self.peer("words of uv", question | {"limits": half.limits}, ask)
        row["uv"] = answer["verdict"]
        return answer["text"] if answer["verdict"] == "unsolvable" else ""


def run_watched(command: list, limit: float, cwd: Path) -> tuple[Run, float]:
    """Runs a command; tells also after how many seconds its first line came."""
    start = time.monotonic()
    with subprocess.Popen(
        ["timeout", str(limit), *map(str, command)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env=peers.clean_environment(),
        cwd=cwd,
    ) as process, ThreadPoolExecutor(1) as other:
        errors = other.submit(process.stderr.read)
        text = process.stdout.readline()
        first = time.monotonic() - start
        text += process.stdout.read()
        code = process.wait()
        seconds = time.monotonic() - start
        return Run(code, text, errors.result(), seconds), first


def read_explanation(text: str) -> Said:
    """Reads the report for people: what stands above a row of marks is a culprit."""
    heading = FIXES.search(text)
    conflicts = text[: heading.start()] if heading else text
    said = Said(conflict_lines=lines(conflicts))
    said.conflicts = len(re.findall(r"^error\[", conflicts, re.M))
    if heading:
        said.fixes = len(re.findall(r"^ +\d+\. ", text[heading.end() :], re.M))
    above = None
    for line in conflicts.splitlines():
        if source := re.match(r"^ *(\d+) \| ?(.*)$", line):
            above = source
        elif above and (marks := re.match(r"^ *\| ?( *)(\^+|-+)", line)):
            start, length = len(marks[1]), len(marks[2])
            said.core[int(above[1])] = name_of(above[2][start : start + length])
    return said


def name_of(line: str) -> str:
    """The package that a line of the conda or the pip half is about."""
    line = line.strip().strip("\"'").split("::")[-1]
    match = re.match(r"[\w.-]+", line)
    return normalized(match[0]) if match else ""


def python_asked(reading: dict) -> str | None:
    """The Python that the conda half names, with its minor version at least."""
    for line in reading["conda"]:
        if name_of(line) == "python" and (found := re.search(r"\d+(\.\d+)+", line)):
            return found[0]
    return None


def mentioned(names: list[str], text: str) -> str:
    """How many of the names stand in a text, as `2/3`."""
    return f"{len(found_in(names, text))}/{len(names)}"


def found_in(names: list[str], text: str) -> list[str]:
    """The packages whose names stand in a text, however they are spelled."""
    text = re.sub(r"(?<=\w)[-_.]+(?=\w)", "-", text).lower()
    standing = lambda one: rf"(?<![\w-]){re.escape(one)}(?![a-z-])"  # noqa: E731
    return [one for one in names if re.search(standing(one), text)]


def lines(text: str) -> int:
    return sum(bool(line.strip()) for line in text.splitlines())


def write_table(path: Path, rows: list[dict]) -> None:
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, dialect="excel-tab")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    args = arguments()
    harness = Harness(args)
    rows, broken = [], 0
    with ThreadPoolExecutor(args.jobs) as pool:
        specs = agreement.specs_of(args.specs, args.only)
        for done in as_completed([pool.submit(harness.row, spec) for spec in specs]):
            try:
                row = done.result()
            except Exception:  # one file must not end the run for the others
                traceback.print_exc()
                broken += 1
                continue
            rows = sorted([*rows, row], key=lambda row: row["file"])
            write_table(harness.out / "explain.tsv", rows)
            shown = ("presolve", "lines", "rattler_lines", "uv_lines", "ratio", "file")
            print(*(row[name] or "-" for name in shown), flush=True)
    text = explain_summary.markdown(rows, harness.versions)
    (harness.out / "explain.md").write_text(text)
    print(text)
    wrong = [row for row in rows if row["not_named"] or row["mended"] not in MENDED]
    if broken or wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
