"""The table of explanations in few words."""

from statistics import median, quantiles

WORST = 5
# What an explanation with its fixes may take of the time of the failed solve.
ALLOWED_RATIO = 10


def markdown(rows: list[dict], versions: dict) -> str:
    told = [row for row in rows if row["lines"] != ""]
    tools = ", ".join(f"{name} {version}" for name, version in versions.items())
    cut_off = [row for row in told if row["cut_off"]]
    unmended = [row for row in told if not row["fixes"]]
    text = ["# Explanations", "", f"Peers: {tools}.", ""]
    text += [
        f"{len(told)} of {len(rows)} files have no solution for presolve; "
        f"{len(cut_off)} were cut off by the time limit, {len(unmended)} got no fix."
    ]
    if not told:
        return "\n".join(text) + "\n"
    text += ["", "## Lengths", "", *distributions(told, LENGTHS), ""]
    text += ["Lines of presolve's conflicts, where the peer has words at all:", ""]
    text += ["| peer | files | presolve shorter | equal | longer |"]
    text += ["|---|---|---|---|---|"]
    text += [beside(told, peer) for peer in ("rattler", "uv")]
    text += ["", "## Names", ""]
    text += [names(told, peer) for peer in ("rattler", "uv", "peers")]
    text += [not_named(told), rounds(told), ""]
    text += ["## Seconds, with a warm cache", "", *distributions(told, SECONDS), ""]
    slow = sum(ratio > ALLOWED_RATIO for ratio in numbers(told, "ratio"))
    text += [f"More than {ALLOWED_RATIO} times the failed solve: {slow} files.", ""]
    text += [*mended(told), "## Worst", ""]
    for title, column in WORSTS.items():
        text += [f"{title}:", "", *worst(told, column), ""]
    return "\n".join(text)


LENGTHS = {
    "presolve, all lines": "lines",
    "presolve, lines of the conflicts": "conflict_lines",
    "rattler, lines": "rattler_lines",
    "rattler, lines of all its rounds": "rattler_rounds_lines",
    "uv, lines": "uv_lines",
    "presolve, characters": "characters",
    "rattler, characters": "rattler_characters",
    "uv, characters": "uv_characters",
}
SECONDS = {
    "failed solve (`pin`)": "pin_seconds",
    "`explain`, first line": "first_seconds",
    "`explain`, whole": "explain_seconds",
    "ratio": "ratio",
    "the mended file (`pin`)": "mended_seconds",
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
    if len(values) < 2:
        return values[0]
    return quantiles(values, n=10, method="inclusive")[-1]


def distributions(rows: list[dict], columns: dict) -> list[str]:
    head = ["| | files | median | 90 % | most |", "|---|---|---|---|---|"]
    return head + [distribution(n, numbers(rows, c)) for n, c in columns.items()]


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
    """In how many files a peer names all lines that presolve points at."""
    parts = [cell.split("/") for cell in numbers(rows, f"{peer}_names")]
    some = [(int(found), int(of)) for found, of in parts if of != "0"]
    full = sum(found == of for found, of in some)
    who = "both together name" if peer == "peers" else f"{peer} names"
    lines = f"{sum(found for found, _ in some)} of {sum(of for _, of in some)} lines"
    return f"- {who} all culprits in {full} of {len(some)} files; {lines}"


def rounds(rows: list[dict]) -> str:
    """How often rattler has to be asked; a number where it came to an end."""
    asked = [row["rattler_rounds"] for row in rows if row["rattler_lines"] != ""]
    ended = sorted(int(cell) for cell in asked if cell.isdigit())
    open_ended = len(asked) - len(ended)
    middle = f"median {median(ended):g}, most {ended[-1]}" if ended else "none"
    return (
        f"- runs of rattler until all is mended, one line a run: {middle}; "
        f"not at an end in {open_ended} more files"
    )


def not_named(rows: list[dict]) -> str:
    some = [row for row in rows if row["not_named"]]
    found = ", ".join(f"`{row['file']}` ({row['not_named']})" for row in some) or "none"
    return f"- lines without a record (by rattler) that presolve does not name: {found}"


def mended(rows: list[dict]) -> list[str]:
    """What `pin` makes of the files with their first fix."""
    asked = [row for row in rows if row["mended"]]
    failed = [row for row in asked if row["mended"] != "pinned"]
    good = len(asked) - len(failed)
    text = [f"With fix 1 applied, `pin` solves {good} of {len(asked)} files.", ""]
    text += [f"- `{row['file']}`: {row['mended']}" for row in failed]
    if failed:
        text.append("")
    return text if asked else []


def worst(rows: list[dict], column: str) -> list[str]:
    some = [row for row in rows if row[column] != ""]
    some.sort(key=lambda row: -row[column])
    return [f"- {row[column]}: `{row['file']}`" for row in some[:WORST]]
