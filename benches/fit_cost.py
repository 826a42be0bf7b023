#!/usr/bin/env python3
"""Fits the constants of crates/presolve-explain/src/cost/model.rs to measured runs; see README.md."""

import argparse
import json
import math
import os
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent

# What each power law is made from. Few, for there are few runs.
LOADING = ["loaded"]
CONFLICTS = ["unpruned", "lines"]
SEARCH = ["records", "names", "distance"]

# What a search takes beside loading is at least this share of the whole: the
# difference of two figures that are nearly the same says nothing.
LEAST_SHARE = 0.3

# The weight of the ridge, per run: an exponent has to pay for itself.
RIDGE = 0.1

# Limits at which all four verdicts occur among the runs: seconds and megabytes.
SECONDS = [100, 200, 400]
MEGABYTES = [1000, 4000, 8000]
SLOW = 60

MEASURES = ["cpu_s", "peak_mb"]


def main():
    runs = read()
    model = Model(runs)
    for name, law in model.laws.items():
        exponents = ", ".join(f"{exponent:.2f}" for exponent in law.exponents)
        print(f"{name}, of {', '.join(law.features)}:\n    intercept: {law.intercept:.2f},\n    exponents: [{exponents}],")
    for run in runs:
        left_out = Model([other for other in runs if other is not run])
        for measure in MEASURES:
            run["fitted", measure] = model.predict(run, measure)
            run["left_out", measure] = left_out.predict(run, measure)
    for satisfiable in [True, False]:
        some = [run for run in runs if run["satisfiable"] == satisfiable]
        for measure in MEASURES:
            print(f"error of {measure}, {'' if satisfiable else 'un'}satisfiable: {error(some, measure):.2f} ({len(some)} runs)")
    judge("each run predicted by a fit to the others", runs, "left_out")
    judge("fitted to all", runs, "fitted")


def read():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("features", nargs="?", help="what the test wrote; without it the test is run")
    file = parser.parse_args().features
    if file is None:
        folder = tempfile.mkdtemp(prefix="presolve-fit-")
        file = os.path.join(folder, "features.jsonl")
        command = ["cargo", "test", "features_of_the_measured_runs"]
        subprocess.run(command, cwd=ROOT, check=True, env=os.environ | {"PRESOLVE_COST_FEATURES": file})
    return [json.loads(line) for line in pathlib.Path(file).read_text().splitlines()]


class Model:
    """conda loads its index, and then searches for a solution or for conflicts."""

    def __init__(self, runs):
        satisfiable = [run for run in runs if run["satisfiable"]]
        unsatisfiable = [run for run in runs if not run["satisfiable"]]
        told = [run for run in runs if run["prepare_s"] is not None]
        loading = fit(told, LOADING, lambda run: run["prepare_s"])
        index = fit(unsatisfiable, LOADING, lambda run: run["peak_mb"])
        self.laws = {
            "LOADING_SECONDS": loading,
            "SEARCH_SECONDS": fit(satisfiable, SEARCH, beside(loading, "cpu_s")),
            "CONFLICT_SECONDS": fit(unsatisfiable, CONFLICTS, beside(loading, "cpu_s")),
            "LOADING_MB": index,
            "SEARCH_MB": fit(satisfiable, SEARCH, beside(index, "peak_mb")),
        }

    def predict(self, run, measure):
        if measure == "cpu_s":
            names = ["LOADING_SECONDS", "SEARCH_SECONDS" if run["satisfiable"] else "CONFLICT_SECONDS"]
        else:
            names = ["LOADING_MB", "SEARCH_MB"] if run["satisfiable"] else ["LOADING_MB"]
        return sum(self.laws[name](run) for name in names)


def beside(loading, measure):
    """What a run took beside loading."""
    return lambda run: max(run[measure] - loading(run), LEAST_SHARE * run[measure])


class Law:
    """exp(intercept) times the product of (1 + feature) ** exponent."""

    def __init__(self, features, intercept, exponents):
        self.features, self.intercept, self.exponents = features, intercept, exponents

    def log(self, run):
        return self.intercept + sum(e * x for e, x in zip(self.exponents, logs(run, self.features)))

    def __call__(self, run):
        return math.exp(self.log(run))


