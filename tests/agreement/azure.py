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

from peers import run

HERE = Path(__file__).parent
# `load_environment` of 1.35 needs the marshmallow of its own time.
PACKAGES = ["azure-ai-ml==1.35.2", "marshmallow<4"]
# What the SDK refuses. The other rules are about what the service or the build refuses.
RULES = [
    "empty-azure-key",
    "incomplete-route",
    "invalid-os-type",
    "missing-conda-file",
    "missing-context-path",
    "missing-docker-option",
    "missing-environment-name",
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
}


def arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--presolve", type=Path, required=True, help="the binary")
    arguments.add_argument("--specs", type=Path, required=True, help="a folder")
    arguments.add_argument("--out", type=Path, required=True, help="a folder for all")
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
    for text in sorted((HERE.parent.parent / "src/rules/azure").glob("*.md")):
        blocks = re.findall(r"^```yaml (\w+)\n(.*?)^```$", text.read_text(), re.M | re.S)
        for number, (mark, block) in enumerate(blocks):
            place = folder / text.stem / f"{number}-{mark}.yml"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(block)


def main() -> None:
    args = arguments()
    args.out.mkdir(parents=True, exist_ok=True)
    specs = args.out / "specs"
    shutil.rmtree(specs, ignore_errors=True)
    shutil.copytree(args.specs, specs)
    examples(specs / "examples")
    files = [p for p in sorted(specs.rglob("*.y*ml")) if p.is_file() and is_definition(p)]
    python = install(args.out / "venv")
    names = "\n".join(map(str, files))
    answer = run([python, HERE / "in_venv" / "load_environments.py"], 600, text=names)
    if answer.code != 0:
        sys.exit(answer.stderr)
    counts: Counter = Counter()
    with (args.out / "azure.tsv").open("w") as table:
        print("file", "agree", "sdk", "presolve", "sdk_says", "found", sep="\t", file=table)
        for path, verdict in zip(files, json.loads(answer.stdout), strict=True):
            ours, found = presolve(args.presolve.resolve(), path)
            theirs = "ok" if verdict is None else "refused"
            name = str(path.relative_to(specs))
            agree = "yes" if ours in (theirs, "template") else "no"
            if agree == "no" and name in KNOWN:
                agree = "known"
            counts[agree, theirs, ours] += 1
            cells = [name, agree, theirs, ours, verdict or "", found]
            print(*(" ".join(str(cell).split()) for cell in cells), sep="\t", file=table)
    for (agree, theirs, ours), count in sorted(counts.items()):
        print(f"{count:4} agree: {agree}, SDK: {theirs}, presolve: {ours}")
    sys.exit(any(agree == "no" for agree, _, _ in counts))


if __name__ == "__main__":
    main()
