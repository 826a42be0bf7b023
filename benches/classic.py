"""Measures conda's classic solver: time, memory and the counts that explain them.

presolve predicts when `conda create --solver classic` runs out of time or memory. This
script measures the truth. It runs one command per process, under limits, and wraps the
methods of conda's classes at phase boundaries. It does not change conda.

    python benches/classic.py --conda VENV/bin/python \\
        --channels http://127.0.0.1:8765 --runs runs-in.tsv --out runs.tsv

`VENV` is an environment that can import conda with its classic solver and pycosat.
`--channels` is the address under which the channels lie: `URL/conda-forge`,
`URL/pkgs/main` and so on. `--runs` has the columns name, channels, priority and specs
(separated by spaces), and optionally cpu_limit in seconds. The table goes to `--out`,
and the counts go to `counts.jsonl` next to it, one line per run. Both are appended to,
and a name that `--out` already has is skipped.

Columns of the table: CPU seconds are user and system time of the process, because a
shared machine makes wall time useless. `peak_mb` is the peak resident set. The phases
are CPU seconds within `Solver._collect_all_metadata` (prepare),
`Resolve.get_reduced_index` (reduce), `Resolve.gen_clauses`, `Solver._run_sat` (sat) and
`Resolve.find_conflicts`, each summed over its calls. They overlap: sat contains its own
gen_clauses and find_conflicts, and find_conflicts its own reduce.
"""

import argparse
import csv
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

HEADER = (
    "name channels priority outcome cpu_s peak_mb packages "
    "prepare_s reduce_s gen_clauses_s sat_s find_conflicts_s specs"
).split()

# The order in which Resolve.solve of conda 4.7 to 26.7 calls Clauses.minimize for a new
# environment (conda/resolve.py). The timestamps come last, and only if several
# solutions remain.
OBJECTIVES = (
    "requested_channel requested_version feature_count feature_metric requested_build "
    "requested_noarch optional_install update_count channel version build noarch "
    "package_count timestamp"
).split()

# Neighbours on the machine stretch CPU seconds: by 1.8 to 2.3 on two cores at a load
# of 9 (November 2026). A fixed piece of work, sampled within the process, tells how
# much. The samples are 0.5 s apart, later 2 % of the CPU time so far, and take 1 % of
# the run at most.
SAMPLE_SECONDS = 0.5
SAMPLE_SHARE = 0.02

# A process above its limit gets this long to write what it was doing.
GRACE_SECONDS = 5


