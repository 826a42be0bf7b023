#!/usr/bin/env python3
"""Fits the constants of crates/presolve-explain/src/cost/model.rs to measured runs; see README.md."""

import argparse
import csv
import json
import math
import os
import pathlib
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLES = [ROOT / "tests/cost/runs.tsv", ROOT.parent / "shared/classic-timings.tsv"]

# The CPU milliseconds of classic.py's sample on the machine of the first runs. Other runs are
# brought to its speed.
SAMPLE_MS = 1.9

# Limits at which all verdicts occur among the runs: seconds and megabytes.
SECONDS = [100, 200, 400]
MEGABYTES = [1000, 4000, 8000]

# The counts that make the cost of each phase, by the name of their constant in model.rs.
# A count of "" is a constant amount.
LOAD = {"start": "", "byte": "bytes", "loaded": "loaded"}
REDUCE = {"visit": "visits"}
CLAUSES = {"clause": "clauses"}
MINIMISE = {"node": "nodes", "sat_clause": "sat_clauses", "searched": "searched"}
CONFLICTS = {"walked": "walked", "compared": "compared"}
LOAD_MB = {"start_mb": "", "bytes_of_byte": "bytes", "bytes_of_record": "loaded", "bytes_of_problem": "largest_problem"}
CALL_MB = {"bytes_of_call": "call"}

# The CPU seconds of a run outside of the phases, mostly Python's start.
START = 1.0


def main():
    runs = read()
    constants = fit(runs)
    print("\n".join(f"    {name}: {value:.2e}," for name, value in constants.items()))
    held_back = runs[::3]
    third = fit([run for run in runs if run not in held_back])
    for run in runs:
        left_out = fit([other for other in runs if other is not run])
        run["left_out"], run["fitted"], run["third"] = predict(left_out, run), predict(constants, run), predict(third, run)
    for satisfiable in [True, False]:
        some = [run for run in runs if run["satisfiable"] == satisfiable and not run["killed"]]
        for place, measure in enumerate(["cpu_s", "peak_mb"]):
            errors = [math.log(run["left_out"][place] / run[measure]) for run in some]
            error = math.sqrt(sum(e * e for e in errors) / len(errors))
            print(f"error of {measure}, {'' if satisfiable else 'un'}satisfiable: {error:.2f} ({len(some)} runs)")
    judge("each run predicted by a fit to the others", runs, "left_out")
    judge("every third run, predicted by a fit to the rest", held_back, "third")
    judge("fitted to all", runs, "fitted")
    table(runs)


def read():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("features", nargs="*", help="what the test wrote; without it the test is run")
    files = parser.parse_args().features
    if not files:
        file = os.path.join(tempfile.mkdtemp(prefix="presolve-fit-"), "features.jsonl")
        command = ["cargo", "test", "features_of_the_measured_runs"]
        subprocess.run(command, cwd=ROOT, check=True, env=os.environ | {"PRESOLVE_COST_FEATURES": file})
        files = [file]
    measured = {}
    for path in TABLES:
        if path.exists():
            for row in csv.DictReader(path.open(), delimiter="\t"):
                measured.setdefault(row["name"], row)
    lines = [line for file in files for line in pathlib.Path(file).read_text().splitlines()]
    runs = [run_of(json.loads(line), measured) for line in lines]
    return sorted(runs, key=lambda run: run["name"])


def run_of(features, measured):
    row = measured[features["name"]]
    speed = SAMPLE_MS / float(row.get("sample_ms") or SAMPLE_MS)
    seconds = {key: float(value) * speed for key, value in row.items() if key.endswith("_s") and value}
    counts = dict(features["counts"])
    counts["call"] = max(0, counts["largest_call"] - counts["largest_problem"])
    return {
        "name": row["name"],
        "outcome": row["outcome"],
        "killed": row["outcome"] in ("cpu-limit", "out-of-memory"),
        "satisfiable": features["satisfiable"],
        "counts": counts,
        "cpu_s": seconds["cpu_s"],
        "peak_mb": float(row["peak_mb"]),
        "phases": seconds,
    }


