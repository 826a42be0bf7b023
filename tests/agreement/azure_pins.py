"""Whether the Azure ML SDK reads what presolve pinned.

Every different conda file of a folder becomes two environments: one that names it and one that
holds it. presolve pins both, and says in the formats of other tools what it pinned; the
SDK loads what was written. See README.md."""

import re
import shutil
from pathlib import Path
from typing import Callable

from peers import PLATFORM, VIRTUAL_PACKAGES, run

# An image whose glibc is that of the other agreements.
IMAGE = "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20240418.v1"
# What is installed as it is written, whatever the formats say of it.
OPAQUE = re.compile(r"^-|://|^\.")

Load = Callable[[list[Path]], list[dict]]


class Pinning:
    """presolve with the channels at hand."""

    def __init__(self, binary: Path, channels: str, mapping: Path, limit: int):
        self.binary, self.root, self.limit = binary, channels.rstrip("/"), limit
        self.flags = ["--channel-alias", self.root, "--mapping", str(mapping)]
        self.flags += ["--platform", PLATFORM]
        for name, value in VIRTUAL_PACKAGES.items():
            if name != "__unix":
                self.flags += ["--virtual-package", f"{name}={value.removesuffix('=0')}"]

    def settings(self, folder: Path) -> None:
        """Writes where `defaults` is."""
        text = f'default-channels = ["{self.root}/pkgs/main", "{self.root}/pkgs/r"]\n'
        (folder / "presolve.toml").write_text(text)

    def ask(self, command: list[str], path: Path):
        self.settings(path.parent)
        words = [self.binary, *command, path.name, *self.flags]
        return run(words, self.limit, cwd=path.parent)


def cases(files: list[Path], specs: Path, folder: Path) -> list[tuple[str, Path]]:
    """The environments: those at hand, and two of each different conda file at hand."""
    found: list[tuple[str, Path]] = []
    seen: set[str] = set()
    for number, path in enumerate(files):
        text = path.read_text(errors="replace")
        is_conda_file = re.search(r"^dependencies:", text, re.M)
        if not is_conda_file and not re.search(r"^conda_file:", text, re.M):
            continue
        # What it names stands beside or below it.
        place = folder / str(number)
        shutil.copytree(path.parent, place)
        for file in place.rglob("*.y*ml"):
            file.write_text(rendered(file.read_text(errors="replace")))
        name = str(path.relative_to(specs))
        if not is_conda_file:
            found.append((name, place / path.name))
        elif text not in seen:
            seen.add(text)
            found += [(f"{name} ({form})", made) for form, made in twins(place / path.name)]
    return found


def rendered(text: str) -> str:
    """A text whose templates for versions are left open."""
    return re.sub(r"\s*[=~><]=\s*\{\{[^}]*\}\}", "", text)


def twins(path: Path) -> list[tuple[str, Path]]:
    """An environment that names a conda file, and one that holds it."""
    head = f"name: case\nimage: {IMAGE}\nconda_file:"
    beside = path.with_name("presolve-beside.yml")
    beside.write_text(f"{head} {path.name}\n")
    text = path.read_text().removeprefix("\ufeff").removeprefix("---\n")
    lines = [f"  {line}".rstrip() for line in text.splitlines()]
    inline = path.with_name("presolve-inline.yml")
    inline.write_text(head + "\n" + "\n".join(lines) + "\ntags: {kept: yes}\n")
    return [("beside", beside), ("inline", inline)]


def compare(pinning: Pinning, load: Load, found: list[tuple[str, Path]], table) -> int:
    """Pins each case and compares; gives how many differ."""
    print("case", "verdict", "sdk", "conda", "pip", "context", sep="\t", file=table)
    pinned = []
    for name, path in found:
        answer = pinning.ask(["pin"], path)
        if answer.code == 0:
            pinned.append((name, path))
        else:
            why = re.search(r"^error\[([\w-]+)\]", answer.stderr, re.M)
            verdict = why.group(1) if why else f"exit code {answer.code}"
            print(name, verdict, "", "", "", "", sep="\t", file=table, flush=True)
    bad = 0
    for (name, path), read in zip(pinned, load([path for _, path in pinned]), strict=True):
        cells = [read["complaint"] or "ok", "", "", ""]
        if read["conda_file"] is not None:
            spec = normal(read["conda_file"])
            cells[1:] = [*halves(pinning, path, spec), context(pinning, path, spec)]
        is_good = all(cell == "same" or cell.startswith("refused: ") for cell in cells[1:])
        bad += not (cells[0] == "ok" and is_good)
        cells = [" ".join(cell.split()) for cell in cells]
        print(name, "pinned", *cells, sep="\t", file=table, flush=True)
    return bad


