"""The table of explanations in few words."""

from statistics import median, quantiles

WORST = 5


def markdown(rows: list[dict], versions: dict) -> str:
    told = [row for row in rows if row["lines"] != ""]
    tools = ", ".join(f"{name} {version}" for name, version in versions.items())
    cut_off = [row for row in told if row["cut_off"]]
    unmended = [row for row in told if not row["fixes"]]
    text = ["# Explanations", "", f"Peers: {tools}.", ""]
    text += [f"{len(told)} of {len(rows)} files have no solution for presolve; "]
    text += [f"{len(cut_off)} were cut off by the time limit, {len(unmended)} got no fix."]
    if not told:
        return "\n".join(text) + "\n"
    text += ["", "## Lengths", "", "| | files | median | 90 % | most |", "|---|---|---|---|---|"]
    for name, column in LENGTHS.items():
        text.append(distribution(name, numbers(told, column)))
    text += ["", "Where the peer has words, lines of presolve's conflicts beside its own:", ""]
    text += ["| peer | files | presolve shorter | equal | longer |", "|---|---|---|---|---|"]
    text += [beside(told, peer) for peer in ("rattler", "uv")]
    text += ["", "## Names", ""]
    text += [names(told, peer) for peer in ("rattler", "uv", "peers")]
    text += [not_named(told), "", *seconds(told), "", "## Worst", ""]
    for title, column in WORSTS.items():
        text += [f"{title}:", "", *worst(told, column), ""]
    return "\n".join(text)


LENGTHS = {
    "presolve, all lines": "lines",
    "presolve, lines of the conflicts": "conflict_lines",
    "rattler, lines": "rattler_lines",
    "uv, lines": "uv_lines",
    "presolve, characters": "characters",
    "rattler, characters": "rattler_characters",
    "uv, characters": "uv_characters",
}
WORSTS = {
    "Longest of presolve": "lines",
    "Longest of rattler": "rattler_lines",
    "Longest of uv": "uv_lines",
    "Slowest against the failed solve": "ratio",
}


def numbers(rows: list[dict], column: str) -> list:
    return [row[column] for row in rows if row[column] != ""]


def tenth(values: list) -> float:
    """The value that one in ten exceeds."""
    return quantiles(values, n=10, method="inclusive")[-1] if len(values) > 1 else values[0]


def distribution(name: str, values: list) -> str:
    if not values:
        return f"| {name} | 0 | | | |"
    parts = [len(values), *(round(f(values), 2) for f in (median, tenth, max))]
    return f"| {name} | {' | '.join(f'{one:g}' for one in parts)} |"


def beside(rows: list[dict], peer: str) -> str:
    theirs = f"{peer}_lines"
    both = [row["conflict_lines"] - row[theirs] for row in rows if row[theirs] != ""]
    signs = (sum(d < 0 for d in both), both.count(0), sum(d > 0 for d in both))
    return f"| {peer} | {len(both)} | {' | '.join(map(str, signs))} |"


def names(rows: list[dict], peer: str) -> str:
    """In how many files a peer names all lines of presolve's conflicts."""
    parts = [cell.split("/") for cell in numbers(rows, f"{peer}_names")]
    some = [(int(found), int(of)) for found, of in parts if of != "0"]
    full = sum(found == of for found, of in some)
    who = "both peers together name" if peer == "peers" else f"{peer} names"
    lines = f"{sum(found for found, _ in some)} of {sum(of for _, of in some)}"
    return f"- {who} all lines of presolve's conflicts in {full} of {len(some)} files; {lines} lines"


def not_named(rows: list[dict]) -> str:
    files = [f"`{row['file']}` ({row['not_named']})" for row in rows if row["not_named"]]
    found = ", ".join(files) or "none"
    return f"- lines that no record matches (by rattler), not named by presolve: {found}"


def seconds(rows: list[dict]) -> list[str]:
    text = ["## Seconds, with a warm cache", "", "| | files | median | 90 % | most |"]
    text.append("|---|---|---|---|---|")
    for name, column in {
        "failed solve (`pin --diff`)": "pin_seconds",
        "`explain`, first line": "first_seconds",
        "`explain`, whole": "explain_seconds",
        "ratio": "ratio",
    }.items():
        text.append(distribution(name, numbers(rows, column)))
    over = sum(ratio > 10 for ratio in numbers(rows, "ratio"))
    return [*text, "", f"More than ten times the failed solve: {over} files."]


def worst(rows: list[dict], column: str) -> list[str]:
    some = sorted((row for row in rows if row[column] != ""), key=lambda row: -row[column])
    return [f"- {row[column]}: `{row['file']}`" for row in some[:WORST]]
