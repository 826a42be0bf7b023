"""What the tools that formats are for make of lock files.

Takes the paths as JSON on stdin, prints what was read as JSON: pixi.lock by
rattler, conda-lock.yml by conda-lock, and what conda-lock renders from it."""

import json
import logging
import re
import sys
from pathlib import Path

PLATFORM = "linux-64"


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def read_pixi(path: Path) -> dict:
    import rattler

    environment = rattler.LockFile.from_path(path).default_environment()
    platform = next(one for one in environment.platforms() if one.name == PLATFORM)
    records = environment.conda_repodata_records_for_platform(platform)
    pypi = environment.pypi_packages_for_platform(platform) or []
    return {
        "conda": [record(one) for one in records],
        "pypi": {normalized(one.name): str(one.version) for one in pypi},
        "unhashed": [one.name for one in pypi if one.hashes is None],
    }


def record(one) -> dict:
    return {
        "name": one.name.normalized,
        "version": str(one.version),
        "build": str(one.build),
        "url": one.url,
        "md5": one.md5.hex() if one.md5 else None,
        "depends": list(one.depends),
    }


def read_conda_lock(path: Path) -> dict:
    from conda_lock.conda_lock import render_lockfile_for_platform
    from conda_lock.lockfile import parse_conda_lock_file

    logging.disable(logging.WARNING)
    lock = parse_conda_lock_file(path)
    conda = [one for one in lock.package if one.manager == "conda"]
    pypi = [one for one in lock.package if one.manager == "pip"]
    rendered = render_lockfile_for_platform(
        lockfile=lock,
        extras=set(),
        include_dev_dependencies=False,
        kind="explicit",
        platform=PLATFORM,
    )
    return {
        "conda": [
            {"name": one.name, "version": one.version, "build": one.build}
            for one in conda
        ],
        "pypi": {normalized(one.name): one.version for one in pypi},
        "rendered": rendered,
    }


def main() -> None:
    question = json.load(sys.stdin)
    readers = {"pixi": read_pixi, "conda-lock": read_conda_lock}
    answer = {}
    for name, reader in readers.items():
        if path := question.get(name):
            try:
                answer[name] = reader(Path(path))
            except Exception as error:  # whatever it is, the tool refuses the file
                answer[name] = {"error": f"{type(error).__name__}: {error}"[:500]}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