def fit(runs):
    """The constants of each phase, from the runs that know how long it took."""
    runs = [run for run in runs if not run["killed"]]
    known = {}

    def phase(names, some, truth, scale=1.0):
        pairs = [(row(names, run), truth(run)) for run in some if truth(run) > 0]
        for name, value in zip(names, nonnegative(pairs)):
            known[name] = value * scale

    phase(LOAD, runs, lambda run: run["phases"]["prepare_s"] + START)
    phase(REDUCE, runs, lambda run: run["phases"]["reduce_s"])
    phase(CLAUSES, runs, lambda run: run["phases"]["gen_clauses_s"])
    satisfiable = [run for run in runs if run["satisfiable"]]
    phase(MINIMISE, satisfiable, rest)
    unsatisfiable = [run for run in runs if not run["satisfiable"]]
    asked = lambda run: known["sat_clause"] * run["counts"]["sat_clauses"]
    phase(CONFLICTS, unsatisfiable, lambda run: rest(run) - asked(run))
    small = [run for run in runs if run["counts"]["call"] < 50_000]
    phase(LOAD_MB, small, lambda run: run["peak_mb"] * 1e6)
    large = [run for run in satisfiable if run["counts"]["call"] >= 50_000]
    phase(CALL_MB, large, lambda run: run["peak_mb"] * 1e6 - amount(known, LOAD_MB, run))
    known["start_mb"] /= 1e6
    return known


def rest(run):
    """The seconds outside of loading, reducing and making clauses."""
    phases = run["phases"]
    others = phases["prepare_s"] + phases["reduce_s"] + phases["gen_clauses_s"] + START
    return max(run["cpu_s"] - others, 0.02 * run["cpu_s"])


def row(names, run):
    return [run["counts"][count] if count else 1.0 for count in names.values()]


def amount(constants, names, run):
    return sum(constants[name] * x for name, x in zip(names, row(names, run)))


def predict(constants, run):
    last = MINIMISE if run["satisfiable"] else CONFLICTS | {"sat_clause": "sat_clauses"}
    seconds = sum(amount(constants, names, run) for names in [LOAD, REDUCE, CLAUSES, last])
    constants = constants | {"start_mb": constants["start_mb"] * 1e6}
    mb = amount(constants, LOAD_MB, run)
    if run["satisfiable"]:
        mb += amount(constants, CALL_MB, run)
    return seconds, mb / 1e6


def nonnegative(pairs):
    """Constants that are not negative and make the smallest sum of the logarithms' errors.
    One run that is counted wrong does not move them. Each constant is doubled or halved, in
    ever smaller steps, while that helps."""
    rows = [[x / truth for x in row] for row, truth in pairs]
    weights = [0.3 / max(statistics.median(column), 1e-12) for column in zip(*rows)]

    def loss(weights):
        sums = (sum(w * x for w, x in zip(weights, row)) for row in rows)
        return sum(abs(math.log(max(total, 1e-9))) for total in sums)

    best, step = loss(weights), 2.0
    while step > 1.001:
        moved = False
        for place in range(len(weights)):
            for factor in [step, 1 / step]:
                tried = list(weights)
                tried[place] *= factor
                found = loss(tried)
                if found < best - 1e-9:
                    weights, best, moved = tried, found, True
        if not moved:
            step = math.sqrt(step)
    return weights


def judge(title, runs, key):
    print(title)
    for place, measure in enumerate(["cpu_s", "peak_mb"]):
        rho = spearman([run[measure] for run in runs], [run[key][place] for run in runs])
        factors = [run[key][place] / run[measure] for run in runs if not run["killed"]]
        within = sum(0.5 <= factor <= 2 for factor in factors)
        print(f"    {measure}: rank correlation {rho:.2f}; within a factor of two {within} of {len(factors)}")
    seen, exceeded, false, fine = 0, 0, 0, 0
    for place, measure, limits in [(0, "cpu_s", SECONDS), (1, "peak_mb", MEGABYTES)]:
        for limit in limits:
            for run in runs:
                exceeds = run[measure] >= limit
                if run["killed"] and not exceeds:
                    continue
                said = run[key][place] >= limit
                exceeded, fine = exceeded + exceeds, fine + (not exceeds)
                seen, false = seen + (exceeds and said), false + (not exceeds and said)
    print(f"    limits: {seen} of {exceeded} that exceed one are predicted; {false} of {fine} that do not are predicted to")


def table(runs):
    print("run, outcome, s predicted/measured, MB predicted/measured")
    for run in runs:
        seconds, mb = run["left_out"]
        print(f"    {run['name'][:40]:40} {run['outcome']:13} {seconds:7.1f} / {run['cpu_s']:7.1f}  {mb:7.0f} / {run['peak_mb']:7.0f}")


def spearman(a, b):
    a, b = ranks(a), ranks(b)
    mean = (len(a) - 1) / 2
    top = sum((x - mean) * (y - mean) for x, y in zip(a, b))
    return top / math.sqrt(sum((x - mean) ** 2 for x in a) * sum((y - mean) ** 2 for y in b))


def ranks(values):
    """Ties share their mean rank."""
    order = sorted(values)
    return [(order.index(v) + len(order) - 1 - order[::-1].index(v)) / 2 for v in values]


if __name__ == "__main__":
    main()