def main():
    if sys.argv[1:2] == ["--child"]:
        return run_conda(Path(sys.argv[2]))
    options = parse_options()
    done = finished_names(options.out)
    with open(options.runs, newline="") as file:
        for run in csv.DictReader(file, delimiter="\t"):
            if run["name"] not in done:
                measure(run, options)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--conda", required=True, help="Python that imports conda")
    parser.add_argument("--channels", required=True, help="address of the channels")
    parser.add_argument("--runs", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--cpu-limit", type=int, default=600, help="seconds")
    parser.add_argument("--memory-limit", type=int, default=8192, help="MB")
    # conda iterates over sets of specs, so the seed changes the solver's work.
    parser.add_argument("--hash-seed", default="0")
    return parser.parse_args()


def finished_names(out):
    if not out.exists():
        return set()
    with open(out, newline="") as file:
        return {row["name"] for row in csv.DictReader(file, delimiter="\t")}


# --- The parent: one process per run --------------------------------------------------


def measure(run, options):
    """Runs conda once and appends the result to both files."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        limit = int(run.get("cpu_limit") or options.cpu_limit)
        write_job(folder, run, options)
        child = start_child(folder, limit, options)
        code, usage, stopped = watch(child, options.memory_limit)
        events = read_events(folder / "events.jsonl")
        log = (folder / "stdout").read_text()
    result = summarise(run, code, usage, stopped, events, log)
    result["hash_seed"] = options.hash_seed
    append_row(options.out, run, result)
    with open(options.out.with_name("counts.jsonl"), "a") as file:
        file.write(json.dumps(result) + "\n")
    shown = [str(result[key]) for key in ("name", "outcome", "cpu_s", "peak_mb")]
    print(" ".join(shown), flush=True)


def write_job(folder, run, options):
    """Writes the job, and a condarc that overrides the machine's own settings."""
    channels = options.channels.rstrip("/")
    settings = {
        "channel_alias": channels,
        "default_channels": [f"{channels}/pkgs/main", f"{channels}/pkgs/r"],
        "channel_priority": run["priority"],
        "solver": "classic",
        "repodata_fns": ["repodata.json"],
        "local_repodata_ttl": 86400,
        # Outside the job's folder: each channel is fetched once for all runs.
        "pkgs_dirs": [str(Path(tempfile.gettempdir(), "classic-pkgs"))],
        "notify_outdated_conda": False,
        "number_channel_notices": 0,
    }
    # JSON is YAML too.
    (folder / "condarc").write_text(json.dumps(settings))
    command = ["create", "--dry-run", "--json", "--prefix", str(folder / "env")]
    command += ["--override-channels"]
    for channel in run["channels"].split():
        command += ["--channel", channel]
    command += run["specs"].split()
    (folder / "job.json").write_text(json.dumps(command))


def start_child(folder, cpu_limit, options):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CONDA")}
    environment |= {
        "CONDARC": str(folder / "condarc"),
        "HOME": str(folder),
        "PYTHONHASHSEED": options.hash_seed,
        # A Debian 12 image without a GPU.
        "CONDA_OVERRIDE_GLIBC": "2.36",
        "CONDA_OVERRIDE_CUDA": "",
    }

    def limit_cpu():
        hard = cpu_limit + GRACE_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_limit, hard))

    with open(folder / "stdout", "w") as log:
        return subprocess.Popen(
            [options.conda, __file__, "--child", str(folder)],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=limit_cpu,
        )


def watch(child, memory_limit_mb):
    """Waits for the child and stops it above the memory limit."""
    stopped = False
    deadline = None
    while True:
        pid, status, usage = os.wait4(child.pid, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status), usage, stopped
        if not stopped and resident_mb(child.pid) > memory_limit_mb:
            stopped = True
            deadline = time.monotonic() + GRACE_SECONDS
            os.kill(child.pid, signal.SIGXCPU)
        if deadline and time.monotonic() > deadline:
            os.kill(child.pid, signal.SIGKILL)
        time.sleep(0.2)


def resident_mb(pid):
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * resource.getpagesize() // 2**20


def read_events(path):
    if not path.exists():
        return []
    events = []
    for line in path.read_text().splitlines():
        try:
            events.append(json.loads(line))
        except ValueError:
            # A killed process can leave half a line.
            break
    return events


def summarise(run, code, usage, stopped, events, log):
    """Returns one run's record for counts.jsonl."""
    by_kind = {}
    for event in events:
        by_kind.setdefault(event.pop("event"), []).append(event)
    end = by_kind.pop("end", [{}])[0]
    stopped_at = by_kind.get("stopped", [{}])[0]
    outcome = limit_reached(code, stopped) or end.get("outcome", "failed")
    result = {
        "name": run["name"],
        "outcome": outcome,
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_mb": usage.ru_maxrss // 1024,
        "sample_ms": (end or stopped_at).get("sample_ms"),
        "packages": end.get("packages"),
        "phases": end.get("phases") or partial_phases(by_kind),
        **by_kind,
    }
    if outcome == "failed":
        result["log"] = log[:3000]
    return result


def limit_reached(code, stopped):
    if stopped:
        return "out-of-memory"
    # SIGKILL: pycosat did not return to Python between the soft and the hard limit.
    if code in (-signal.SIGXCPU, -signal.SIGKILL, 128 + signal.SIGXCPU):
        return "cpu-limit"
    return None


def partial_phases(by_kind):
    """Sums the finished calls of a run that was stopped."""
    kinds = ("prepare", "reduce", "gen_clauses", "sat", "find_conflicts")
    return {
        kind: round(sum(event["cpu_s"] for event in by_kind[kind]), 3)
        for kind in kinds
        if kind in by_kind
    }


