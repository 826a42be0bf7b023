"""Asks the Azure ML SDK and presolve what they make of the same environments.

The SDK's `load_environment` and `validate` need no account. See README.md."""

import argparse
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import azure_pins
from peers import run

HERE = Path(__file__).parent
# `load_environment` of 1.35 needs the marshmallow of its own time.
PACKAGES = ["azure-ai-ml==1.35.2", "marshmallow<4"]
# What the SDK refuses. The other rules are about what the service or the build refuses.
RULES = [
    "empty-azure-key",
    "empty-file",
    "incomplete-route",
    "invalid-os-type",
    "invalid-yaml",
    "missing-conda-file",
    "missing-context-path",
    "missing-docker-option",
    "missing-environment-name",
    "mistyped-azure-value",
    "not-an-environment",
    "preview-schema",
    "too-many-docker-options",
    "unknown-azure-key",
    "unrendered-template",
    "unsupported-format",
]


# Examples on which they differ, and why.
KNOWN = {
    "examples/missing_context_path/0-found.yml": "the service refuses it, not the SDK",
    "examples/preview_schema/1-found.yml": "the SDK does not look at `$schema`",
    "examples/unquoted_version/4-found.yml": "found by a rule that is not only the SDK's",
    "probes/build-without-path.yml": "the service has nothing to build then",
    "probes/conda-file-itself.yml": "to presolve it is one, and not an environment",
}

# What the SDK was seen to refuse (`load_environment` or `validate`, azure-ai-ml 1.35.2),
# and what it takes though it looks odd.
HEAD = "name: e\nimage: a/b:1\n"
PROBES = {
    "name-is-a-number": "name: 1\nimage: a/b:1\n",
    "name-is-a-list": "name: [e]\nimage: a/b:1\n",
    "name-with-blanks": "name: my env!\nimage: a/b:1\n",
    "image-is-a-number": "name: e\nimage: 1\n",
    "tags-are-a-list": HEAD + "tags: [a]\n",
    "tag-is-a-number": HEAD + "tags: {a: 1}\n",
    "version-is-a-list": HEAD + "version: [1]\n",
    "description-is-a-list": HEAD + "description: [a]\n",
    "conda-file-is-a-list": HEAD + "conda_file: [python]\n",
    "conda-file-is-a-number": HEAD + "conda_file: 3\n",
    "conda-file-is-a-folder": HEAD + "conda_file: folder\n",
    "conda-file-is-nonsense": HEAD + "conda_file: {foo: 1}\n",
    "build-is-a-text": "name: e\nbuild: folder\n",
    "build-without-path": "name: e\nbuild: {dockerfile_path: Dockerfile}\n",
    "build-of-nothing": "name: e\nbuild: {path: nowhere}\n",
    "build-of-a-url": "name: e\nbuild: {path: 'https://h.example/a.git'}\n",
    "build-with-unknown-key": "name: e\nbuild: {path: folder, target: x}\n",
    "os-type-in-capitals": HEAD + "os_type: LINUX\n",
    "inference-config-is-a-text": HEAD + "inference_config: a\n",
    "port-is-a-text": HEAD
    + "inference_config:\n"
    + "".join(
        f"  {route}_route: {{path: /, port: {port}}}\n"
        for route, port in [("liveness", "a"), ("readiness", 1), ("scoring", 1)]
    ),
    "empty": "",
    "only-a-comment": "# name: e\n",
    "list": "- name: e\n",
    "text": "name\n",
    "bad-yaml": "name: [e\nimage: a\n",
    "twice": HEAD + "name: f\n",
    "conda-file-itself": "channels: [conda-forge]\ndependencies: [python]\n",
}


def arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--presolve", type=Path, required=True, help="the binary")
    arguments.add_argument("--specs", type=Path, required=True, help="a folder")
    arguments.add_argument("--out", type=Path, required=True, help="a folder for all")
    arguments.add_argument("--channels", help="the URL above the channels: pin, too")
    arguments.add_argument("--mapping", type=Path, help="the conda to PyPI mapping")
    arguments.add_argument("--timeout", type=int, default=120, help="seconds for a file")
    return arguments.parse_args()


