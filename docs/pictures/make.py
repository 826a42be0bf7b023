#!/usr/bin/env python3
"""Draws the pictures of the README from what presolve prints: `make.py PRESOLVE`.

Needs rich (`pip install rich`), and chromium for the picture of the report.
"""

import io
import pathlib
import re
import subprocess
import sys
import tempfile

from rich.console import Console
from rich.text import Text

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FILE = "fixtures/quickstart/unsolvable.yml"


def output(presolve, *arguments):
    # The kernel of the machine would be in the picture.
    command = [presolve, *arguments, "--color", "always", "--virtual-package", "__linux=5.15"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode != 1:
        sys.exit(f"error: {command} ended with {run.returncode}:\n{run.stderr}")
    return run.stdout + run.stderr


def terminal(presolve):
    """The terminal, as SVG: `presolve explain` of a file without a solution."""
    console = Console(record=True, width=96, file=io.StringIO(), force_terminal=True)
    console.print(Text.assemble(("$ ", "bold"), f"presolve explain {FILE}"))
    text = output(presolve, "explain", FILE)
    # The time differs from run to run.
    console.print(Text.from_ansi(re.sub(r" \(\d+\.\d s\)", "", text)))
    svg = console.export_svg(title="presolve", unique_id="presolve")
    # The pages of a repository fetch nothing: the reader's own font has to do.
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.S)
    svg = svg.replace("Fira Code", "ui-monospace, SFMono-Regular, Menlo, Consolas")
    svg = re.sub(r"[ \t]+$", "", svg, flags=re.M)
    (HERE / "terminal.svg").write_text(svg)


def report(presolve):
    """The page that `presolve explain --html` writes, as PNG."""
    with tempfile.TemporaryDirectory() as folder:
        page = pathlib.Path(folder) / "report.html"
        output(presolve, "explain", FILE, "--html", str(page))
        command = ["chromium", "--headless", "--no-sandbox", "--hide-scrollbars"]
        command += ["--force-color-profile=srgb", "--window-size=1000,1180"]
        command += [f"--screenshot={HERE / 'report.png'}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    terminal(sys.argv[1])
    report(sys.argv[1])
