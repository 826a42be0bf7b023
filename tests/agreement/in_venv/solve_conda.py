"""Solves conda specs with rattler. Takes the question as JSON on stdin, prints
the answer as JSON."""

import asyncio
import datetime
import json
import os
import sys

from rattler import (
    BuildString,
    ChannelPriority,
    Gateway,
    GenericVirtualPackage,
    MatchSpec,
    PackageName,
    SourceConfig,
    Version,
    solve,
)
from rattler.exceptions import GatewayError, SolverError

PRIORITIES = {
    "strict": ChannelPriority.Strict,
    "flexible": ChannelPriority.Flexible,
    "disabled": ChannelPriority.Disabled,
}


def virtual_package(text: str) -> GenericVirtualPackage:
    name, version, build = text.split("=")
    return GenericVirtualPackage(
        PackageName(name), Version(version), BuildString(build)
    )


def gateway(question: dict) -> Gateway:
    # The channels at hand are plain files without shards.
    config = SourceConfig(sharded_enabled=False, bz2_enabled=False)
    return Gateway(cache_dir=question["cache"], default_config=config)


def record(found) -> dict:
    return {
        "name": found.name.normalized,
        "version": str(found.version),
        "build": str(found.build),
        "url": found.url,
        "depends": list(found.depends),
        "noarch": bool(found.noarch.python) if found.noarch else False,
    }


async def unmatched(question: dict, source: Gateway) -> list[str]:
    """The specs that no record of the channels matches."""
    platforms = [question["platform"], "noarch"]
    lines = []
    for text in question["specs"]:
        spec = MatchSpec(text)
        if spec.name is not None and spec.name.normalized.startswith("__"):
            continue
        found = await source.query(
            question["channels"], platforms, [spec], recursive=False
        )
        if not any(found):
            lines.append(text)
    return lines


async def answer(question: dict) -> dict:
    source = gateway(question)
    try:
        found = await solve(
            question["channels"],
            [MatchSpec(text) for text in question["specs"]],
            gateway=source,
            platforms=[question["platform"], "noarch"],
            virtual_packages=[virtual_package(v) for v in question["virtual_packages"]],
            channel_priority=PRIORITIES[question["channel_priority"]],
            timeout=datetime.timedelta(seconds=question["timeout"]),
        )
    except SolverError as error:
        text = str(error)
        if "timeout" in text.lower() or "cancel" in text.lower():
            return {"verdict": "timeout", "error": text, "transient": True}
        missing = await unmatched(question, source)
        return {"verdict": "unsolvable", "error": text, "unmatched": missing}
    except GatewayError as error:
        return {"verdict": "no channel", "error": str(error)}
    records = sorted((record(one) for one in found), key=lambda one: one["name"])
    return {"verdict": "solved", "records": records}


print(json.dumps(asyncio.run(answer(json.load(sys.stdin)))), flush=True)
# rattler's threads may outlive the interpreter, which then breaks off.
os._exit(0)
