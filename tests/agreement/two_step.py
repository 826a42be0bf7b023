"""Cases where solving conda first and pip after fails and one problem for both
succeeds, run both ways.

A two-step tool takes what rattler chooses for the conda lines, then asks uv for
the pip list with that Python and with what conda brought held as it is."""

import argparse
from pathlib import Path

import run as agreement
import verdicts
from peers import Peers, PipHalf

CHANNELS = ["conda-forge", "nodefaults"]
CASES = {
    "open-python": {
        "why": "conda takes the newest Python, for which TensorFlow 2.8 has no wheels",
        "conda": ["python"],
        "pip": ["tensorflow==2.8.*"],
    },
    "open-python-backport": {
        "why": "conda takes the newest Python, which the backport does not allow",
        "conda": ["python"],
        "pip": ["dataclasses==0.8"],
    },
    "open-numpy": {
        "why": "conda takes numpy 2, and a pip package needs numpy<1.24",
        "conda": ["python=3.10", "numpy"],
        "pip": ["numba==0.56.4"],
    },
    "open-packaging": {
        "why": "conda takes the newest packaging, and a pip package needs an older one",
        "conda": ["python=3.10", "packaging"],
        "pip": ["streamlit==1.30.0"],
    },
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presolve", type=Path, required=True, help="the binary")
    parser.add_argument("--channels", required=True, help="the URL above the channels")
    parser.add_argument("--mapping", type=Path, required=True, help="conda to PyPI")
    parser.add_argument("--timeout", type=int, default=120, help="seconds per tool")
    parser.add_argument("--out", type=Path, required=True, help="a folder for all")
    return parser.parse_args()


def two_steps(tools: Peers, case: dict, mapping: dict) -> str:
    """What solving conda first comes to."""
    conda = tools.solve_conda(CHANNELS, [*case["conda"], "pip"])
    if conda["verdict"] != "solved":
        return f"conda: {conda['verdict']}"
    python = agreement.python_of(conda["records"])
    brought = verdicts.provided(conda["records"], mapping)
    half = tools.compile(PipHalf(case["pip"], brought, python))
    text = f"conda takes python {python}; pip half: {half['verdict']}"
    if half["verdict"] != "solved":
        return f"{text}: {half['error'][:300]}"
    return text + wrong_python(tools, case, python)


def wrong_python(tools: Peers, case: dict, python: str) -> str:
    """uv reads `Requires-Python` as a lower bound; pip is asked whether it
    would install that."""
    answer = tools.pip(PipHalf(case["pip"], {}, python))
    if answer["verdict"] == "solved":
        return ""
    return f" for uv, {answer['verdict']} for pip: {answer['error'][:300]}"


def jointly(harness: agreement.Harness, name: str, case: dict) -> str:
    """What presolve comes to, its pins tried by the peers."""
    path = harness.out / "parts" / name / "environment.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(agreement.environment(CHANNELS, [*case["conda"], "pip"], case["pip"]))
    row = harness.judge(path, "two-step")
    answer = harness.presolve(path)
    if answer["word"] != "pinned":
        return f"{answer['word']}: {answer['first']}"
    pins = agreement.read_pinned(answer["pinned"])
    records = [agreement.split_pin(text) for text in pins["conda"]]
    chosen = agreement.pinned_versions(pins["pip"])
    chosen |= {one["name"]: one["version"] for one in records}
    names = ("python", *case["conda"], *case["pip"])
    names = sorted({name.split("=")[0] for name in names})
    versions = [f"{one} {chosen.get(one)}" for one in names]
    checked = f"conda pins {row['conda_pins']}, pip pins {row['pip_pins']}"
    return f"pinned ({', '.join(versions)}); by the peers: {checked}"


def main() -> None:
    args = arguments()
    harness = agreement.Harness(args)
    for name, case in CASES.items():
        print(f"{name}: {case['why']}")
        print(f"  lines: {', '.join(case['conda'])}; pip: {', '.join(case['pip'])}")
        print(f"  two steps: {two_steps(harness.peers, case, harness.mapping)}")
        print(f"  presolve:  {jointly(harness, name, case)}")


if __name__ == "__main__":
    main()