def append_row(out, run, result):
    is_finished = result["outcome"] in ("solved", "unsatisfiable")
    phases = result["phases"] if is_finished else {}
    row = {key: run[key] for key in ("name", "channels", "priority", "specs")}
    row |= {key: result[key] for key in ("outcome", "cpu_s", "peak_mb", "packages")}
    row |= {f"{phase}_s": f"{seconds:.2f}" for phase, seconds in phases.items()}
    is_new = not out.exists()
    with open(out, "a", newline="") as file:
        writer = csv.DictWriter(
            file, HEADER, delimiter="\t", extrasaction="ignore", lineterminator="\n"
        )
        if is_new:
            writer.writeheader()
        writer.writerow(row)


# --- The child: conda with counting wrappers ------------------------------------------


def run_conda(folder):
    """Runs one conda command in this process and writes events as it goes."""
    command = json.loads((folder / "job.json").read_text())
    recorder = Recorder(folder / "events.jsonl")
    signal.signal(signal.SIGXCPU, recorder.stop)
    signal.signal(signal.SIGPROF, recorder.sample)
    signal.setitimer(signal.ITIMER_PROF, SAMPLE_SECONDS)
    from conda.cli.main import main as conda_main

    watch_conda(recorder)
    code = conda_main(*command)
    signal.setitimer(signal.ITIMER_PROF, 0)
    outcome = recorder.failure or ("solved" if code == 0 else "failed")
    recorder.event(
        "end",
        outcome=outcome,
        packages=recorder.packages,
        **recorder.speed(),
        phases={phase: round(cpu, 3) for phase, cpu in recorder.phases.items()},
    )
    return code


class Recorder:
    """The events and phase times of one run."""

    def __init__(self, path):
        # Line-buffered: what a killed process has written must be on disk.
        self.file = open(path, "w", buffering=1)
        self.phases = Counter()
        self.open_phases = []
        self.clauses = None
        self.objective = 0
        self.step = None
        self.packages = None
        self.failure = None
        self.samples = []

    def event(self, event, **fields):
        self.file.write(json.dumps({"event": event, **fields}) + "\n")

    def begin(self, phase):
        self.open_phases.append((phase, time.process_time()))

    def end(self):
        """Closes the innermost phase and returns its CPU seconds."""
        phase, start = self.open_phases.pop()
        cpu = time.process_time() - start
        self.phases[phase] += cpu
        return round(cpu, 3)

    def sample(self, *_):
        """Times a fixed piece of work and sets the timer for the next time."""
        start = time.process_time()
        # Ints and floats are unknown to the garbage collector: with containers, the
        # sample would pay for a collection of conda's heap.
        table = {number * 7919 % 10007: number * 0.5 for number in range(10000)}
        sum(table.get(number, 0.0) for number in range(10000))
        end = time.process_time()
        self.samples.append(end - start)
        signal.setitimer(
            signal.ITIMER_PROF, max(SAMPLE_SECONDS, end * SAMPLE_SHARE)
        )

    def speed(self):
        """Returns the mean of the samples in milliseconds, and what they took."""
        if not self.samples:
            return {}
        total = sum(self.samples)
        mean = 1000 * total / len(self.samples)
        return {"sample_ms": round(mean, 3), "samples_s": round(total, 3)}

    def stop(self, *_):
        """Writes where the process was when it reached a limit, and exits."""
        now = time.process_time()
        phases = [(p, round(now - start, 3)) for p, start in self.open_phases]
        state = {"phases": phases}
        if self.clauses is not None:
            state |= size_of(self.clauses)
        state |= self.speed()
        self.event("stopped", step=self.step, rss_mb=resident_mb("self"), **state)
        os._exit(128 + signal.SIGXCPU)


def size_of(clauses):
    return {"vars": clauses.m, "clauses": clauses.get_clause_count()}


def watch_conda(recorder):
    from conda.common import logic
    from conda.core.solve import Solver
    from conda.resolve import Resolve

    watch_solver(recorder, Solver)
    watch_resolve(recorder, Resolve)
    watch_conflicts(recorder, Resolve)
    watch_sat(recorder, logic.Clauses)
    watch_minimize(recorder, logic.Clauses)


