"""Holds real pips against `pip_options.toml`: how they read the options of a requirements file.

    python pip_options.py FOLDER

FOLDER has a folder for each pip, named by its version, with the unpacked wheel. Each pip reads
each file of the table in a process of its own, with its own parser, run by the Python that
PIP_PYTHON names. Python 3.11 or later runs the harness. A pip that the Python cannot import is
skipped by name.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import tomllib

OTHER_FILES = {
    "other.txt": "idna\n",
    "constraints.txt": "attrs\n",
    "options.txt": "--pre\n--only-binary six\n",
}

PYTHON = os.environ.get("PIP_PYTHON", sys.executable)

# What a process with one pip does: it reads a file and prints what its finder then has.
READER = r"""
import json, sys, warnings
warnings.simplefilter("ignore")
sys.path.insert(0, sys.argv[1])
from pip._internal.req import req_file
from pip._internal.exceptions import PipError
try:
    from pip._internal.commands.install import InstallCommand
    command = InstallCommand("install", "")
except TypeError:
    command = InstallCommand()
options, _ = command.parse_args(["-r", sys.argv[2]])
with command._build_session(options) as session:
    finder = command._build_package_finder(options=options, session=session)
    try:
        lines = list(req_file.parse_requirements(
            sys.argv[2], finder=finder, options=options, session=session))
        try:
            from pip._internal.req import req_install
            check = req_install.check_legacy_setup_py_options
        except AttributeError:
            pass
        else:
            class Requirement:
                def __init__(self, line):
                    self.__dict__.update(dict(global_options=[], install_options=[], use_pep517=False))
                    self.__dict__.update(line.options or {})
            mode = getattr(req_install, "LegacySetupPyOptionsCheckMode", None)
            options.format_control = finder.format_control
            check(options, [Requirement(line) for line in lines], *([mode.INSTALL] if mode else []))
    except (PipError, SystemExit):
        print(json.dumps("error"))
        sys.exit()
scope = getattr(finder, "search_scope", finder)
control = finder.format_control
releases = getattr(finder, "release_control", None)
def text(line):
    if hasattr(line, "requirement"):
        return line.requirement
    return str(line.req) if line.req else line.link.url
if any("\t" in text(line) for line in lines):
    # From 20.1 on, this is refused where the requirement is parsed.
    print(json.dumps("error"))
    sys.exit()
print(json.dumps({
    "requirements": [text(line) for line in lines if not line.constraint],
    "constraints": [text(line) for line in lines if line.constraint],
    "indexes": scope.index_urls,
    "links": scope.find_links,
    "pre": ":all:" in releases.all_releases if releases else finder.allow_all_prereleases,
    "prefer-binary": finder._candidate_prefs.prefer_binary
        if hasattr(finder, "_candidate_prefs") else False,
    "only-binary": sorted(control.only_binary),
    "no-binary": sorted(control.no_binary),
    "all-releases": sorted(releases.all_releases - {":all:"}) if releases else [],
    "only-final": sorted(releases.only_final) if releases else [],
}))
"""


def written(state):
    """The form of the table."""
    lines = []
    for key, value in state.items():
        if key == "indexes":
            value = ["default" if "pypi.org" in url else url for url in value]
        if key == "requirements":
            value = ["./project" if "project" in text else text for text in value]
        if value is True:
            lines.append(key)
        elif value:
            lines.append(f"{key}: {' '.join(value)}")
    return sorted(lines)


def accepts(case, version):
    pips = case.get("pips", "all")
    if pips in ("all", "none"):
        return pips == "all"
    bound = tuple(int(part) for part in pips.lstrip("<>=").split("."))
    return version >= bound if pips.startswith(">=") else version < bound


def read(pip, case):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name, text in OTHER_FILES.items():
            (folder / name).write_text(text)
        project = folder / "project"
        project.mkdir()
        (project / "setup.py").write_text("from setuptools import setup\nsetup(name='project')\n")
        file = folder / "requirements.txt"
        file.write_text(case["file"])
        run = subprocess.run(
            [PYTHON, "-c", READER, str(pip), file.name],
            cwd=folder, capture_output=True, text=True,
            env={"PIP_CONFIG_FILE": "/dev/null", "PATH": ""},
        )
        if run.returncode:
            return None, run.stderr.strip().splitlines()[-1]
        return json.loads(run.stdout.splitlines()[-1]), None


def main():
    table = tomllib.loads(pathlib.Path(__file__).with_name("pip_options.toml").read_text())
    pips = sorted(
        (folder for folder in pathlib.Path(sys.argv[1]).iterdir() if (folder / "pip").is_dir()),
        key=lambda folder: [int(part) for part in folder.name.split(".")],
    )
    same, differ = 0, 0
    for pip in pips:
        version = tuple(int(part) for part in pip.name.split("."))
        _, broken = read(pip, {"file": "six\n"})
        if broken:
            print(f"pip {pip.name}: skipped: {broken}")
            continue
        for case in table["case"]:
            if pip.name in case.get("bug_in", []):
                continue
            expected = "error"
            if accepts(case, version):
                expected = sorted(case["reads"].strip().splitlines())
            found, broken = read(pip, case)
            if broken:
                # A few old pips stop with a traceback where later ones have a message.
                found = "error"
            found = found if found == "error" else written(found)
            if found == expected:
                same += 1
            else:
                differ += 1
                print(f"pip {pip.name}: {case['name']}: {found}, not {expected} {broken or ''}")
    print(f"{same} agree, {differ} differ")
    sys.exit(bool(differ))


main()
