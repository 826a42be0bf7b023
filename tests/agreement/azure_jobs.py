"""Asks the Azure ML SDK and presolve which environments a job, a component or a deployment uses.

The SDK's loaders need no account. See README.md."""

import argparse
import json
import re
import sys
from collections import Counter
from pathlib import Path

import yaml
from azure import install
from peers import run

HERE = Path(__file__).parent
PLACE = re.compile(r"(?:they are |, )(?:`([^`]+)` in (\S+?)|`([^`]+)`)(?=, `| and \d+ more|$)")


def arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--presolve", type=Path, required=True, help="the binary")
    arguments.add_argument("--specs", type=Path, required=True, help="a folder")
    arguments.add_argument("--out", type=Path, required=True, help="a folder for all")
    arguments.add_argument("--python", type=Path, help="a Python with the SDK")
    return arguments.parse_args()


def value(path: Path, keys: str):
    """The value at keys such as `jobs.a.environment`. Names may have dots."""
    root = yaml.safe_load(path.read_text())
    while keys:
        names = [str(name) for name in root if keys == name or keys.startswith(f"{name}.")]
        name = max(names, key=len)
        root, keys = root[name], keys[len(name) + 1 :]
    return root


def local(binary: Path, path: Path) -> list:
    """The environments in files, by their image or context, and the complaint."""
    command = [binary, "explain", "--offline", "--environment", "?", path.name]
    said = run(command, 120, cwd=path.parent).stderr
    note = next((line for line in said.splitlines() if "= note: they are" in line), "")
    found = []
    for keys, file, whole in PLACE.findall(note.strip()):
        if Path(file or whole).name == "MLmodel":  # The SDK leaves it to the service.
            continue
        try:
            definition = value(path.parent / (file or whole), keys)
        except yaml.YAMLError:  # A template, which the SDK does not read either.
            continue
        build = (definition.get("build") or {}).get("path")
        found.append(("local", str(definition.get("image") or build)))
    return found


def registered(binary: Path, path: Path) -> list:
    """The registered environments and components."""
    select = "registered-environment,invalid-environment-reference,missing-azure-file"
    command = [binary, "check", "--no-solve", "--select", select, "--format", "json", path.name]
    said = run(command, 120, cwd=path.parent)
    findings = [one for file in json.loads(said.stdout)["files"] for one in file["findings"]]
    notes = [one["message"] for one in findings if one["rule"] == "registered-environment"]
    names = [re.search("`(.*)`", message)[1] for message in notes]
    return [("registered", re.sub("^azureml:(?!//)", "", name)) for name in names]


def same(theirs: set, ours: set) -> bool:
    """The SDK gives the path of a context as an absolute one."""
    images = {name for kind, name in theirs if kind == "local" and not name.startswith("/")}
    shown = {name for kind, name in ours if kind == "local"}
    contexts = len({name for kind, name in theirs if kind == "local"}) - len(images)
    # presolve does not print what may be a password, such as the name before `@prod`.
    masked = {name.split("****")[-1] for kind, name in ours if "****" in name}
    names = {
        ("registered", f"****{name[name.find('@'):]}" if name[name.find("@") :] in masked else name)
        for kind, name in theirs
        if kind == "registered"
    }
    return (
        images <= shown
        and (len(shown - images) > 0) == (contexts > 0)
        and names == {one for one in ours if one[0] == "registered"}
    )


def main() -> None:
    args = arguments()
    args.presolve = args.presolve.resolve()
    args.out.mkdir(parents=True, exist_ok=True)
    specs = args.specs.resolve()
    files = [path for path in sorted(specs.rglob("*.y*ml")) if path.is_file()]
    python = args.python or install(args.out.resolve() / "venv")
    names = "\n".join(map(str, files))
    answer = run([python, HERE / "in_venv" / "load_jobs.py"], 1800, text=names)
    if answer.code != 0:
        sys.exit(answer.stderr)
    counts: Counter = Counter()
    with (args.out / "azure-jobs.tsv").open("w") as table:
        print("file", "verdict", "sdk", "presolve", sep="\t", file=table)
        for path, read in zip(files, json.loads(answer.stdout), strict=True):
            if read["complaint"] is None and read["environments"] is None:
                continue
            theirs = {tuple(one) for one in read["environments"] or []}
            ours = set(local(args.presolve, path) + registered(args.presolve, path))
            if read["complaint"]:
                verdict = "sdk-refuses"
            else:
                verdict = "same" if same(theirs, ours) else "different"
            counts[verdict] += 1
            row = [path.relative_to(specs), verdict, read["complaint"] or sorted(theirs)]
            print(*row, sorted(ours), sep="\t", file=table)
    for verdict, count in counts.items():
        print(f"{count:4} {verdict}")
    sys.exit(counts["different"] > 0)


if __name__ == "__main__":
    main()
