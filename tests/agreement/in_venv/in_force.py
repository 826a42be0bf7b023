"""Which lines of a pip list hold for a Python on linux-64, by their markers.
Takes a question as JSON on stdin, prints the lines as JSON."""

import json
import sys

from packaging.requirements import Requirement


def environment(python: str) -> dict:
    return {
        "implementation_name": "cpython",
        "implementation_version": python,
        "os_name": "posix",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": python,
        "python_version": ".".join(python.split(".")[:2]),
        "sys_platform": "linux",
    }


def main() -> None:
    question = json.load(sys.stdin)
    target = environment(question["python"])
    holds = []
    for line in question["lines"]:
        marker = Requirement(line).marker
        if marker is None or marker.evaluate(target):
            holds.append(line)
    print(json.dumps(holds))


main()
