"""The table in few words."""

from collections import Counter


def mark_known(rows: list[dict], known: dict) -> None:
    """Marks the differences whose proof is in known-differences.toml."""
    for entry in known.get("difference", []):
        for row in rows:
            if row["file"] == entry["file"] and row["agree"] == "no":
                row["agree"] = "known"


def count(rows: list[dict], column: str) -> list[str]:
    counts = Counter(row[column] for row in rows).most_common()
    return [f"| {word or '-'} | {number} |" for word, number in counts]


def same(rows: list[dict], column: str) -> str:
    asked = [row for row in rows if row[column]]
    good = sum(row[column] == "same" for row in asked)
    return f"{good} of {len(asked)}"


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
        lines += [
            f"- conda-only, the same records as rattler: {same(some, 'records')}",
            f"- pip half, the same versions as uv or pip: {same(some, 'versions')}",
            f"- conda pins reproduced: {same(some, 'conda_pins')}",
            f"- pip pins reproduced: {same(some, 'pip_pins')}",
            "",
        ]
    differences = [row for row in rows if row["agree"] == "no"]
    if differences:
        lines += ["## Differences", ""]
        lines += [
            f"- `{row['file']}` ({row['part']}): {row['difference']}"
            for row in differences
        ]
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