def wrap(recorder, cls, method, phase, describe):
    """Times a method and writes an event with what `describe` returns."""
    original = getattr(cls, method)

    def wrapper(self, *args, **kwargs):
        recorder.begin(phase)
        result, raised = None, True
        try:
            result = original(self, *args, **kwargs)
            raised = False
            return result
        finally:
            cpu = recorder.end()
            fields = {} if raised else describe(self, result, *args)
            recorder.event(phase, cpu_s=cpu, rss_mb=resident_mb("self"), **fields)

    setattr(cls, method, wrapper)


def watch_solver(recorder, solver):
    def describe_final(_self, records, *_):
        recorder.packages = len(records)
        return {"packages": len(records)}

    wrap(recorder, solver, "_collect_all_metadata", "prepare", lambda *_: {})
    wrap(recorder, solver, "_run_sat", "sat", lambda *_: {})
    wrap(recorder, solver, "solve_final_state", "solver", describe_final)


def watch_resolve(recorder, resolve):
    def describe_reduce(_self, index, specs, *_):
        names = len({record.name for record in index})
        return {"specs": len(specs), "records": len(index), "groups": names}

    def describe_clauses(self, clauses, *_):
        recorder.clauses = clauses
        return {
            "in": recorder.open_phases[-1][0] if recorder.open_phases else None,
            "records": len(self.index),
            "groups": len(self.groups),
            **size_of(clauses),
        }

    wrap(recorder, resolve, "get_reduced_index", "reduce", describe_reduce)
    wrap(recorder, resolve, "gen_clauses", "gen_clauses", describe_clauses)
    wrap(recorder, resolve, "get_conflicting_specs", "conflicting_specs", conflicting)
    wrap(recorder, resolve, "solve", "solve", lambda *_: {})


def conflicting(_self, specs, *_):
    return {"conflicting": len(specs or ())}


def watch_sat(recorder, clauses_class):
    """Records the SAT calls outside minimize, whose own calls are its steps."""

    def describe(self, solution, *_):
        return {"sat": solution is not None, **size_of(self)}

    wrap(recorder, clauses_class, "sat", "sat_call", describe)


# --- Minimisation ---------------------------------------------------------------------


def watch_minimize(recorder, clauses_class):
    original = clauses_class.minimize

    def minimize(self, objective, bestsol=None, trymax=False):
        number, recorder.objective = recorder.objective, recorder.objective + 1
        fields = {"objective": OBJECTIVES[number], **describe_objective(objective)}
        fields |= {"vars_before": self.m, "clauses_before": self.get_clause_count()}
        recorder.clauses = self
        steps = recorder.step = Steps(recorder, self._clauses)
        recorder.begin("minimize")
        solution, value = original(self, objective, bestsol, trymax)
        cpu = recorder.end()
        steps.detach()
        recorder.step = None
        size = {"vars_after": self.m, "clauses_after": self.get_clause_count()}
        end = {"value": value, "cpu_s": cpu, "rss_mb": resident_mb("self")}
        recorder.event("minimize", **fields, **size, **end, steps=steps.done)
        return solution, value

    clauses_class.minimize = minimize


def describe_objective(objective):
    coefficients = list(objective.values())
    return {
        "terms": len(coefficients),
        "sum": sum(coefficients),
        "max": max(coefficients, default=0),
    }


