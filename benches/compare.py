#!/usr/bin/env python3
"""Times `presolve pin` beside py-rattler (conda) and uv (pip); see README.md."""

import argparse
import functools
import http.server
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv

import proxy

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Title, Python, conda lines and pip lines. Everything is public, and each case is a kind of
# work: few and many open names, a file of exact pins, a deep graph, a search for old versions.
CONDA = ["numpy", "pandas", "scikit-learn"]
MANY = [
    *CONDA, "scipy", "xarray", "dask", "zarr", "matplotlib", "jupyterlab", "netcdf4", "rasterio",
    "geopandas", "cartopy", "bokeh", "holoviews", "sympy", "numba", "pyarrow", "sqlalchemy",
    "requests", "pillow", "networkx", "statsmodels", "seaborn",
]
LIST = [
    "numpy", "pandas", "scipy", "scikit-learn", "matplotlib", "seaborn", "requests", "flask",
    "django", "fastapi", "uvicorn", "pydantic", "sqlalchemy", "alembic", "celery", "redis",
    "pytest", "black", "mypy", "rich", "typer", "httpx", "aiohttp", "jinja2", "pillow", "opencv-python",
    "nltk", "spacy", "gensim", "xgboost", "lightgbm", "transformers", "datasets", "tokenizers",
    "mlflow", "optuna", "plotly", "dash", "streamlit", "boto3",
]
CASES = {
    "one name": ("3.11", [], []),
    "4 names": ("3.11", CONDA, []),
    "25 names": ("3.11", MANY, []),
    "2 pip lines": ("3.11", [], ["requests", "pandas"]),
    "40 pip lines": ("3.10", [], LIST),
    "airflow": ("3.10", [], ["apache-airflow==2.7.3"]),
    "old boto": ("3.10", [], ["boto3==1.34.0", "botocore<1.35", "s3fs"]),
    "mixed": ("3.11", CONDA, ["requests", "fastapi[standard]", "pydantic>=2"]),
}

# Run as `python -c … CHANNEL PLATFORM CACHE SPEC…`.
RATTLER = """
import asyncio, sys
from rattler import Channel, Gateway, VirtualPackage, solve
channel, platform, cache, *specs = sys.argv[1:]
async def main():
    records = await solve(
        [Channel(channel)], specs,
        gateway=Gateway(cache_dir=cache), platforms=[platform, "noarch"],
        virtual_packages=VirtualPackage.detect(),
    )
    print(len(records), "records")
asyncio.run(main())
"""


HEAD = """\
| case | cache | presolve: CPU s, MiB, requests | others: CPU s, MiB, requests | CPU | memory | wall |
|---|---|---:|---:|---:|---:|---:|"""

# What `--page` replaces in a page stands between these lines.
BEGIN = "<!-- begin: written by benches/compare.py --page -->"
END = "<!-- end -->"


def main():
    arguments = parse()
    if arguments.page:
        # A page without the place is found now, not after the runs.
        with_table(arguments.page, "")
    with tempfile.TemporaryDirectory(prefix="presolve-bench-") as folder:
        bench = Bench(arguments, pathlib.Path(folder))
        bench.install_peers()
        lines = [bench.conditions(), "", HEAD]
        print("", *lines, sep="\n", flush=True)
        for title in arguments.case or CASES:
            for row in bench.compare(title, *CASES[title]):
                print(row, flush=True)
                lines.append(row)
    if arguments.page:
        arguments.page.write_text(with_table(arguments.page, "\n".join(lines)))


def with_table(page, table):
    """The text of the page with this table."""
    text = page.read_text()
    if text.count(BEGIN) != 1 or END not in text.partition(BEGIN)[2]:
        sys.exit(f"error: {page} has no place for the table: write these lines\n{BEGIN}\n{END}")
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{rest.partition(END)[2]}"


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presolve", default=str(ROOT / "target/release/presolve"), help="the binary")
    parser.add_argument("--channel", default="conda-forge", help="the channel of the files")
    parser.add_argument(
        "--channel-alias", default="https://conda.anaconda.org", help="a URL or folder before its name"
    )
    parser.add_argument("--index-url", default="https://pypi.org/simple", help="the package index")
    parser.add_argument("--proxy-cache", help="a folder for what the proxy of the index fetches")
    parser.add_argument("--case", action="append", choices=CASES, help="only this case")
    parser.add_argument("--mapping", help="a name mapping instead of the published one")
    parser.add_argument("--platform", default="linux-64")
    parser.add_argument("--page", type=pathlib.Path, help="a page whose table is replaced")
    parser.add_argument("--note", help="a sentence for the page, such as what the channel is")
    parser.add_argument("--runs", type=int, default=3, help="runs of each kind")
    return parser.parse_args()


