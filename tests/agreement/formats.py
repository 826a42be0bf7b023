"""Gives presolve's files in every format to the tools that they are for.

Each file is pinned; what is pinned is then written in the other formats and read
by rattler, conda-lock and uv. See README.md."""

import argparse
import csv
import fnmatch
import hashlib
import json
import re
import shutil
import subprocess
import traceback
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import peers
from peers import normalized, run
from run import parser, read_pinned, split_pin, text_of

HERE = Path(__file__).parent
FORMATS = ["explicit", "conda-lock", "pixi", "requirements"]
COLUMNS = ["file", "pinned", "conda", "pypi", *FORMATS]
# What some formats have no place for.
REFUSAL = re.compile(r"error\[(uncarriable-line|variable-in-url)\]")
# The harness could not judge the file.
BROKEN = "broken"


def arguments() -> argparse.Namespace:
    arguments = parser(__doc__)
    arguments.add_argument("--list", type=Path, help="a file with names, one a line")
    return arguments.parse_args()


class Harness:
    """Judges files one by one."""

    def __init__(self, args: argparse.Namespace):
        self.args = args
        self.presolve = args.presolve.resolve()
        self.out = args.out.resolve()
        for folder in ("specs", "pinned", "standins", *FORMATS):
            (self.out / folder).mkdir(parents=True, exist_ok=True)
        self.python = peers.install(self.out / "venv")
        if not (self.out / "venv" / "conda-lock-installed").exists():
            command = [self.python, "-m", "pip", "install", "--quiet", "conda-lock"]
            subprocess.run(command, check=True)
            (self.out / "venv" / "conda-lock-installed").touch()
        root = args.channels.rstrip("/")
        for folder in ("specs", "pinned"):
            (self.out / folder / "presolve.toml").write_text(
                f'default-channels = ["{root}/pkgs/main", "{root}/pkgs/r"]\n'
            )

    def write(self, spec: Path, name: str, place: Path) -> peers.Run:
        """presolve's answer in a format."""
        command = [self.presolve, "pin", spec, "--format", name, "-o", place]
        command += ["--platform", peers.PLATFORM, "--color", "never"]
        command += ["--channel-alias", self.args.channels]
        command += ["--mapping", self.args.mapping]
        command += ["--cache-dir", self.out / "presolve-cache"]
        for package, version in peers.VIRTUAL_PACKAGES.items():
            command += ["--virtual-package", f"{package}={version}"]
        place.unlink(missing_ok=True)
        return run(command, self.args.timeout, cwd=spec.parent)

    def judge(self, spec: Path) -> dict:
        """The row of one file."""
        row = dict.fromkeys(COLUMNS, "") | {"file": spec.name}
        copy = self.out / "specs" / spec.name
        shutil.copyfile(spec, copy)
        pinned = self.out / "pinned" / spec.name
        answer = self.write(copy, "env", pinned)
        if answer.code != 0:
            row["pinned"] = "timeout" if answer.timed_out else f"no: {answer.code}"
            return row
        row["pinned"] = "yes"
        places = {}
        for name in FORMATS:
            place = self.out / name / spec.name
            written = self.write(pinned, name, place)
            if written.code == 0:
                places[name] = place
            elif REFUSAL.search(written.stderr):
                row[name] = "refused: a line that it has no place for"
            else:
                row[name] = f"not written: {peers.last_line(written.stderr)}"
        self.read(row, text_of(pinned), places)
        return row

    def read(self, row: dict, pinned: str, places: dict) -> None:
        question = {name: str(place) for name, place in places.items()}
        command = [self.python, HERE / "in_venv" / "read_formats.py"]
        result = run(command, self.args.timeout, json.dumps(question))
        read = json.loads(result.stdout) if result.code == 0 else {}
        records = conda_pins(pinned)
        row["conda"] = len(records)
        releases = None
        for name in ("pixi", "conda-lock"):
            if name in places:
                found = read.get(name, {"error": peers.last_line(result.stderr)})
                row[name] = found.get("error") or same_records(found["conda"], records)
                releases = releases or found.get("pypi")
        texts = {name: place.read_text() for name, place in places.items()}
        if "requirements" in texts:
            declared = requirements(texts["requirements"])
            releases = declared if releases is None else releases
            row["requirements"] = self.check_requirements(
                texts["requirements"], releases, records
            )
        row["pypi"] = len(releases or {})
        for name in ("pixi", "conda-lock"):
            if row[name] == "ok" and read[name]["pypi"] != releases:
                row[name] = f"other releases: {differing(read[name]['pypi'], releases)}"
        if "explicit" in texts:
            row["explicit"] = check_explicit(texts["explicit"], records, read)

    def check_requirements(self, text: str, releases: dict, records: set) -> str:
        """What uv makes of it where conda's packages are there already."""
        declared = requirements(text)
        if declared != releases:
            return f"other releases: {differing(declared, releases)}"
        if not declared:
            return "ok: nothing for pip"
        python = next((pin.split("=")[1] for pin in records if is_python(pin)), "")
        place, wheels = self.with_stand_ins(text)
        command = [self.python.parent / "uv", "pip", "install", "--dry-run"]
        command += ["--target", self.out / "nowhere", "--requirement", place]
        command += ["--python-version", python, "--python-platform", peers.UV_PLATFORM]
        command += ["--find-links", wheels, "--no-config", "--no-python-downloads"]
        command += ["--index-strategy", "unsafe-best-match", "--no-progress"]
        with_hashes = "--hash=" in text
        if with_hashes:
            command.append("--require-hashes")
        result = run(command, self.args.timeout, cwd=self.out / "pinned")
        if result.timed_out:
            return "uv: timeout"
        if result.code != 0:
            reason = re.search(r"^\s*(×|error:).*", result.stderr, re.M | re.S)
            return "uv: " + " ".join((reason[0] if reason else "").split())[:400]
        # As ` + name==version` or ` + name @ URL`.
        found = requirements("\n".join(re.findall(r"^ \+ (.*)", result.stderr, re.M)))
        found = {name: v for name, v in found.items() if not v.endswith("conda")}
        if found != releases:
            return f"uv: other releases: {differing(found, releases)}"
        return "ok" if with_hashes else "ok: without hashes"

    def with_stand_ins(self, text: str) -> tuple[Path, Path]:
        """The file without the lines that only foreign code can resolve, and
        with a hashed line for each project that conda brings."""
        brought = dict(re.findall(r"^#   ([\w.-]+)==(\S+)", text, re.M))
        wheels, constraints = peers.stand_ins(self.out / "standins", brought)
        lines = [line for line in text.splitlines() if is_plain(line)]
        for constraint in constraints:
            name, version = constraint.split("==")
            wheel = f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
            digest = hashlib.sha256((wheels / wheel).read_bytes()).hexdigest()
            hashed = f" --hash=sha256:{digest}" if "--hash=" in text else ""
            lines.append(constraint + hashed)
        place = self.out / "standins" / f"{peers.name_of(text)}.txt"
        place.write_text("\n".join(lines) + "\n")
        return place, wheels