class Steps:
    """The bisection steps of one minimize call, each up to its SAT call."""

    # Overrides on the instance, so that gen_clauses does not pay for them.
    METHODS = ("LinearBound", "Any", "sat")

    def __init__(self, recorder, clauses):
        self.recorder = recorder
        self.clauses = clauses
        self.done = []
        self.current = None
        self.originals = {name: getattr(clauses, name) for name in self.METHODS}
        clauses.LinearBound = self.linear_bound
        clauses.Any = self.any
        clauses.sat = self.sat

    def detach(self):
        for name in self.METHODS:
            delattr(self.clauses, name)

    def start(self, kind, **fields):
        self.current = {"kind": kind, **fields}
        self.base = size_of(self.clauses)
        self.started = time.process_time()
        self.recorder.step = self.current | {"base": self.base}

    def linear_bound(self, literals, coeffs, lo, hi, preprocess, polarity):
        kept = [c for c in coeffs if c <= hi]
        self.start("sum", lo=lo, hi=hi, terms=len(coeffs), kept=len(kept))
        return self.originals["LinearBound"](
            literals, coeffs, lo, hi, preprocess, polarity=polarity
        )

    def any(self, literals, polarity):
        # minimize forbids the terms above the bound first, then requires one below it.
        if polarity is False:
            self.start("peak", prevented=len(literals), required=0)
        else:
            self.current["required"] = len(literals)
        return self.originals["Any"](literals, polarity=polarity)

    def sat(self, *args, **kwargs):
        if self.current is None:
            self.start("recompute")
        built = time.process_time()
        size = size_of(self.clauses)
        solution = self.originals["sat"](*args, **kwargs)
        added = {key: size[key] - self.base[key] for key in size}
        self.current |= added | {
            "build_s": round(built - self.started, 3),
            "sat_s": round(time.process_time() - built, 3),
            "sat": solution is not None,
            "rss_mb": resident_mb("self"),
        }
        self.done.append(self.current)
        # Also written on its own: a killed run has no event for the whole call.
        self.recorder.event("step", call=self.recorder.objective, **self.current)
        self.current = None
        return solution


# --- Conflicts ------------------------------------------------------------------------


def watch_conflicts(recorder, resolve):
    def describe_graph(self, result, spec):
        graph, dependencies = result
        second = sum(map(len, graph[spec].values()))
        start = time.process_time()
        paths, visits = count_paths(self, spec)
        return {
            "spec": str(spec),
            "dependencies": len(dependencies),
            "first_level": len(graph[spec]),
            "second_level": second,
            "paths": paths,
            "visits": visits,
            "counting_s": round(time.process_time() - start, 3),
        }

    def describe_map(_self, _result, specs, *_):
        return {"specs": len(set(specs))}

    def describe_chains(_self, _result, chains, *_):
        return {"chains": len(chains)}

    wrap(recorder, resolve, "build_graph_of_deps", "graph", describe_graph)
    wrap(recorder, resolve, "build_conflict_map", "conflict_map", describe_map)
    wrap(recorder, resolve, "_classify_bad_deps", "classify", describe_chains)
    watch_failure(recorder, resolve)
    watch_search(recorder, resolve)


def count_paths(resolve, spec):
    """Returns how many paths build_graph_of_deps queued and dependencies it read."""
    first = Counter(d for record in resolve.find_matches(spec) for d in record.depends)
    from conda.models.match_spec import MatchSpec

    visits = sum(first.values())
    for dependency, times in first.items():
        matches = resolve.find_matches(MatchSpec(dependency))
        visits += times * sum(len(record.depends) for record in matches)
    return 1 + sum(first.values()), visits


def watch_failure(recorder, resolve):
    original = resolve.find_conflicts

    def find_conflicts(self, *args, **kwargs):
        recorder.failure = "unsatisfiable"
        recorder.begin("find_conflicts")
        try:
            return original(self, *args, **kwargs)
        finally:
            cpu = recorder.end()
            recorder.event("find_conflicts", cpu_s=cpu, search=recorder.search)

    recorder.search = {"calls": 0, "targets": 0, "paths": 0, "cpu_s": 0.0}
    resolve.find_conflicts = find_conflicts


def watch_search(recorder, resolve):
    """Sums the searches, since there can be thousands."""
    original = resolve.breadth_first_search_for_dep_graph
    search = recorder.search

    def breadth_first_search(self, root, target, graph, num_targets=1):
        start = time.process_time()
        paths = original(self, root, target, graph, num_targets)
        search["cpu_s"] = round(search["cpu_s"] + time.process_time() - start, 3)
        search["calls"] += 1
        search["targets"] += num_targets
        search["paths"] += len(paths)
        return paths

    resolve.breadth_first_search_for_dep_graph = breadth_first_search


if __name__ == "__main__":
    sys.exit(main())
