#!/usr/bin/env python3
"""Packs the executables of wheels into the archives of a release.

    .ci/archives.py WHEELS EXTRAS OUT

For each wheel in WHEELS, OUT gets `presolve-TARGET.tar.gz` (`.zip` for Windows) with the
executable and all files of EXTRAS, such as completions, manual pages and licences. OUT also
gets SHA256SUMS of all archives, and `image`, the build context of the Dockerfile. The same
input gives the same bytes.
"""

import gzip
import hashlib
import io
import pathlib
import sys
import tarfile
import zipfile

# The platform of a wheel (PEP 425, 600 and 656) and the name that Rust has for it:
# https://doc.rust-lang.org/rustc/platform-support.html
TARGETS = {
    ("manylinux", "x86_64"): "x86_64-unknown-linux-gnu",
    ("manylinux", "aarch64"): "aarch64-unknown-linux-gnu",
    ("musllinux", "x86_64"): "x86_64-unknown-linux-musl",
    ("musllinux", "aarch64"): "aarch64-unknown-linux-musl",
    ("macosx", "x86_64"): "x86_64-apple-darwin",
    ("macosx", "arm64"): "aarch64-apple-darwin",
    ("win", "amd64"): "x86_64-pc-windows-msvc",
}

# The names that Docker has for the processors of its Linux images.
IMAGES = {"x86_64-unknown-linux-gnu": "amd64", "aarch64-unknown-linux-gnu": "arm64"}

# The earliest time that a zip file can hold.
EPOCH = (1980, 1, 1, 0, 0, 0)


def target(wheel):
    platform = wheel.stem.split("-")[-1].split(".")[0]
    for (system, machine), name in TARGETS.items():
        if platform.startswith(system) and platform.endswith(machine):
            return name
    sys.exit(f"error: no target is known for the platform of {wheel.name}")


def executable(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".data/scripts/presolve" in name]
        if len(names) != 1:
            sys.exit(f"error: {wheel.name} has {len(names)} executables instead of 1")
        return archive.read(names[0])


def tar_gz(files):
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, (content, mode) in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), mode
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(raw.getvalue(), mtime=0)


def zipped(files):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (content, mode) in files.items():
            member = zipfile.ZipInfo(name, EPOCH)
            member.external_attr = mode << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, content)
    return raw.getvalue()


def main(wheels, extras, out):
    out.mkdir(parents=True, exist_ok=True)
    extra = {
        path.relative_to(extras).as_posix(): (path.read_bytes(), 0o644)
        for path in sorted(extras.rglob("*"))
        if path.is_file()
    }
    found = sorted(wheels.glob("*.whl"))
    if not found:
        sys.exit(f"error: no wheels in {wheels}")
    sums = []
    for wheel in found:
        name = target(wheel)
        binary = executable(wheel)
        is_windows = "windows" in name
        files = {"presolve.exe" if is_windows else "presolve": (binary, 0o755), **extra}
        files = {f"presolve-{name}/{path}": file for path, file in files.items()}
        archive = out / (f"presolve-{name}" + (".zip" if is_windows else ".tar.gz"))
        content = zipped(files) if is_windows else tar_gz(files)
        archive.write_bytes(content)
        sums.append(f"{hashlib.sha256(content).hexdigest()}  {archive.name}\n")
        if name in IMAGES:
            folder = out / "image" / IMAGES[name]
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "presolve").write_bytes(binary)
            (folder / "presolve").chmod(0o755)
        print(f"{archive}: {len(content) / 1e6:.1f} MB, executable {len(binary) / 1e6:.1f} MB")
    (out / "SHA256SUMS").write_text("".join(sorted(sums, key=lambda line: line.split()[1])))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*map(pathlib.Path, sys.argv[1:]))
