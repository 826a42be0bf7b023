#!/usr/bin/env python3
"""Refreshes the list of the most downloaded projects on PyPI that presolve ships.

    python3 refresh.py [FILE]

FILE is a copy of top-pypi-packages.min.json; without it, the current one is fetched. Needs
the `zstd` program. The list has the most downloaded names first, and the date of its source.
"""

import json
import pathlib
import re
import subprocess
import sys
import urllib.request

URL = "https://hugovk.dev/top-pypi-packages/top-pypi-packages.min.json"
HERE = pathlib.Path(__file__).parent
COUNT = 5_000


def main():
    if len(sys.argv) > 1:
        text = pathlib.Path(sys.argv[1]).read_bytes()
    else:
        with urllib.request.urlopen(URL, timeout=60) as answer:
            text = answer.read()
    source = json.loads(text)
    rows = sorted(source["rows"], key=lambda row: -row["download_count"])[:COUNT]
    names = [re.sub(r"[-_.]+", "-", row["project"]).lower() for row in rows]
    assert len(set(names)) == COUNT, "not the list"
    packed = subprocess.run(
        ["zstd", "--ultra", "-22", "--no-check", "-c"],
        input="\n".join(names).encode(),
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    (HERE / "names.zst").write_bytes(packed)
    date = source["last_update"].split()[0]
    (HERE / "date").write_text(date + "\n")
    print(f"{len(names)} names, {len(packed)} bytes, {date}")


main()
