"""Which chosen releases have no file that the chosen Python may install.

uv reads `Requires-Python` as a lower bound, so what it chooses need not be
installable (docs.astral.sh/uv/reference/internals/resolver/#requires-python).
Takes a question as JSON on stdin, prints the answer as JSON."""

import json
import sys
import urllib.request

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

INDEX = "https://pypi.org/simple"
FORMAT = "application/vnd.pypi.simple.v1+json"


def files(name: str) -> list[dict]:
    request = urllib.request.Request(f"{INDEX}/{name}/", headers={"Accept": FORMAT})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)["files"]
    except OSError:
        return []


def version_of(filename: str) -> Version | None:
    try:
        if filename.endswith(".whl"):
            return parse_wheel_filename(filename)[1]
        return parse_sdist_filename(filename)[1]
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return None


def allows(file: dict, python: str) -> bool:
    try:
        specifiers = SpecifierSet(file.get("requires-python") or "")
    except InvalidSpecifier:
        return True
    return specifiers.contains(python, prereleases=True)


def refusal(name: str, version: str, python: str) -> str | None:
    """What the files of a release ask for, if none may be installed."""
    wanted = Version(version)
    some = [file for file in files(name) if version_of(file["filename"]) == wanted]
    if not some or any(allows(file, python) for file in some):
        return None
    return some[0]["requires-python"]


def main() -> None:
    question = json.load(sys.stdin)
    refused = {}
    for name, version in question["versions"].items():
        if "://" in version or "+" in version:
            continue
        requires = refusal(name, version, question["python"])
        if requires:
            refused[f"{name}=={version}"] = requires
    print(json.dumps(refused))


main()