def install(folder: Path) -> Path:
    """A virtual environment with the SDK; gives its python."""
    python = folder / "bin" / "python"
    if not (folder / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        command = [python, "-m", "pip", "install", "--quiet", *PACKAGES]
        subprocess.run(command, check=True)
        (folder / "installed").touch()
    return python


def is_definition(path: Path) -> bool:
    """Whether a YAML file has a key of a definition and none of a conda file."""
    lines = path.read_text(errors="replace").splitlines()
    keys = {line.split(":")[0] for line in lines if ":" in line}
    return bool(keys & {"image", "build", "conda_file", "docker"}) and not keys & {
        "dependencies",
        "channels",
        "environment",
    }


def presolve(binary: Path, path: Path) -> tuple[str, str]:
    """`ok`, `refused` or `template`, which the SDK may refuse, and what was found."""
    names = [name for name in RULES if name != "unsupported-format"]
    command = [binary, "check", "--no-solve", "--select", ",".join(names)]
    answer = run([*command, "--fail-on", "note", path.name], 60, cwd=path.parent)
    said = answer.stdout + answer.stderr
    found = sorted(name for name in RULES if f"[{name}]" in said)
    if found == ["unrendered-template"]:
        return "template", found[0]
    return ("ok" if answer.code == 0 else "refused"), " ".join(found) or said.strip()


def examples(folder: Path) -> None:
    """Writes the examples of the rules' texts as files."""
    for text in sorted((HERE.parent.parent / "crates/presolve-check/src/rules/azure").glob("*.md")):
        blocks = re.findall(r"^```yaml (\w+)\n(.*?)^```$", text.read_text(), re.M | re.S)
        for number, (mark, block) in enumerate(blocks):
            place = folder / text.stem / f"{number}-{mark}.yml"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(block)


def probes(folder: Path) -> None:
    """Writes what the SDK refuses and no example of a rule is about."""
    folder.mkdir(parents=True)
    (folder / "folder").mkdir()
    for name, text in PROBES.items():
        (folder / f"{name}.yml").write_text(text)


def load(python: Path, files: list[Path]) -> list[dict]:
    """What the SDK makes of files."""
    names = "\n".join(map(str, files))
    answer = run([python, HERE / "in_venv" / "load_environments.py"], 600, text=names)
    if answer.code != 0:
        sys.exit(answer.stderr)
    return json.loads(answer.stdout)


def verdicts(args: argparse.Namespace, specs: Path, files: list[Path], python: Path) -> bool:
    """Asks both whether they refuse the files; gives whether they agree."""
    counts: Counter = Counter()
    with (args.out / "azure.tsv").open("w") as table:
        print("file", "agree", "sdk", "presolve", "sdk_says", "found", sep="\t", file=table)
        for path, read in zip(files, load(python, files), strict=True):
            ours, found = presolve(args.presolve, path)
            theirs = "ok" if read["complaint"] is None else "refused"
            name = str(path.relative_to(specs))
            agree = "yes" if ours in (theirs, "template") else "no"
            if agree == "no" and name in KNOWN:
                agree = "known"
            counts[agree, theirs, ours] += 1
            cells = [name, agree, theirs, ours, read["complaint"] or "", found]
            print(*(" ".join(str(cell).split()) for cell in cells), sep="\t", file=table)
    for (agree, theirs, ours), count in sorted(counts.items()):
        print(f"{count:4} agree: {agree}, SDK: {theirs}, presolve: {ours}")
    return all(agree != "no" for agree, _, _ in counts)


def pins(args: argparse.Namespace, specs: Path, python: Path) -> bool:
    """Pins the environments, and compares with what the SDK reads then."""
    folder = args.out / "pins"
    shutil.rmtree(folder, ignore_errors=True)
    files = [p for p in sorted(args.specs.rglob("*.y*ml")) if p.is_file()]
    pinning = azure_pins.Pinning(args.presolve, args.channels, args.mapping, args.timeout)
    cases = azure_pins.cases(files, args.specs, folder)
    with (args.out / "azure-pins.tsv").open("w") as table:
        bad = azure_pins.compare(pinning, lambda paths: load(python, paths), cases, table)
    rows = [line.split("\t") for line in (args.out / "azure-pins.tsv").read_text().splitlines()]
    for row, count in sorted(Counter(" | ".join(row[1:]) for row in rows[1:]).items()):
        print(f"{count:4} {row}")
    return bad == 0


def main() -> None:
    args = arguments()
    args.presolve = args.presolve.resolve()
    args.out.mkdir(parents=True, exist_ok=True)
    args.out = args.out.resolve()
    specs = args.out / "specs"
    shutil.rmtree(specs, ignore_errors=True)
    shutil.copytree(args.specs, specs)
    examples(specs / "examples")
    probes(specs / "probes")
    files = [p for p in sorted(specs.rglob("*.y*ml")) if p.is_file()]
    files = [p for p in files if is_definition(p) or p.parent.name == "probes"]
    python = install(args.out / "venv")
    agree = verdicts(args, specs, files, python)
    if args.channels:
        args.mapping = args.mapping.resolve()
        agree = pins(args, specs, python) and agree
    sys.exit(not agree)


if __name__ == "__main__":
    main()
