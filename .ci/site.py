#!/usr/bin/env python3
"""Collects the pages of the site: `.ci/site.py PRESOLVE OUT`.

The pages of `docs` and the README become pages of the site. Each rule and each problem gets
a page, from what the executable PRESOLVE prints. Links to other files of the repository become
links to the repository.
"""

import json
import pathlib
import posixpath
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MANIFEST = (ROOT / "Cargo.toml").read_text()
REPOSITORY = re.search(r'^repository = "(.*)"$', MANIFEST, re.M)[1] + "/blob/main"

# Folders and pages of the repository that have another place on the site.
PLACES = {
    "README.md": "index.md",
    "crates/presolve-check/src/rules/README.md": "rules/index.md",
    "crates/presolve-diagnose/src/problems": "problems/index.md",
}


def place(path):
    """Returns the place of a file of the repository on the site; None if it has none."""
    if path in PLACES:
        return PLACES[path]
    if path.startswith("docs/") and not path.startswith("docs/internals/"):
        path = path.removeprefix("docs/")
        if path.endswith(".md"):
            return path.replace("README.md", "index.md")
        if path.endswith((".svg", ".png", ".json", ".yml")):
            return path
    return None


def moved(text, source):
    """Rewrites the links of a page at a path of the repository."""
    own = posixpath.dirname(place(source))

    def link(match):
        target, _, anchor = match[2].partition("#")
        if not target or ":" in match[2]:
            return match[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        new = place(path)
        new = posixpath.relpath(new, own or ".") if new else f"{REPOSITORY}/{path}"
        return f"{match[1]}{new}{'#' + anchor if anchor else ''})"

    parts = re.split(r"(^```.*?^```$)", text, flags=re.M | re.S)
    return "".join(
        part if index % 2 else re.sub(r"(\]\()([^)\s]+)\)", link, part)
        for index, part in enumerate(parts)
    )


def main(presolve, out):
    def run(*arguments):
        return subprocess.run(
            [presolve, *arguments], check=True, capture_output=True, text=True
        ).stdout

    def write(path, text):
        file = out / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    files = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*"))]
    for file in files:
        source = file.relative_to(ROOT).as_posix()
        new = place(source) if file.is_file() else None
        if new is None:
            continue
        if new.endswith(".md"):
            write(new, moved(file.read_text(), source))
        else:
            (out / new).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, out / new)
    # The stable path of the schema, which editors fetch.
    shutil.copyfile(ROOT / "docs/reference/presolve.schema.json", out / "presolve.schema.json")

    rules = json.loads(run("rule", "--format", "json"))
    index = "# Rules\n\n`presolve check` applies these. Those that are off by default have to be selected.\n"
    group = None
    for rule in rules:
        if rule["group"] != group:
            group = rule["group"]
            index += f"\n## {group}\n\n| rule | level | meaning |\n|---|---|---|\n"
        level = rule["level"] if rule["by_default"] else "off"
        name = rule["name"]
        index += f"| [{name}]({name}.md) | {level} | {rule['summary']} |\n"
        fix = ", `--fix` can fix it" if rule["fixable"] else ""
        write(f"rules/{name}.md", f"# {name}\n\n({level}{fix})\n\n{rule['text']}")
    write("rules/index.md", index)

    index = "# Problems\n\n`presolve diagnose` recognises these in the log of a build.\n\n| problem | meaning |\n|---|---|\n"
    for line in run("diagnose", "--list").splitlines():
        name, _, summary = line.partition(" ")
        index += f"| [{name}]({name}.md) | {summary.strip()} |\n"
        write(f"problems/{name}.md", run("diagnose", "--explain", name))
    write("problems/index.md", index)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], pathlib.Path(sys.argv[2]))