def is_plain(line: str) -> bool:
    """A comment, an option, a hash, a release of an index or a wheel."""
    release = r"[\w.-]+(\[[^\]]*\])?(==| @ )"
    return bool(re.match(rf"(#|--|\s+--hash=|{release}|\S+\.whl\b)", line))


def is_python(pin: str) -> bool:
    return pin.startswith("python=")


def conda_pins(pinned: str) -> set:
    """`name=version=build` of a pinned file."""
    pins = (split_pin(pin) for pin in read_pinned(pinned)["conda"])
    return {record_text(pin) for pin in pins}


def record_text(record: dict) -> str:
    return f"{record['name'].lower()}={record['version']}={record['build']}"


def same_records(found: list[dict], records: set) -> str:
    read = {record_text(one) for one in found}
    if read == records:
        return "ok"
    return f"other records: {sorted(read ^ records)[:6]}"


def requirements(text: str) -> dict:
    """The releases of a requirements file."""
    name = r"^([\w.-]+)(?:\[[^\]]*\])?"
    found = re.findall(name + r"==([^\s;]+)", text, re.M)
    in_file = r"[^/\s]+?-(\d[^-/\s]*?)(?:-|\.tar|\.zip)"
    found += re.findall(rf"{name} @ \S+/{in_file}", text, re.M)
    found += re.findall(r"^[^\s#-]\S*/([\w.]+)-(\d[^-/\s]*)-\S+\.whl\b", text, re.M)
    return {normalized(name): version for name, version in found}


