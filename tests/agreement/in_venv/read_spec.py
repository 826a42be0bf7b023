"""Reads an environment file without presolve: ruamel.yaml for the YAML, rattler
for conda's lines, and pip's own parser for pip's lines, which conda hands to
pip in a file beside the spec. Prints what it found as JSON."""

import json
import os
import sys
import tempfile
from pathlib import Path

from pip._internal.network.session import PipSession
from pip._internal.req.constructors import install_req_from_parsed_requirement
from pip._internal.req.req_file import (
    RequirementsFileParser,
    get_line_parser,
    handle_requirement_line,
)
from rattler import MatchSpec
from ruamel.yaml import YAML


class Refused(Exception):
    """The file means nothing."""


def decode(data: bytes) -> str:
    for mark, encoding in [
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ]:
        if data.startswith(mark):
            return data.decode(encoding)
    return data.decode("utf-8")


def load(path: Path) -> dict:
    document = YAML(typ="safe", pure=True).load(decode(path.read_bytes()))
    if not isinstance(document, dict):
        raise Refused("not a mapping")
    return document


def split(dependencies) -> tuple[list[str], list[str]]:
    """The conda lines and the pip lines."""
    conda, pip = [], []
    if not isinstance(dependencies, list):
        raise Refused("`dependencies` is no list")
    for entry in dependencies:
        if isinstance(entry, str):
            conda.append(entry)
        elif isinstance(entry, dict):
            for installer, lines in entry.items():
                if installer != "pip":
                    raise Refused(f"no installer `{installer}`")
                if not isinstance(lines or [], list):
                    raise Refused("the pip list is no list")
                pip += [str(line) for line in lines or []]
        else:
            raise Refused(f"an entry is a {type(entry).__name__}")
    return conda, pip


def conda_line(text: str) -> str:
    # conda strips what follows a `#`.
    text = text.split("#")[0].strip()
    try:
        MatchSpec(text)
    except Exception as error:
        raise Refused(f"`{text}`: {error}") from error
    return text


def pip_requirement(line) -> dict:
    requirement = install_req_from_parsed_requirement(handle_requirement_line(line))
    link = requirement.link
    opaque = requirement.editable or (link is not None and not link.is_wheel)
    name = requirement.req.name if requirement.req else None
    text = str(requirement.req) if requirement.req else line.requirement
    if not opaque and link is not None:
        # pip tells the release from the wheel's name, but takes this very file.
        text = f"{name} @ {link.url}"
    if requirement.markers and not requirement.editable:
        base = text.split(";")[0].strip()
        text = f"{base} ; {requirement.markers}"
    return {"text": text, "name": name, "opaque": bool(opaque)}


def pip_options(opts) -> list[str]:
    options = []
    if opts.index_url:
        options.append(f"--index-url {opts.index_url}")
    for url in opts.extra_index_urls or []:
        options.append(f"--extra-index-url {url}")
    for link in opts.find_links or []:
        options.append(f"--find-links {link}")
    if opts.no_index:
        options.append("--no-index")
    if opts.pre:
        options.append("--pre")
    return options


def read_pip(lines: list[str], folder: Path) -> dict:
    found = {"requirements": [], "constraints": [], "options": []}
    if not lines:
        return found
    # As conda does: `-r` and paths are relative to the spec's folder.
    handle, name = tempfile.mkstemp(dir=folder, suffix=".requirements.txt")
    try:
        with os.fdopen(handle, "w") as file:
            file.write("\n".join(lines))
        parser = RequirementsFileParser(PipSession(), get_line_parser(None))
        for line in parser.parse(name, constraint=False):
            if line.requirement is None:
                found["options"] += pip_options(line.opts)
            elif line.constraint:
                found["constraints"].append(pip_requirement(line))
            else:
                found["requirements"].append(pip_requirement(line))
    finally:
        os.unlink(name)
    return found


def read(path: Path) -> dict:
    document = load(path)
    conda, pip = split(document.get("dependencies") or [])
    channels = document.get("channels") or []
    if isinstance(channels, str):
        channels = [channels]
    return {
        "ok": True,
        "channels": [str(channel) for channel in channels],
        "conda": [conda_line(line) for line in conda],
        "has_pip": bool(pip),
        "pip": read_pip(pip, path.parent),
    }


def main() -> None:
    try:
        result = read(Path(sys.argv[1]))
    except Exception as error:  # whatever its parsers throw, it is a refusal
        text = f"{type(error).__name__}: {error}"
        result = {"ok": False, "error": " ".join(text.split())[:300]}
    print(json.dumps(result))


main()
