#!/usr/bin/env python3
"""Refreshes the table of Azure ML's curated images that presolve ships.

    python3 refresh.py CLONE

CLONE is a clone of https://github.com/Azure/azureml-assets with all tags. Each release of an
environment has a tag with the Dockerfile from which Azure ML built the image.
"""

import collections
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
RELEASES = ["16.04", "18.04", "20.04", "22.04", "24.04"]
MARKS = ["ubuntu", "ubuntu:", "ubuntu-", "inference-base-", "inference-base-gpu-"]
PYTHON = re.compile(r"(?<![\w-])python\s*[=<>]=?\s*(\d+\.\d+)")
ON_PATH = re.compile(r"PATH[ =]\"?(\$\{?\w*CONDA\w*\}?/bin|/azureml-envs/[^:]*/bin)")


def git(*arguments):
    command = ["git", "-C", sys.argv[1], *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


class Files:
    """The files of commits, from one process of git."""

    def __init__(self):
        command = ["git", "-C", sys.argv[1], "cat-file", "--batch"]
        pipe = subprocess.PIPE
        self.git = subprocess.Popen(command, stdin=pipe, stdout=pipe)

    def text(self, name):
        self.git.stdin.write(name.encode() + b"\n")
        self.git.stdin.flush()
        head = self.git.stdout.readline().split()
        if head[-1] == b"missing":
            return ""
        text = self.git.stdout.read(int(head[2]))
        self.git.stdout.read(1)
        return text.decode(errors="replace")


def ubuntu(base):
    names = ((release, [release, release.replace(".", "")]) for release in RELEASES)
    for release, written in names:
        if any(mark + one in base for mark in MARKS for one in written):
            return release
    return "-"


def cuda(base):
    if long := re.search(r"cuda:?(\d+\.\d+(?:\.\d+)?)", base):
        return long[1]
    short = re.search(r"[-/]cu(\d\d)(\d)-", base)
    return f"{short[1]}.{short[2]}" if short else "-"


def python(base, dockerfile, conda):
    """The Python of the environment on the path, or that of the base image."""
    is_own = ON_PATH.search(dockerfile)
    versions = set(PYTHON.findall(f"{dockerfile}\n{conda}"))
    if is_own:
        return versions.pop() if len(versions) == 1 else "-"
    of_base = re.search(r"-py3(\d+)-", base)
    return f"3.{of_base[1]}" if of_base else "-"


def main():
    versions = collections.defaultdict(list)
    for tag in git("tag", "--list", "environment/*").split():
        if found := re.fullmatch(r"environment/(.+)/(\d+)", tag):
            versions[found[1]].append(int(found[2]))
    files, rows = Files(), []
    for name in sorted(versions):
        last = None
        for version in sorted(versions[name]):
            folder = f"environment/{name}/{version}:latest/environment/{name}"
            asset = files.text(f"{folder}/environment.yaml")
            image = re.search(r"^\s+name: azureml/curated/(\S+)", asset, re.M)
            dockerfile = files.text(f"{folder}/context/Dockerfile")
            if not image or not dockerfile:
                continue
            dockerfile = re.sub(r"^\s*#.*$", "", dockerfile, flags=re.M)
            base = re.findall(r"^FROM (\S+)", dockerfile, re.M | re.I)[-1]
            conda = files.text(f"{folder}/context/conda_dependencies.yaml")
            values = [ubuntu(base), cuda(base), python(base, dockerfile, conda)]
            if values != last:
                day = git("log", "-1", "--format=%cs", f"environment/{name}/{version}").strip()
                rows.append([image[1], str(version), day, *values])
                last = values
    (HERE / "images.tsv").write_text("".join("\t".join(row) + "\n" for row in rows))
    day = git("log", "-1", "--format=%cs").strip()
    (HERE / "date").write_text(day + "\n")
    print(f"{len(rows)} rows for {len({row[0] for row in rows})} images, {day}")


main()
