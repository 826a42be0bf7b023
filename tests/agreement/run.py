"""Runs presolve beside the tools that will do the build, and tells where they
differ. See README.md."""

import argparse
import csv
import fnmatch
import hashlib
import json
import re
import shutil
import tomllib
import traceback
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import peers
import summary
import verdicts
from cache import Cache, digest
from peers import Peers, PipHalf, normalized, run

HERE = Path(__file__).parent
COLUMNS = [
    "file",
    "part",
    "reader",
    "presolve",
    "code",
    "warnings",
    "first_error",
    "rattler",
    "pip_half",
    "pip_tool",
    "agree",
    "difference",
    "records",
    "versions",
    "conda_pins",
    "pip_pins",
    "seconds",
    "rattler_seconds",
    "pip_seconds",
]


def parser(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--presolve", type=Path, required=True, help="the binary")
    parser.add_argument("--specs", type=Path, required=True, help="a folder")
    parser.add_argument("--channels", required=True, help="the URL above the channels")
    parser.add_argument("--mapping", type=Path, required=True, help="conda to PyPI")
    parser.add_argument("--only", default="*", help="a pattern of file names")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--timeout", type=int, default=120, help="seconds per tool")
    parser.add_argument("--out", type=Path, required=True, help="a folder for all")
    return parser


class Harness:
    """Judges files one by one."""

    def __init__(self, args: argparse.Namespace):
        self.args = args
        self.out = args.out.resolve()
        self.out.mkdir(parents=True, exist_ok=True)
        python = peers.install(self.out / "venv")
        self.peers = Peers(python, self.out, args.channels, limit=args.timeout)
        self.versions = peers.versions(python)
        self.binary = digest(args.presolve)
        self.mapping = json.loads(args.mapping.read_text())
        self.cache = Cache(self.out / "cache")
        for folder in ("specs", "parts", "pinned", "logs"):
            (self.out / folder).mkdir(exist_ok=True)
            self.settings(self.out / folder / "presolve.toml")

    def settings(self, path: Path) -> None:
        """What presolve cannot be told by flags stands beside the files."""
        root = self.args.channels.rstrip("/")
        path.write_text(
            f'default-channels = ["{root}/pkgs/main", "{root}/pkgs/r"]\n'
        )

    def peer(self, kind: str, question: dict, answer) -> dict:
        key = {"kind": kind, "tools": self.versions, "world": self.args.channels}
        return self.cache.get(key | question, answer)

    def presolve(self, spec: Path) -> dict:
        """presolve's verdict and, where it has one, the pinned file's text."""
        # Beside the spec, so that `-r` lines still lead where they led.
        pinned = spec.with_name(f"pinned-{spec.name}")

        def ask() -> dict:
            pinned.unlink(missing_ok=True)
            limit = self.args.timeout
            command = [self.args.presolve, "pin", spec, "-o", pinned, *self.flags()]
            result = run(command, limit + 30)
            (self.out / "logs" / f"{spec.parent.name}.log").write_text(result.stderr)
            answer = verdicts.of_presolve(result)
            answer["seconds"] = round(result.seconds, 2)
            answer["pinned"] = text_of(pinned) if pinned.exists() else None
            pinned.unlink(missing_ok=True)
            answer["transient"] = answer["word"] in ("undecided", "timeout")
            return answer

        question = {"kind": "presolve", "binary": self.binary}
        question |= {"spec": contents(spec), "timeout": self.args.timeout}
        return self.cache.get(question, ask)

    def flags(self) -> list:
        """What presolve is told of the target and of where things are."""
        flags = ["--channel-alias", self.args.channels]
        flags += ["--mapping", self.args.mapping.resolve()]
        flags += ["--platform", peers.PLATFORM]
        flags += ["--channel-priority", self.peers.priority]
        flags += ["--cache-dir", self.out / "presolve-cache"]
        flags += ["--timeout", f"{self.args.timeout}s", "--virtual-package", "__cuda="]
        for name, value in peers.VIRTUAL_PACKAGES.items():
            flags += ["--virtual-package", f"{name}={value}"]
        return flags

    def read(self, spec: Path) -> dict:
        code = digest(HERE / "in_venv" / "read_spec.py")
        question = {"spec": contents(spec), "code": code}
        return self.peer("read", question, lambda: self.peers.read(spec))

    def conda(self, channels: list[str], specs: list[str]) -> dict:
        # As conda does, `channel::` adds a channel that the file does not list.
        named = [spec.split("::")[0] for spec in specs if "::" in spec]
        if more := [name for name in dict.fromkeys(named) if name not in channels]:
            implied = {"defaults", "nodefaults"} & set(channels)
            channels = [*channels, *([] if implied else ["defaults"]), *more]
        question = {"channels": channels, "specs": specs}
        ask = lambda: self.peers.solve_conda(channels, specs)  # noqa: E731
        return self.peer("conda", question, ask)

    def pip_half(self, half: PipHalf) -> dict:
        """uv's answer, or pip's where uv will not read what pip reads; where uv
        finds no solution, a pip that reads more has the last word."""
        question = {"lines": half.lines, "provided": half.provided}
        question["python"] = half.python
        if half.limits:
            question["limits"] = half.limits

        answer = self.peer("pip", question, lambda: self.peers.compile(half))
        asked_again = ["refused", "error", "build failed"]
        if reads_legacy_metadata(half.pip):
            asked_again.append("unsolvable")
        if answer["verdict"] in asked_again:
            question["pip"] = half.pip
            second = self.peer("pip itself", question, lambda: self.peers.pip(half))
            # Told of a Python that it does not run on, pip reads markers for its
            # own and builds nothing: its no says little.
            sure = ("solved", "unsolvable") if second["tool"] == "pip" else ()
            if second["verdict"] in ("solved", *sure):
                return second
        return {"tool": "uv"} | answer

    def refused(self, versions: dict, python: str) -> dict:
        question = {"refused": versions, "python": python}
        return self.peer(
            "refused", question, lambda: self.peers.refused(versions, python)
        )

    def judge(self, spec: Path, part: str) -> dict:
        """The row of one file."""
        reading = self.read(spec)
        answer = self.presolve(spec)
        if answer["pinned"]:
            (self.out / "pinned" / spec.parent.name).write_text(answer["pinned"])
        said = verdicts.Verdict(
            answer["word"],
            answer["code"],
            answer["errors"],
            answer["first"],
            answer["warnings"],
        )
        row = dict.fromkeys(COLUMNS, "") | {
            "file": spec.parent.name,
            "part": part,
            "reader": "ok" if reading["ok"] else reading["error"],
            "presolve": said.word,
            "code": said.code,
            "warnings": " ".join(said.warnings),
            "first_error": said.first,
            "seconds": answer["seconds"],
            "rattler": "none",
            "pip_half": "none",
        }
        if reading["ok"]:
            self.ask_peers(row, reading, answer)
        row["difference"] = verdicts.compare(row, said, reading)
        reason = verdicts.not_judged(said, row) if reading["ok"] else ""
        row["agree"] = "not judged" if reason else "no" if row["difference"] else "yes"
        if reason:
            row["difference"] = reason
        return row

    def ask_peers(self, row: dict, reading: dict, answer: dict) -> None:
        specs = list(reading["conda"])
        if reading["has_pip"] and not any(named(spec, "pip") for spec in specs):
            specs.append("pip")
        conda = self.conda(reading["channels"], specs)
        row["rattler"] = verdicts.conda_word(conda)
        row["rattler_seconds"] = conda.get("seconds", "")
        pins = read_pinned(answer["pinned"]) if answer["pinned"] else None
        if pins is None:
            if conda["verdict"] == "solved" and reading["has_pip"]:
                self.two_steps(row, reading, conda["records"])
            return
        again = self.conda(pins["channels"] or reading["channels"], pins["conda"])
        if again["verdict"] != "solved":
            row["conda_pins"] = f"{again['verdict']}: {again.get('error', '')[:300]}"
            return
        pinned = [split_pin(text) for text in pins["conda"]]
        row["conda_pins"] = (
            verdicts.records_difference(pinned, again["records"]) or "same"
        )
        if not reading["has_pip"] and conda["verdict"] == "solved":
            row["records"] = (
                verdicts.records_difference(pinned, conda["records"]) or "same"
            )
        if reading["has_pip"]:
            self.check_pip(row, reading, pins, again["records"])

    def check_pip(
        self, row: dict, reading: dict, pins: dict, records: list[dict]
    ) -> None:
        """The declared pip list and the pinned one, by uv or pip."""
        brought = verdicts.provided(records, self.mapping)
        python = python_of(records)
        pinned = self.peers.in_force(pins["pip"], python)
        versions = pinned_versions(pinned)
        chosen = {name: v for name, v in versions.items() if brought.get(name) != v}
        provided = {name: v for name, v in brought.items() if name not in chosen}
        half = self.pip_half(declared_pip(reading, provided, records))
        row["pip_half"] = half["verdict"]
        row["pip_tool"] = half.get("tool", "")
        row["pip_seconds"] = half.get("seconds", "")
        if half["verdict"] != "solved":
            row["versions"] = half.get("error", "")[:600]
        else:
            theirs = from_index(half["versions"])
            row["versions"] = verdicts.versions_difference(chosen, theirs) or "same"
            other = {n: v for n, v in theirs.items() if chosen.get(n) != v}
            if refused := self.refused(other, python):
                row["versions"] += f" / the peer's may not be installed: {refused}"
        again = declared_pip(reading, provided, records)
        again.lines = options(reading) + pins["pip"]
        again = self.pip_half(again)
        if again["verdict"] in verdicts.NO_ANSWER:
            row["pip_pins"] = f"no peer: {again.get('error', '')[:600]}"
        elif again["verdict"] != "solved":
            row["pip_pins"] = f"{again['verdict']}: {again.get('error', '')[:600]}"
        else:
            theirs = from_index(again["versions"])
            row["pip_pins"] = verdicts.versions_difference(chosen, theirs) or "same"

    def two_steps(self, row: dict, reading: dict, records: list[dict]) -> None:
        """Where presolve has no solution: conda first, then pip over it, as the
        build would."""
        python = python_of(records)
        if not python:
            row["pip_half"] = "no python"
            return
        brought = verdicts.provided(records, self.mapping)
        half = self.pip_half(declared_pip(reading, brought, records))
        row["pip_tool"] = half.get("tool", "")
        if half["verdict"] != "solved":
            free = self.pip_half(declared_pip(reading, {}, records))
            row["pip_tool"] += " replacing what conda brings"
            half = free
        row["pip_half"] = half["verdict"]
        row["pip_seconds"] = half.get("seconds", "")
        row["versions"] = half.get("error", "")[:600]
        if half["verdict"] == "solved":
            refused = self.refused(from_index(half["versions"]), python)
            if refused:
                row["pip_half"] = "not installable"
                row["versions"] = f"the peer's may not be installed: {refused}"

    def pip_part(self, spec: Path, row: dict) -> Path | None:
        """Where the conda half cannot be had here, the pip half on a bare python
        of the same minor version."""
        reading = self.read(spec)
        if not reading["ok"] or not reading["has_pip"] or row["rattler"] == "solved":
            return None
        pythons = [spec for spec in reading["conda"] if named(spec, "python")]
        minor = re.search(r"\d+\.\d+", pythons[0]) if pythons else None
        pips = [spec for spec in reading["conda"] if named(spec, "pip")]
        lines = declared_lines(reading)
        path = self.out / "parts" / f"{spec.parent.name}.pip" / "environment.yml"
        path.parent.mkdir(exist_ok=True)
        python = f"python={minor[0]}" if minor else "python"
        # The pip that the file asks for, where the channels at hand have it.
        channels = ["conda-forge", "nodefaults"]
        alone = [python, *(pip.split("::")[-1] for pip in pips)]
        if not pips or self.conda(channels, alone)["verdict"] != "solved":
            alone = [python, "pip"]
        path.write_text(environment(channels, alone, lines))
        return path

    def rows(self, spec: Path) -> list[dict]:
        copy = self.copied(spec)
        rows = [self.judge(copy, "whole")]
        part = self.pip_part(copy, rows[0])
        if part:
            rows.append(self.judge(part, "pip"))
        return rows


    def copied(self, spec: Path) -> Path:
        """The spec in a folder of its own that is named after it, with the files
        that its `-r` and `-c` lines may name."""
        place = spec.relative_to(self.args.specs)
        folder = self.out / "specs" / "__".join(place.parts)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        shutil.copyfile(spec, folder / spec.name)
        if len(place.parts) > 1:
            for other in spec.parent.glob("*.txt"):
                shutil.copyfile(other, folder / other.name)
        return folder / spec.name


def specs_of(folder: Path, pattern: str) -> list[Path]:
    """All YAML files of a folder, and those below it that list dependencies."""
    found = sorted(path for path in folder.rglob("*") if path.suffix in (".yml", ".yaml"))
    key = re.compile(rb"^dependencies\s*:", re.M)
    lists = lambda path: key.search(path.read_bytes())  # noqa: E731
    is_spec = lambda path: path.parent == folder or lists(path)  # noqa: E731
    wanted = lambda path: fnmatch.fnmatch(path.name, pattern)  # noqa: E731
    return [path for path in found if wanted(path) and is_spec(path)]


def contents(spec: Path) -> str:
    """The hash of a spec and of what lies beside it."""
    files = sorted(spec.parent.iterdir())
    texts = [(path.name, path.read_bytes()) for path in files if path.is_file()]
    return hashlib.sha256(repr((spec.name, texts)).encode()).hexdigest()


def environment(channels: list[str], conda: list[str], pip: list[str]) -> str:
    """An environment file with these lines."""
    lines = ["channels:", *entries(channels, "- "), "dependencies:"]
    lines += [*entries(conda, "- "), "- pip:", *entries(pip, "  - ")]
    return "\n".join(lines) + "\n"


def entries(texts: list[str], indent: str) -> list[str]:
    # A JSON string is a YAML string.
    return [indent + json.dumps(text) for text in texts]


def text_of(path: Path) -> str:
    """A file in the encoding that its first bytes tell."""
    data = path.read_bytes()
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return data.decode("utf-16" if wide else "utf-8-sig")


def named(spec: str, name: str) -> bool:
    match = re.match(r"^(?:[^\s\[]*::)?([\w.-]+)", spec)
    return bool(match) and match[1].lower() == name


def reads_legacy_metadata(pip: str) -> bool:
    """Until 24.1, pip took versions and specifiers that break PEP 440 (its news)."""
    parts = [int(part) for part in re.findall(r"\d+", pip)[:2]]
    return bool(parts) and parts < [24, 1]


def options(reading: dict) -> list[str]:
    return reading["pip"]["options"]


def declared_lines(reading: dict) -> list[str]:
    """The pip list without what only foreign code can resolve."""
    lines = [one["text"] for one in reading["pip"]["requirements"] if not one["opaque"]]
    return options(reading) + lines


def limits(reading: dict) -> list[str]:
    return [one["text"] for one in reading["pip"]["constraints"]]


def declared_pip(reading: dict, provided: dict, records: list[dict]) -> PipHalf:
    return PipHalf(
        declared_lines(reading),
        provided,
        version_of("python", records),
        limits(reading),
        version_of("pip", records),
    )


def python_of(records: list[dict]) -> str:
    return version_of("python", records)


def version_of(name: str, records: list[dict]) -> str:
    return next((one["version"] for one in records if one["name"] == name), "")


def from_index(found: dict) -> dict:
    """Without the stand-ins of what conda provides."""
    return {name: v for name, v in found.items() if not v.endswith("conda")}


def split_pin(text: str) -> dict:
    name, version, build = text.split("::")[-1].split("[")[0].split("=")
    return {"name": name.lower(), "version": version, "build": build}


def read_pinned(text: str) -> dict:
    """The pins of a pinned file. It is written by presolve, one entry a line, so
    its lines tell all; whether it is YAML the peers have judged already."""
    conda, pip = [], []
    for line in text.splitlines():
        entry = re.match(r"^\s*- +(\"[^\"]*\"|'(?:[^']|'')*'|[^#]*[^#\s])", line)
        if not entry:
            continue
        entry = unquoted(entry[1])
        if re.match(r"^[\w.-]+(\[[^\]]*\])?==[^\s;]+\s*(;.*)?$", entry):
            pip.append(entry)
        elif re.match(r"^(\S+::)?[\w.-]+=[^=\s]+=[^=\s\[]+(\[\w+=\w+\])?$", entry):
            conda.append(entry)
    return {"conda": conda, "pip": pip, "channels": channels(text)}


def pinned_versions(lines: list[str]) -> dict:
    pins = (re.match(r"([\w.-]+).*?==([^\s;]+)", line) for line in lines)
    return {normalized(pin[1]): pin[2] for pin in pins}


def unquoted(entry: str) -> str:
    if entry.startswith("'"):
        return entry[1:-1].replace("''", "'")
    return entry[1:-1] if entry.startswith('"') else entry


def channels(text: str) -> list[str]:
    block = re.search(r"^channels:\s*\n((?:[ \t]*(?:- .*|#.*)?\n)+)", text, re.M)
    found = re.findall(r"- +[\"']?([^\s\"'#]+)", block[1]) if block else []
    return found


def write_table(path: Path, rows: list[dict]) -> None:
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, dialect="excel-tab")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    args = parser(__doc__).parse_args()
    harness = Harness(args)
    known = tomllib.loads((HERE / "known-differences.toml").read_text())
    specs = specs_of(args.specs, args.only)
    rows, broken = [], 0
    with ThreadPoolExecutor(args.jobs) as pool:
        for done in as_completed([pool.submit(harness.rows, spec) for spec in specs]):
            try:
                found = done.result()
            except Exception:  # one file must not end the run for the others
                traceback.print_exc()
                broken += 1
                continue
            summary.mark_known(found, known)
            rows = sorted(rows + found, key=lambda row: (row["file"], row["part"]))
            # After every file, so that a run that is broken off leaves its table.
            write_table(harness.out / "table.tsv", rows)
            for row in found:
                told = [row[name] for name in ("agree", "presolve", "part", "file")]
                print(*told, row["difference"], flush=True)
    text = summary.markdown(rows, harness.versions)
    (harness.out / "summary.md").write_text(text)
    print(text)
    if broken or summary.differences(rows):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
