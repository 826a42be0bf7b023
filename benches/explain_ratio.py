#!/usr/bin/env python3
"""Times `presolve explain` beside the `presolve pin` that failed; see README.md."""

import argparse
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile
import time

from compare import ROOT, serve

# What a linux machine of today has: the same answer everywhere.
TARGET = ["--platform", "linux-64"]
for package in ["__glibc=2.35", "__linux=5.15", "__archspec=1=x86_64_v3"]:
    TARGET += ["--virtual-package", package]

UNSOLVABLE = 1

# How the first line of a conflict and of a fix begins.
CONFLICT = re.compile(r"(error|warning)\[|line \d+: ")
FIX = re.compile(r"  \d+\. ")

COLUMNS = ["failed pin", "explain", "ratio", "core", "fix", "fixes", "mended", "ratio"]


def main():
    arguments = parse()
    with tempfile.TemporaryDirectory(prefix="presolve-bench-") as folder:
        bench = Bench(arguments, pathlib.Path(folder))
        print(f"{'file':<60}", *[f"{column:>10}" for column in COLUMNS])
        rows = [row for file in bench.files() for row in bench.row(file)]
    summary(rows)


def parse():
    shared = ROOT.parent / "shared"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=pathlib.Path, help="environment files [default: the fixtures, and ../shared/specs]")
    parser.add_argument("--presolve", default=str(ROOT / "target/release/presolve"), help="the binary")
    parser.add_argument("--channels", type=pathlib.Path, default=shared / "channels", help="a folder with the channels")
    parser.add_argument("--mapping", type=pathlib.Path, default=shared / "mapping/compressed_mapping.json")
    parser.add_argument("--specs", type=pathlib.Path, default=shared / "specs", help="a folder with environment files")
    parser.add_argument("--cache-dir", type=pathlib.Path, help="a cache that outlives the run")
    parser.add_argument("--timeout", type=int, default=120, help="the limit of each run, in seconds")
    parser.add_argument("--runs", type=int, default=3, help="runs of each `pin`")
    parser.add_argument("--mended", action="store_true", help="time `pin` of the file with fix 1, too")
    return parser.parse_args()


class Bench:
    def __init__(self, arguments, folder):
        self.arguments = arguments
        self.folder = folder
        self.channels = serve(arguments.channels) if arguments.channels.is_dir() else None

    def files(self):
        """Each file with the flags for it."""
        if self.arguments.files:
            return [(file, self.flags()) for file in self.arguments.files]
        # The presolve.toml beside a fixture says where its channels are.
        fixtures = sorted((ROOT / "fixtures").glob("*/*.yml"))
        files = [(file, []) for file in fixtures]
        if not self.arguments.specs.is_dir() or self.channels is None:
            print("skipped: there are no real specs")
            return files
        specs = sorted(self.arguments.specs.glob("*.y*ml"))
        return files + [(file, self.flags()) for file in specs]

    def flags(self):
        if self.channels is None:
            return []
        flags = [*TARGET, "--channel-alias", self.channels]
        return flags + ["--mapping", str(self.arguments.mapping)] * self.arguments.mapping.is_file()

    def row(self, item):
        """The figures of a file, if it cannot be solved."""
        file, flags = item
        # Beside the copy stands what is beside the file: `-r` files and presolve.toml.
        if flags:
            (self.folder / "presolve.toml").write_text(
                f'default-channels = ["{self.channels}/pkgs/main", "{self.channels}/pkgs/r"]\n' if self.channels else ""
            )
            copy = self.folder / file.name
            shutil.copy(file, copy)
        else:
            copy = file
        first = self.run("pin", copy, flags)
        if first.code != UNSOLVABLE:
            return
        self.run("explain", copy, flags)
        failed = statistics.median(self.run("pin", copy, flags).end for _ in range(self.arguments.runs))
        told = self.run("explain", copy, flags)
        row = {
            "failed": failed,
            "explain": told.end,
            "ratio": told.end / failed,
            "core": told.first(CONFLICT),
            "fix": told.first(FIX),
            "fixes": told.count(FIX),
        }
        if self.arguments.mended and row["fixes"]:
            row["mended"] = self.mended(copy, flags)
            row["by_mended"] = row["explain"] / row["mended"]
        print(f"{file.name[-60:]:<60}", *[shown(value) for value in row.values()], flush=True)
        yield row

    def mended(self, file, flags):
        mended = self.folder / f"mended{file.suffix}"
        shutil.copy(file, mended)
        if not flags:
            shutil.copy(file.parent / "presolve.toml", self.folder)
        self.run("explain", mended, [*flags, "--apply", "1"])
        runs = [self.run("pin", mended, flags) for _ in range(self.arguments.runs)]
        assert all(run.code == 0 for run in runs), f"fix 1 of {file} does not mend it"
        return statistics.median(run.end for run in runs)

    def run(self, command, file, flags):
        line = [self.arguments.presolve, command, "-q", str(file), *flags]
        line += ["--timeout", f"{self.arguments.timeout}s"]
        if self.arguments.cache_dir or flags:
            line += ["--cache-dir", str(self.arguments.cache_dir or self.folder / "cache")]
        if command == "pin":
            line += ["-o", str(self.folder / "pinned.yml")]
        return Run(line)


class Run:
    """One run of a program: when it printed which line, and how it ended."""

    def __init__(self, command):
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.lines = [(time.monotonic() - start, line) for line in process.stdout]
        self.code = process.wait()
        self.end = time.monotonic() - start

    def first(self, pattern):
        return next((at for at, line in self.lines if pattern.match(line)), None)

    def count(self, pattern):
        return sum(bool(pattern.match(line)) for _, line in self.lines)


def shown(value):
    return f"{'-' if value is None else value if isinstance(value, int) else f'{value:.2f}':>10}"


def summary(rows):
    if not rows:
        return
    ratios = [row["ratio"] for row in rows]
    within = sum(ratio <= 10 for ratio in ratios)
    print(f"\n{len(rows)} files: median ratio {statistics.median(ratios):.1f}, {within} within 10")
    print(f"{sum(row['fixes'] > 0 for row in rows)} with a fix")
    by_mended = [row["by_mended"] for row in rows if "by_mended" in row]
    if by_mended:
        print(f"median ratio to `pin` of the mended file {statistics.median(by_mended):.1f}")


if __name__ == "__main__":
    main()