def normal(spec: dict) -> dict:
    """The entries of a conda file, conda's and pip's apart."""
    conda, pip = [], []
    for entry in spec.get("dependencies") or []:
        if isinstance(entry, dict):
            pip += entry.get("pip") or []
        else:
            conda.append(str(entry))
    return {"channels": spec.get("channels"), "conda": conda, "pip": [str(p) for p in pip]}


def halves(pinning: Pinning, path: Path, spec: dict) -> tuple[str, str]:
    """The SDK's conda file against the formats `explicit` and `requirements`."""
    explicit = pinning.ask(["pin", "--format", "explicit"], path)
    files = re.findall(r"/([^/#\s]+?)(?:\.conda|\.tar\.bz2)(?:#|$)", explicit.stdout, re.M)
    theirs = {"-".join(re.split(r"=|\[", one.split("::")[-1])[:3]) for one in spec["conda"]}
    conda = difference(set(files), {one.lower() for one in theirs})
    answer = pinning.ask(["pin", "--format", "requirements"], path)
    brought = set(re.findall(r"^#   (\S+==\S+)", answer.stdout, re.M))
    listed = set(re.findall(r"^([A-Za-z0-9][\w.\-\[\],]*==[^\s;\\]+)", answer.stdout, re.M))
    theirs = {release(one) for one in spec["pip"] if not OPAQUE.search(one)}
    ours = {release(one) for one in listed}
    may_stand = {release(one) for one in brought}
    return conda, difference(ours, theirs - (may_stand - ours))


def release(line: str) -> str:
    """`name==version` of a requirement, as PEP 503 writes names; 1.4 is 1.4.0."""
    line = re.split(r"\s*;|\s+--|\s+#", line)[0]
    name, _, version = re.sub(r"\[[^\]]*\]|\s", "", line).partition("==")
    return re.sub(r"[-_.]+", "-", name).lower() + "==" + re.sub(r"(\.0)+$", "", version)


def difference(ours: set[str], theirs: set[str]) -> str:
    if ours == theirs:
        return "same"
    missing, more = sorted(ours - theirs), sorted(theirs - ours)
    return f"missing {missing[:4]}, more {more[:4]}"


def context(pinning: Pinning, path: Path, spec: dict) -> str:
    """The SDK's conda file against the one of the build context."""
    folder = path.parent / "presolve-context"
    answer = pinning.ask(["context", "-o", folder.name], path)
    if answer.code != 0:
        why = re.search(r"^error\[([\w-]+)\]", answer.stderr, re.M)
        return f"refused: {why.group(1) if why else answer.stderr}"
    written = folder / "azureml-environment-setup" / "mutated_conda_dependencies.yml"
    theirs = [spec["channels"], spec["conda"], spec["pip"]]
    return "same" if entries(written.read_text()) == theirs else "another conda file"


def entries(text: str) -> list:
    """The channels, conda and pip entries of a file that presolve wrote, in block style."""
    found: dict[str, list[str]] = {"channels": [], "dependencies": [], "pip": []}
    key = ""
    for line in text.splitlines():
        if heading := re.match(r"^(\w+):", line) or re.match(r"^- (pip):$", line):
            key = heading.group(1)
        elif entry := re.match(r"^\s*- (.*)$", line):
            value = entry.group(1)
            quoted = re.match(r"^'(.*)'$", value)
            found[key].append(quoted.group(1).replace("''", "'") if quoted else value)
    return [found["channels"], found["dependencies"], found["pip"]]
