"""The tools that nobody here wrote, and presolve beside them."""

import hashlib
import json
import os
import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
PACKAGES = ["py-rattler", "uv", "packaging", "PyYAML", "ruamel.yaml", "pip"]
PLATFORM = "linux-64"
# One target for all: Ubuntu 22.04 on a machine without a GPU.
GLIBC = (2, 35)
VIRTUAL_PACKAGES = {
    "__unix": "0=0",
    "__linux": "5.15=0",
    "__glibc": f"{GLIBC[0]}.{GLIBC[1]}=0",
    "__archspec": "1=x86_64_v3",
}
UV_PLATFORM = f"x86_64-manylinux_{GLIBC[0]}_{GLIBC[1]}"
# Wheels that a pip may take which is asked for another Python than its own.
PIP_PLATFORMS = [
    *(f"manylinux_2_{minor}_x86_64" for minor in range(GLIBC[1], 4, -1)),
    "manylinux2014_x86_64",
    "manylinux2010_x86_64",
    "manylinux1_x86_64",
    "linux_x86_64",
]


@dataclass
class Run:
    """How a command ended."""

    code: int | None
    stdout: str
    stderr: str
    seconds: float

    @property
    def timed_out(self) -> bool:
        return self.code is None


def clean_environment() -> dict:
    """This machine's own settings of pip, uv and conda say nothing about the spec."""
    foreign = ("PIP_", "UV_", "CONDA", "PRESOLVE_", "MAMBA", "VIRTUAL_ENV", "PYTHON")
    kept = {"PIP_CERT"}
    environment = {
        name: value
        for name, value in os.environ.items()
        if name in kept or not name.startswith(foreign)
    }
    environment["NO_COLOR"] = "1"
    return environment


def run(command: list, limit: float, text: str | None = None, cwd=None) -> Run:
    """Runs a command within a time limit, and ends its children with it."""
    start = time.monotonic()
    process = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.PIPE if text is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env=clean_environment(),
        cwd=cwd,
        start_new_session=True,
    )
    try:
        stdout, stderr = process.communicate(text, timeout=limit)
        code = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        stdout, stderr = process.communicate()
        code = None
    return Run(code, stdout, stderr, time.monotonic() - start)