class Bench:
    def __init__(self, arguments, folder):
        self.arguments = arguments
        self.folder = folder
        alias = arguments.channel_alias
        self.alias = alias if "://" in alias else serve(alias)
        self.bin = folder / "venv" / "bin"
        self.proxy = proxy.Proxy(arguments.index_url, arguments.proxy_cache or folder / "index")
        self.index_url = f"{self.proxy.url}/simple/"

    def install_peers(self):
        venv.create(self.folder / "venv", with_pip=True)
        pip = [self.bin / "python", "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--quiet", "py-rattler", "uv"], check=True)

    def conditions(self):
        """What was compared, and on what."""
        frozen = self.printed(self.bin / "python", "-m", "pip", "freeze").replace("==", " ").splitlines()
        peers = [line for line in frozen if line.startswith(("py-rattler ", "py_rattler ", "uv "))]
        versions = ", ".join([self.printed(self.arguments.presolve, "--version"), *peers])
        runs, cores = self.arguments.runs, os.cpu_count()
        shown = f"{versions}. Medians of {runs} runs on {cores} cores of {platform.machine()}."
        return f"{shown} {self.arguments.note}" if self.arguments.note else shown

    def printed(self, *command):
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

    def compare(self, title, python, conda, pip):
        """The rows of a case: with a cold and with a warm cache."""
        name = title.replace(" ", "-")
        conda = [f"python={python}", *conda, *["pip"] * bool(pip)]
        peers = [self.conda_peer] * (not pip or len(conda) > 2)
        if pip:
            peers.append(functools.partial(self.pip_peer, python=python))
        theirs = self.measure(
            f"{name}-peer", lambda cache: [command for peer in peers for command in peer(conda, pip, cache)]
        )
        ours = self.measure(f"{name}-presolve", lambda cache: [self.presolve(conda, pip, cache)])
        for kind in ["cold", "warm"]:
            our, their = ours[kind], theirs[kind]
            ratios = [f"x{mine / other:.2f}" for mine, other in zip(our[:3], their[:3])]
            shown = [f"{cpu:.2f}, {memory:.0f}, {requests:.0f}" for cpu, memory, _, requests in (our, their)]
            yield f"| {' | '.join([title, kind, *shown, *ratios])} |"

    def presolve(self, conda, pip, cache):
        lines = [f"channels: [{self.arguments.channel}, nodefaults]", "dependencies:"]
        lines += [f"  - {line}" for line in conda]
        lines += ["  - pip:"] * bool(pip) + [f"    - {line}" for line in pip]
        file = self.folder / "environment.yml"
        file.write_text("\n".join(lines) + "\n")
        command = [self.arguments.presolve, "pin", file, "-q", "-o", self.folder / "pinned.yml"]
        command += ["--platform", self.arguments.platform, "--channel-alias", self.alias]
        command += ["--index-url", self.index_url, "--cache-dir", cache]
        return command + (["--mapping", self.arguments.mapping] if self.arguments.mapping else [])

    def conda_peer(self, conda, _pip, cache):
        channel = f"{self.alias.rstrip('/')}/{self.arguments.channel}"
        program = [self.bin / "python", "-c", RATTLER, channel, self.arguments.platform]
        return [[*program, cache / "rattler", *conda]]

    def pip_peer(self, _conda, pip, cache, python):
        requirements = self.folder / "requirements.in"
        requirements.write_text("\n".join(pip) + "\n")
        command = [self.bin / "uv", "pip", "compile", "--quiet", "--python-version", python]
        # Otherwise uv searches for an interpreter of that version, which can take seconds.
        command += ["--python", self.bin / "python"]
        command += ["--python-platform", UV_PLATFORMS.get(self.arguments.platform, "linux")]
        command += ["--index-url", self.index_url, "--cache-dir", cache / "uv"]
        return [[*command, "-o", self.folder / "requirements.txt", requirements]]

    def measure(self, name, commands):
        """The medians of CPU seconds, peak memory, seconds and requests, cold and warm."""
        cache = self.folder / "caches" / name
        results = {"cold": [], "warm": []}
        # Fills the proxy, which is slow the first time.
        for number in range(self.arguments.runs + 1):
            shutil.rmtree(cache, ignore_errors=True)
            cache.mkdir(parents=True)
            for kind in ["cold", "warm"]:
                before = self.proxy.requests
                result = run(commands(cache))
                if number > 0:
                    results[kind].append((*result, self.proxy.requests - before))
        return {kind: tuple(map(statistics.median, zip(*runs))) for kind, runs in results.items()}


def serve(folder):
    """A folder over HTTP: rattler reads no compressed repodata from disk."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

    handler = functools.partial(Quiet, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


UV_PLATFORMS = {
    "linux-64": "x86_64-manylinux_2_28",
    "linux-aarch64": "aarch64-manylinux_2_28",
    "osx-64": "x86_64-apple-darwin",
    "osx-arm64": "aarch64-apple-darwin",
    "win-64": "x86_64-pc-windows-msvc",
}


# The peak of a process includes that of the process that started it (`exec` keeps it), and this
# one holds whole pages. So a small one starts the commands and prints what they used.
LAUNCHER = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


def run(commands):
    """CPU seconds, megabytes of the largest, and seconds of all commands."""
    start, cpu, memory = time.monotonic(), 0, 0
    for command in commands:
        launched = [sys.executable, "-S", "-c", LAUNCHER, *map(str, command)]
        printed = subprocess.run(launched, check=True, stdout=subprocess.PIPE, text=True).stdout
        code, seconds, peak = printed.split()
        if int(code) != 0:
            sys.exit(f"failed: {' '.join(map(str, command))}")
        cpu += float(seconds)
        # Bytes on macOS, kilobytes elsewhere.
        memory = max(memory, int(peak) / (1024 * 1024 if sys.platform == "darwin" else 1024))
    return cpu, memory, time.monotonic() - start


if __name__ == "__main__":
    main()