def differing(one: dict, other: dict) -> str:
    names = [name for name in {*one, *other} if one.get(name) != other.get(name)]
    shown = [f"{name} {one.get(name)}/{other.get(name)}" for name in sorted(names)]
    return " ".join(shown[:6])


def check_explicit(text: str, records: set, read: dict) -> str:
    """The same URLs and md5 as conda-lock renders, each behind what it needs."""
    lines = text.splitlines()
    urls = [line for line in lines if not line.startswith(("#", "@"))]
    if lines.count("@EXPLICIT") != 1 or len(urls) != len(records):
        return f"{len(urls)} URLs for {len(records)} records"
    rendered = read.get("conda-lock", {}).get("rendered")
    if rendered is not None:
        theirs = {line for line in rendered if not line.startswith(("#", "@"))}
        if theirs != set(urls):
            return f"other URLs: {sorted(theirs ^ set(urls))[:4]}"
        pip = [{bare(line) for line in some} for some in (lines, rendered)]
        if pip[0] != pip[1]:
            return f"other pip lines: {sorted(pip[0] ^ pip[1])[:4]}"
    known = {one["url"]: one for one in read.get("pixi", {}).get("conda", [])}
    names = {one["name"] for one in known.values()}
    seen = set()
    for url in urls:
        one = known.get(url.split("#")[0])
        if one is None:
            continue
        needs = {re.split(r"[\s=<>!~\[]", depends)[0] for depends in one["depends"]}
        if late := (needs & names) - seen - {one["name"]}:
            # Two that need each other have no order.
            cycle = {name for name in late if one["name"] in needs_of(known, name)}
            if late - cycle:
                return f"{one['name']} stands before {sorted(late - cycle)}"
        seen.add(one["name"])
    return "ok" if rendered is not None else "ok: not rendered by conda-lock"


def needs_of(known: dict, name: str) -> set:
    """All that a record needs, also at second hand."""
    by_name = {one["name"]: one["depends"] for one in known.values()}
    found, todo = set(), [name]
    while todo:
        for depends in by_name.get(todo.pop(), []):
            need = re.split(r"[\s=<>!~\[]", depends)[0]
            if need not in found:
                found.add(need)
                todo.append(need)
    return found


def bare(line: str) -> str:
    """A `# pip` line without its extras, which conda-lock does not keep."""
    return re.sub(r"\[[^\]]*\] @", " @", line) if line.startswith("# pip ") else ""


def summary(rows: list[dict]) -> str:
    pinned = [row for row in rows if row["pinned"] == "yes"]
    broken = sum(row["pinned"].startswith(BROKEN) for row in rows)
    text = f"{len(rows)} files, {len(pinned)} pinned, {broken} not judged\n\n"
    text += "| format | result | files |\n|---|---|---|\n"
    for name in FORMATS:
        # What differs is in the table.
        counts = Counter(row[name].split(" [")[0][:60] for row in pinned)
        for result, count in counts.most_common():
            text += f"| {name} | {result} | {count} |\n"
    return text


def is_bad(row: dict) -> bool:
    """Whether a file has no verdict, or one of its formats a bad one."""
    if row["pinned"] != "yes":
        return not row["pinned"].startswith("no: ")
    return not all(row[name].startswith(("ok", "refused")) for name in FORMATS)


def write_table(path: Path, rows: list[dict]) -> None:
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, dialect="excel-tab")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    args = arguments()
    harness = Harness(args)
    listed = set(args.list.read_text().split()) if args.list else None
    specs = sorted(
        path
        for path in args.specs.iterdir()
        if path.suffix in (".yml", ".yaml")
        and fnmatch.fnmatch(path.name, args.only)
        and (listed is None or path.name in listed)
    )
    rows = []
    with ThreadPoolExecutor(args.jobs) as pool:
        judged = {pool.submit(harness.judge, spec): spec for spec in specs}
        for done in as_completed(judged):
            try:
                row = done.result()
            except Exception as error:  # one file must not end the run for the others
                traceback.print_exc()
                row = dict.fromkeys(COLUMNS, "") | {"file": judged[done].name}
                row["pinned"] = f"{BROKEN}: {error!r}"
            rows = sorted([*rows, row], key=lambda row: row["file"])
            write_table(harness.out / "formats.tsv", rows)
            print(*row.values(), sep=" | ", flush=True)
    text = summary(rows)
    (harness.out / "formats.md").write_text(text)
    print(text)
    if not rows or any(map(is_bad, rows)):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
