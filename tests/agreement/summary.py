"""The table in few words."""

from collections import Counter
from fnmatch import fnmatchcase


def mark_known(rows: list[dict], known: dict) -> None:
    """Marks the differences whose proof is in known-differences.toml, those of a
    verdict and those of pins. A proof covers no other difference of its files."""
    for entry in known.get("difference", []):
        for row in rows:
            column = entry.get("column")
            cell = row[column or "difference"]
            if not fnmatchcase(row["file"], entry["file"]):
                continue
            if not cell.startswith(entry["difference"]):
                continue
            if column is None and row["agree"] == "no":
                row["agree"] = "known"
            elif column and differs(cell):
                row[column] = f"known: {cell}"


def differs(cell: str) -> bool:
    return cell not in ("", "same") and not cell.startswith(("no peer", "known"))


def count(rows: list[dict], column: str) -> list[str]:
    counts = Counter(row[column] for row in rows).most_common()
    return [f"| {word or '-'} | {number} |" for word, number in counts]


def same(rows: list[dict], column: str) -> str:
    asked = [row[column] for row in rows if row[column]]
    judged = [cell for cell in asked if not cell.startswith("no peer")]
    good = sum(not differs(cell) for cell in judged)
    known = sum(cell.startswith("known") for cell in judged)
    text = f"{good} of {len(judged)}"
    if known:
        text += f", {known} of them known differences"
    if len(judged) < len(asked):
        text += f"; no peer could tell for {len(asked) - len(judged)}"
    return text


def differences(rows: list[dict]) -> list[str]:
    """Verdicts and pins that differ and are not known to."""
    lines = [
        f"- `{row['file']}` ({row['part']}): {row['difference']}"
        for row in rows
        if row["agree"] == "no"
    ]
    for column in ("records", "conda_pins", "pip_pins"):
        lines += [
            f"- `{row['file']}` ({row['part']}), {column}: {row[column]}"
            for row in rows
            if differs(row[column])
        ]
    return ["## Differences", "", *lines] if lines else []


def markdown(rows: list[dict], versions: dict) -> str:
    tools = ", ".join(f"{name} {version}" for name, version in versions.items())
    lines = ["# Agreement", "", f"Peers: {tools}.", ""]
    for part in ("whole", "pip"):
        some = [row for row in rows if row["part"] == part]
        if not some:
            continue
        judged = [row for row in some if row["agree"] != "not judged"]
        agree = sum(row["agree"] in ("yes", "known") for row in judged)
        what = "Files" if part == "whole" else "Pip halves on a bare python"
        lines += [f"## {what}: {len(some)}", ""]
        lines += [f"{agree} of {len(judged)} judged agree.", ""]
        lines += ["| verdict of presolve | files |", "|---|---|"]
        lines += count(some, "presolve") + [""]
        lines += ["| agree | files |", "|---|---|"] + count(some, "agree") + [""]
        unjudged = [row for row in some if row["agree"] == "not judged"]
        if unjudged:
            lines += ["| not judged, because | files |", "|---|---|"]
            lines += count(unjudged, "difference") + [""]
        lines += [
            f"- conda-only, the same records as rattler: {same(some, 'records')}",
            f"- pip half, the same versions as uv or pip: {same(some, 'versions')}",
            f"- conda pins reproduced: {same(some, 'conda_pins')}",
            f"- pip pins reproduced: {same(some, 'pip_pins')}",
            "",
        ]
    lines += differences(rows)
    total = {
        name: sum(float(row[name] or 0) for row in rows)
        for name in ("seconds", "rattler_seconds", "pip_seconds")
    }
    lines += [
        "",
        f"Seconds: presolve {total['seconds']:.0f}, rattler"
        f" {total['rattler_seconds']:.0f}, uv and pip {total['pip_seconds']:.0f}.",
        "",
    ]
    return "\n".join(lines)
