#!/usr/bin/env python3
"""Refreshes the snapshot of the conda-to-PyPI mapping that presolve ships.

    python3 refresh.py [FILE]

FILE is a copy of compressed_mapping.json; without it, prefix.dev's current one is
fetched. Needs the `zstd` program. The snapshot is sorted, so that its diff in size says
what changed, and dated with today's date (or $SNAPSHOT_DATE, the date of FILE).
"""

import datetime
import json
import os
import pathlib
import subprocess
import sys
import urllib.request

URL = "https://conda-mapping.prefix.dev/compressed-v0/conda-forge/compressed_mapping.json"
HERE = pathlib.Path(__file__).parent


def main():
    if len(sys.argv) > 1:
        text = pathlib.Path(sys.argv[1]).read_bytes()
    else:
        with urllib.request.urlopen(URL, timeout=60) as answer:
            text = answer.read()
    mapping = json.loads(text)
    assert isinstance(mapping, dict) and len(mapping) > 10_000, "not the mapping"
    compact = json.dumps(mapping, sort_keys=True, separators=(",", ":"))
    packed = subprocess.run(
        ["zstd", "--ultra", "-22", "--no-check", "-c"],
        input=compact.encode(),
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    (HERE / "mapping.json.zst").write_bytes(packed)
    date = os.environ.get("SNAPSHOT_DATE") or datetime.date.today().isoformat()
    (HERE / "date").write_text(date + "\n")
    print(f"{len(mapping)} names, {len(packed)} bytes, {date}")


main()
