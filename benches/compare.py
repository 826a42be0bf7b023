#!/usr/bin/env python3
"""Times `presolve pin` beside py-rattler (conda) and uv (pip); see README.md."""

import argparse
import functools
import http.server
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv

ROOT = pathlib.Path(__file__).resolve().parent.parent

CONDA = ["python=3.11", "numpy", "pandas", "scikit-learn"]
PIP = ["requests", "fastapi[standard]", "pydantic>=2"]

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


def main():
    arguments = parse()
    with tempfile.TemporaryDirectory(prefix="presolve-bench-") as folder:
        bench = Bench(arguments, pathlib.Path(folder))
        bench.install_peers()
        bench.compare("conda only", CONDA, [], bench.conda_peer)
        bench.compare("pip only", ["python=3.11", "pip"], PIP, bench.pip_peer)
        bench.compare("mixed", [*CONDA, "pip"], PIP, bench.both_peers)


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presolve", default=str(ROOT / "target/release/presolve"), help="the binary")
    parser.add_argument("--channel", default="conda-forge", help="the channel of the files")
    parser.add_argument(
        "--channel-alias", default="https://conda.anaconda.org", help="a URL or folder before its name"
    )
    parser.add_argument("--index-url", default="https://pypi.org/simple", help="the package index")
    parser.add_argument("--mapping", help="a name mapping instead of the published one")
    parser.add_argument("--platform", default="linux-64")
    parser.add_argument("--runs", type=int, default=3, help="runs of each kind")
    return parser.parse_args()


class Bench:
    def __init__(self, arguments, folder):
        self.arguments = arguments
        self.folder = folder
        alias = arguments.channel_alias
        self.alias = alias if "://" in alias else serve(alias)
        self.bin = folder / "venv" / "bin"

    def install_peers(self):
        venv.create(self.folder / "venv", with_pip=True)
        pip = [self.bin / "python", "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--quiet", "py-rattler", "uv"], check=True)
        frozen = subprocess.run([*pip, "freeze"], check=True, capture_output=True, text=True)
        print(*[line for line in frozen.stdout.split() if line.startswith(("py-rattler", "py_rattler", "uv="))])
        subprocess.run([self.arguments.presolve, "--version"], check=True)

    def compare(self, title, conda, pip, peer):
        print(f"\n{title}: {', '.join([*conda, *pip])}")
        name = title.replace(" ", "-")
        ours = self.measure(f"{name}-presolve", lambda cache: [self.presolve(conda, pip, cache)])
        theirs = self.measure(f"{name}-peer", lambda cache: peer(conda, pip, cache))
        for kind in ["cold", "warm"]:
            (our_time, our_memory), (their_time, their_memory) = ours[kind], theirs[kind]
            print(
                f"  {kind}: presolve {our_time:6.2f} s {our_memory:5.0f} MB, "
                f"others {their_time:6.2f} s {their_memory:5.0f} MB, "
                f"time x{our_time / their_time:.2f}, memory x{our_memory / their_memory:.2f}"
            )

    def presolve(self, conda, pip, cache):
        lines = [f"channels: [{self.arguments.channel}, nodefaults]", "dependencies:"]
        lines += [f"  - {line}" for line in conda]
        lines += ["  - pip:"] * bool(pip) + [f"    - {line}" for line in pip]
        file = self.folder / "environment.yml"
        file.write_text("\n".join(lines) + "\n")
        command = [self.arguments.presolve, "pin", file, "-q", "-o", self.folder / "pinned.yml"]
        command += ["--platform", self.arguments.platform, "--channel-alias", self.alias]
        command += ["--index-url", self.arguments.index_url, "--cache-dir", cache]
        return command + (["--mapping", self.arguments.mapping] if self.arguments.mapping else [])

    def conda_peer(self, conda, _pip, cache):
        channel = f"{self.alias.rstrip('/')}/{self.arguments.channel}"
        program = [self.bin / "python", "-c", RATTLER, channel, self.arguments.platform]
        return [[*program, cache / "rattler", *conda]]

    def pip_peer(self, _conda, pip, cache):
        requirements = self.folder / "requirements.in"
        requirements.write_text("\n".join(pip) + "\n")
        command = [self.bin / "uv", "pip", "compile", "--quiet", "--python-version", "3.11"]
        command += ["--python-platform", UV_PLATFORMS.get(self.arguments.platform, "linux")]
        command += ["--index-url", self.arguments.index_url, "--cache-dir", cache / "uv"]
        return [[*command, "-o", self.folder / "requirements.txt", requirements]]

    def both_peers(self, conda, pip, cache):
        return self.conda_peer(conda, pip, cache) + self.pip_peer(conda, pip, cache)

    def measure(self, name, commands):
        """The median time and peak memory, cold and warm."""
        cache = self.folder / "caches" / name
        results = {"cold": [], "warm": []}
        for _ in range(self.arguments.runs):
            shutil.rmtree(cache, ignore_errors=True)
            cache.mkdir(parents=True)
            results["cold"].append(run(commands(cache)))
            results["warm"].append(run(commands(cache)))
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


def run(commands):
    """Seconds of all commands, and megabytes of the largest."""
    start, memory = time.monotonic(), 0
    for command in commands:
        process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL)
        # Of this child alone; getrusage has only the largest of all so far.
        _, status, usage = os.wait4(process.pid, 0)
        if os.waitstatus_to_exitcode(status) != 0:
            sys.exit(f"failed: {' '.join(map(str, command))}")
        # Bytes on macOS, kilobytes elsewhere.
        memory = max(memory, usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024))
    return time.monotonic() - start, memory


if __name__ == "__main__":
    main()