def logs(run, features):
    return [math.log1p(run["features"][feature]) for feature in features]


def fit(runs, features, of):
    """Ridge regression with exponents that are not negative. A run that was killed
    pulls the law up only: what it lacks to the prediction is taken for measured, and
    the fit repeated, until that changes nothing."""
    rows = [logs(run, features) for run in runs]
    means = [sum(column) / len(runs) for column in zip(*rows)]
    spreads = [
        math.sqrt(sum((x - mean) ** 2 for x in column) / len(runs)) or 1
        for column, mean in zip(zip(*rows), means)
    ]
    rows = [[(x - m) / s for x, m, s in zip(row, means, spreads)] for row in rows]
    measured = [math.log(of(run)) for run in runs]
    target = list(measured)
    before = None
    while before != target:
        before = target
        level = sum(target) / len(target)
        weights = ridge(rows, [y - level for y in target])
        fitted = [level + sum(w * x for w, x in zip(weights, row)) for row in rows]
        target = [
            max(y, round(f, 6)) if run["bound"] else y for run, y, f in zip(runs, measured, fitted)
        ]
    exponents = [w / s for w, s in zip(weights, spreads)]
    return Law(features, level - sum(e * m for e, m in zip(exponents, means)), exponents)


def ridge(rows, target):
    """Coordinate descent over the normal equations."""
    columns = list(zip(*rows))
    products = [[sum(x * y for x, y in zip(a, b)) for b in columns] for a in columns]
    targets = [sum(x * y for x, y in zip(column, target)) for column in columns]
    weights = [0.0] * len(columns)
    while True:
        before = list(weights)
        for place, (row, wanted) in enumerate(zip(products, targets)):
            others = sum(w * x for w, x in zip(weights, row)) - weights[place] * row[place]
            weights[place] = max(0.0, (wanted - others) / (row[place] + RIDGE * len(rows)))
        if max(abs(a - b) for a, b in zip(before, weights)) < 1e-9:
            return weights


def error(runs, measure):
    """The root mean square of the cross-validated errors of the logarithm."""
    errors = [math.log(run["left_out", measure] / run[measure]) for run in runs]
    errors = [min(error, 0) if run["bound"] else error for run, error in zip(runs, errors)]
    return math.sqrt(sum(error**2 for error in errors) / len(errors))


def judge(title, runs, key):
    print(title)
    for measure in ["cpu_s", "peak_mb"]:
        for what, some in [
            ("all", runs),
            ("satisfiable", [run for run in runs if run["satisfiable"]]),
            ("unsatisfiable", [run for run in runs if not run["satisfiable"]]),
        ]:
            rho = spearman([run[measure] for run in some], [run[key, measure] for run in some])
            print(f"    {measure} {what}: rank correlation {rho:.2f}")
    right = total = 0
    occurred = {}
    for seconds in SECONDS:
        for megabytes in MEGABYTES:
            for run in runs:
                was = measured_verdict(run, seconds, megabytes)
                said = verdict(run[key, "cpu_s"], run[key, "peak_mb"], seconds, megabytes)
                if was is None:
                    continue
                hits = occurred.setdefault(was, [0, 0])
                hits[0] += was == said
                hits[1] += 1
                right += was == said
                total += 1
    parts = ", ".join(f"{name} {hit} of {all}" for name, (hit, all) in sorted(occurred.items()))
    print(f"    verdicts: {right} of {total} right ({right / total:.0%}): {parts}")


def verdict(seconds, megabytes, most_seconds, most_megabytes):
    if megabytes >= most_megabytes:
        return "runs out of memory"
    if seconds >= most_seconds:
        return "times out"
    return "slow" if seconds >= SLOW else "fine"


def measured_verdict(run, seconds, megabytes):
    """None where the run was killed before it could tell."""
    said = verdict(run["cpu_s"], run["peak_mb"], seconds, megabytes)
    known = not run["bound"] or said == "runs out of memory"
    if run["outcome"] == "cpu-limit" and said == "times out":
        # It had the memory of the limit left, and may have gone on to take it.
        known = False
    return said if known else None


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