def install(folder: Path) -> Path:
    """A virtual environment with the peers; gives its python."""
    python = folder / "bin" / "python"
    if not (folder / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        command = [python, "-m", "pip", "install", "--quiet", "--upgrade", *PACKAGES]
        subprocess.run(command, check=True)
        (folder / "installed").touch()
    return python


def versions(python: Path) -> dict:
    """Which releases of the peers are installed."""
    listed = run([python, "-m", "pip", "list", "--format", "json"], 60)
    found = {one["name"].lower(): one["version"] for one in json.loads(listed.stdout)}
    names = (name.lower() for name in PACKAGES)
    return {name: found[name] for name in names if name in found}


@dataclass
class PipHalf:
    """A pip list on what conda brought."""

    lines: list[str]
    provided: dict
    python: str
    # The lines of the `-c` files.
    limits: list[str] = field(default_factory=list)
    # The pip that conda brings, which will do the build.
    pip: str = ""

    def write(self, folder: Path, wheels: Path) -> tuple[Path, Path]:
        """The list as a requirements file, the constraints beside it; and the
        folder with stand-ins of what conda brought."""
        links, held = stand_ins(wheels, self.provided)
        folder.mkdir(exist_ok=True)
        held += self.limits
        place = folder / name_of(self.lines, held, self.python)
        place.with_suffix(".in").write_text("\n".join(self.lines) + "\n")
        place.with_suffix(".constraints").write_text("\n".join(held) + "\n")
        return place, links


@dataclass
class Peers:
    """What the peers need to know beside the spec."""

    python: Path
    folder: Path
    channel_root: str
    priority: str = "flexible"
    limit: int = 180
    pip_pythons: dict = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def channel_urls(self, channels: list[str]) -> list[str]:
        """Where the channels of a file are, `defaults` at the end as conda has it."""
        root = self.channel_root.rstrip("/")
        named = [name for name in channels if name != "nodefaults"]
        if "nodefaults" not in channels and "defaults" not in channels:
            named.append("defaults")
        urls = []
        for name in named:
            if name == "defaults":
                urls += [f"{root}/pkgs/main", f"{root}/pkgs/r"]
            elif "://" in name:
                urls.append(name)
            else:
                urls.append(f"{root}/{name}")
        return list(dict.fromkeys(urls))

    def qualified(self, spec: str) -> str:
        """A spec whose `channel::` names the channel by its address."""
        match = re.match(r"^([\w./-]+)::?(?=[\w])(.*)$", spec)
        if "::" not in spec or match is None:
            return spec
        channel, rest = spec.split("::", 1)
        if channel == "defaults":
            channel = "pkgs/main"
        return f"{self.channel_root.rstrip('/')}/{channel}::{rest}"

    def read(self, spec: Path) -> dict:
        """What an independent reader makes of a file."""
        result = run([self.python, HERE / "in_venv" / "read_spec.py", spec], 60)
        if result.code != 0:
            error = "the reader broke off: " + last_line(result.stderr)
            return {"ok": False, "error": error}
        return json.loads(result.stdout)

    def solve_conda(self, channels: list[str], specs: list[str]) -> dict:
        """What rattler makes of the conda half."""
        if not specs:
            return {"verdict": "solved", "records": [], "seconds": 0}
        question = {
            "cache": str(self.folder / "rattler-cache"),
            "channels": self.channel_urls(channels),
            "specs": [self.qualified(spec) for spec in specs],
            "platform": PLATFORM,
            "virtual_packages": [f"{k}={v}" for k, v in VIRTUAL_PACKAGES.items()],
            "channel_priority": self.priority,
            "timeout": self.limit,
        }
        command = [self.python, HERE / "in_venv" / "solve_conda.py"]
        result = run(command, self.limit + 30, json.dumps(question))
        if result.timed_out:
            answer = {"verdict": "timeout", "transient": True}
        elif result.code != 0:
            answer = {"verdict": "error", "error": last_line(result.stderr)}
        else:
            answer = json.loads(result.stdout)
        return answer | {"seconds": round(result.seconds, 2)}

    def compile(self, half: PipHalf) -> dict:
        """What uv makes of a pip list, with what conda provides already there.

        Builds are allowed first, as pip allows them. A build that fails in this
        environment says nothing, so the second answer is the one without."""
        answer = self.uv(half, ["--no-progress"])
        if answer["verdict"] == "build failed":
            second = self.uv(half, ["--no-progress", "--no-build"])
            if second["verdict"] == "solved":
                second["seconds"] += answer["seconds"]
                return second | {"without_builds": True}
        return answer

    def uv(self, half: PipHalf, flags: list) -> dict:
        """What one run of `uv pip compile` comes to."""
        result = self.run_uv(half, flags)
        return uv_answer(result) | {"seconds": round(result.seconds, 2)}

    def run_uv(self, half: PipHalf, flags: list) -> Run:
        """One run of `uv pip compile`."""
        inputs = self.folder / "uv-inputs"
        place, links = half.write(inputs, self.folder / "provided")
        command = [self.python.parent / "uv", "pip", "compile"]
        command += [place.with_suffix(".in"), "--python-version", half.python]
        command += ["--python-platform", UV_PLATFORM, "--no-annotate", "--no-header"]
        command += ["--constraints", place.with_suffix(".constraints")]
        command += ["--find-links", links, "--no-strip-extras", "--no-config"]
        command += ["--no-python-downloads"]
        # As pip does: all indexes count alike.
        command += ["--index-strategy", "unsafe-best-match", *flags]
        return run(command, self.limit, cwd=inputs)

    def in_force(self, lines: list[str], python: str) -> list[str]:
        """The lines whose markers hold for a Python on the target."""
        question = json.dumps({"lines": lines, "python": python})
        command = [self.python, HERE / "in_venv" / "in_force.py"]
        return json.loads(run(command, self.limit, question).stdout)

    def refused(self, versions: dict, python: str) -> dict:
        """The releases that may not be installed with a Python, and what they
        ask for."""
        question = json.dumps({"versions": versions, "python": python})
        command = [self.python, HERE / "in_venv" / "check_python.py"]
        result = run(command, self.limit, question)
        return json.loads(result.stdout) if result.code == 0 else {}

    def pip(self, half: PipHalf) -> dict:
        """What pip makes of a pip list, by `--dry-run --report`.

        Best with an interpreter of that Python: told of another one, pip still
        reads markers for its own."""
        inputs = self.folder / "pip-inputs"
        place, links = half.write(inputs, self.folder / "provided")
        report = place.with_suffix(".json")
        report.unlink(missing_ok=True)
        interpreter = self.pip_python(half.python, half.pip)
        command = [interpreter or self.python, "-m", "pip", "install", "--dry-run"]
        command += ["--ignore-installed", "--quiet", "--report", report]
        command += ["--requirement", place.with_suffix(".in")]
        command += ["--constraint", place.with_suffix(".constraints")]
        command += ["--find-links", links, "--prefer-binary"]
        if interpreter is None:
            command += ["--python-version", half.python, "--only-binary=:all:"]
            for platform in PIP_PLATFORMS:
                command += ["--platform", platform]
        result = run(command, self.limit, cwd=inputs)
        answer = pip_answer(result, report)
        tool = "pip" if interpreter else "pip --python-version"
        return answer | {"seconds": round(result.seconds, 2), "tool": tool}

    def pip_python(self, version: str, pip: str) -> Path | None:
        """The python of an environment with that pip, if it has `--report` (22.2),
        else with the newest that has; if there is an interpreter of that minor
        version."""
        minor = ".".join(version.split(".")[:2])
        parts = tuple(int(part) for part in re.findall(r"\d+", pip)[:2])
        wanted = f"pip=={pip}" if parts >= (22, 2) else "pip>=22.2"
        key = (minor, wanted)
        with self.lock:
            if key not in self.pip_pythons:
                self.pip_pythons[key] = self.new_pip_python(minor, wanted)
        return self.pip_pythons[key]

    def new_pip_python(self, minor: str, wanted: str) -> Path | None:
        folder = self.folder / f"pip-{minor}-{re.sub('[^0-9.]', '', wanted)}"
        python = folder / "bin" / "python"
        if (folder / "installed").exists():
            return python
        candidates = interpreters(minor)
        if not candidates:
            return None
        made = run([candidates[0], "-m", "venv", folder], 120)
        update = [python, "-m", "pip", "install", "--quiet", "--upgrade", wanted]
        # Python 3.6 never got a pip with `--report`.
        if made.code != 0 or run(update, 120).code != 0:
            return None
        (folder / "installed").touch()
        return python


def interpreters(minor: str) -> list[Path]:
    """The interpreters of a minor version on this machine."""
    folders = [Path(part) for part in os.environ.get("PATH", "").split(":") if part]
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    folders = sorted(root.glob(f"versions/{minor}.*/bin")) + folders
    found = [folder / f"python{minor}" for folder in folders]
    return [path for path in found if path.exists() and "shims" not in path.parts]


def stand_ins(folder: Path, provided: dict) -> tuple[Path, list[str]]:
    """A folder of empty wheels, one for each project that conda provides, and
    constraints that hold pip to them.

    Each stands for a project that is installed already; its local version tells
    it from what an index has, and every specifier that the true version meets
    is met by it."""
    folder = folder / name_of(sorted(provided.items()))
    folder.mkdir(parents=True, exist_ok=True)
    constraints = []
    for name, version in sorted(provided.items()):
        local = f"{version}.conda" if "+" in version else f"{version}+conda"
        stem = f"{name.replace('-', '_')}-{local}"
        path = folder / f"{stem}-py3-none-any.whl"
        if not path.exists():
            empty_wheel(path, name, local, stem)
        constraints.append(f"{name}=={local}")
    return folder, constraints


def empty_wheel(path: Path, name: str, version: str, stem: str) -> None:
    """A wheel that contains nothing and requires nothing."""
    import zipfile

    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    wheel = "Wheel-Version: 1.0\nGenerator: agreement\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    info = f"{stem}.dist-info"
    record = "".join(f"{info}/{part},,\n" for part in ("METADATA", "WHEEL", "RECORD"))
    draft = path.with_suffix(f".{os.getpid()}.{time.monotonic_ns()}")
    with zipfile.ZipFile(draft, "w") as archive:
        archive.writestr(f"{info}/METADATA", metadata)
        archive.writestr(f"{info}/WHEEL", wheel)
        archive.writestr(f"{info}/RECORD", record)
    draft.replace(path)


def name_of(*parts) -> str:
    """A file name for a question."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:20]


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


NETWORK = ("dns error", "connection reset", "timed out", "502", "503", "connect error")


def uv_answer(result: Run) -> dict:
    text = result.stderr
    if result.timed_out:
        return {"verdict": "timeout", "error": "", "transient": True}
    if result.code == 0:
        return {"verdict": "solved", "versions": read_versions(result.stdout)}
    short = " ".join(uv_reason(text).split())[:1500]
    if "No solution found" in text:
        verdict = "unsolvable"
    elif "Failed to build" in text or "Building source distributions" in text:
        verdict = "build failed"
    elif "Couldn't parse requirement" in text or "Unsupported" in text:
        verdict = "refused"
    else:
        verdict = "error"
    answer = {"verdict": verdict, "error": short}
    if any(word in text.lower() for word in NETWORK):
        answer["transient"] = True
    return answer


def uv_reason(text: str) -> str:
    """What uv says after its warnings: from the first cross or `error:` on."""
    reason = re.search(r"^\s*(×|error:).*", text, re.M | re.S)
    return reason[0] if reason else text


def pip_answer(result: Run, report: Path) -> dict:
    if result.timed_out:
        return {"verdict": "timeout", "error": "", "transient": True}
    if result.code == 0 and report.exists():
        found = json.loads(report.read_text())["install"]
        metadata = (one["metadata"] for one in found)
        return {
            "verdict": "solved",
            "versions": {normalized(one["name"]): one["version"] for one in metadata},
        }
    text = result.stderr
    short = " ".join(text.split())[-1500:]
    if "ResolutionImpossible" in text or "No matching distribution" in text:
        return {"verdict": "unsolvable", "error": short}
    if "Invalid requirement" in text:
        return {"verdict": "refused", "error": short}
    return {"verdict": "build failed" if "metadata" in text else "error", "error": short}


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def read_versions(text: str) -> dict:
    """`name==version` lines, and `name @ url` lines by their address."""
    found = {}
    for line in text.splitlines():
        line = line.split(" ;")[0].strip()
        if match := re.match(r"^([\w.-]+)(\[[^\]]*\])?==(\S+)", line):
            found[normalized(match[1])] = match[3]
        elif match := re.match(r"^([\w.-]+)(\[[^\]]*\])? @ (\S+)", line):
            found[normalized(match[1])] = match[3]
    return found
