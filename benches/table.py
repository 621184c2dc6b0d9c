#!/usr/bin/env python3
"""Writes the tables of benches/README.md from saved runs.

    situ bench --board qemu-m4 --save firmware/reference/qemu-m4.json
    cargo bench                                   # criterion leaves its results in target/criterion
    python3 benches/table.py [run.json ...]       # default: firmware/reference/*.json
    python3 benches/table.py --check              # status 1 if the README is not what would be written

Boards: instructions of each row beside firmware/peers/cortex-m.csv, as a ratio of situ to the peer, and the
ratios that were aimed at. Host: the medians that criterion saved; nothing is written about the host where it
saved none.
"""

import csv
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
README = ROOT / "benches" / "README.md"
PEERS = ROOT / "firmware" / "peers" / "cortex-m.csv"
BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"
NAMES = ("CMSIS-DSP", "nalgebra", "libm", "half", "micromath")

HALF = "situ's f32"
# Row, scalar, peers (the best counts), sizes, and the largest ratio aimed at: of all sizes, or of each.
GOALS = (
    ("product", "f32", ("CMSIS-DSP",), (8, 16, 32),
     {"cortex-m4": (0.34, 0.45, 0.48), "cortex-m7": (0.25, 0.30, 0.33), "cortex-m55": (0.55, 0.65, 0.65)}),
    ("matrix_vector", "f32", ("CMSIS-DSP", "nalgebra"), (8, 16, 32),
     {"cortex-m4": (0.85, 0.85, 0.90), "cortex-m7": 0.80, "cortex-m55": 0.70}),
    ("dot", "f32", ("CMSIS-DSP",), (64, 256, 1024),
     {"cortex-m4": (0.75, 0.70, 0.70), "cortex-m7": 0.75, "cortex-m55": 1.00}),
    ("inverse", "f32", ("CMSIS-DSP", "nalgebra"), (4, 8, 16, 32),
     {"cortex-m4": (1.10, 0.60, 0.40, 0.38), "cortex-m7": (1.10, 0.45, 0.45, 0.45),
      "cortex-m55": (1.10, 0.36, 0.36, 0.36)}),
    ("cholesky", "f32", ("CMSIS-DSP",), (8, 16, 32),
     {"cortex-m4": (0.70, 0.80, 0.80), "cortex-m7": 0.80, "cortex-m55": 0.80}),
    ("exp", "f32", ("CMSIS-DSP", "libm"), (4, 16, 32),
     {"cortex-m4": 0.70, "cortex-m7": 0.90, "cortex-m55": 1.00}),
    ("softmax", "f32", ("CMSIS-DSP",), (8, 16, 32),
     {"cortex-m4": 0.60, "cortex-m7": 0.80, "cortex-m55": 1.00}),
    ("product", "f16", (HALF,), (16, 32), {"cortex-m4": 1.10, "cortex-m7": 1.15, "cortex-m55": 0.75}),
    ("load", "f16", ("CMSIS-DSP",), (256,), {"cortex-m4": 0.28, "cortex-m7": 0.28}),
    ("store", "f16", ("CMSIS-DSP",), (256,), {"cortex-m4": 0.28, "cortex-m7": 0.28}),
    ("load", "f16", ("best seen",), (256,), {"cortex-m55": 1.00}),
    ("store", "f16", ("best seen",), (256,), {"cortex-m55": 1.00}),
)


def peers(core):
    """Instructions of each peer on a core, by row."""
    counts = {}
    with open(PEERS, newline="") as file:
        lines = csv.DictReader(line for line in file if not line.startswith("#"))
        for line in lines:
            if line["core"] == core:
                key = (line["name"], int(line["size"]), line["scalar"])
                counts.setdefault(key, {})[line["peer"]] = float(line["instructions"])
    return counts


def ratio(count, peer):
    return "" if peer is None else f"{peer:,.0f} ({count / peer:.2f})"


def board(path):
    """The table of one run."""
    run = json.loads(path.read_text())
    theirs = peers(run["core"])
    rows = [r for r in run["results"] if (r["name"], r["size"], r["scalar"]) in theirs]
    used = [n for n in NAMES if any(n in theirs[r["name"], r["size"], r["scalar"]] for r in rows)]
    estimated = any(row.get("cycles_estimate") for row in rows)
    head = ["row", "situ"] + (["cycles, estimated"] if estimated else []) + used + ["code, bytes"]
    yield f"### {run['board']}: {run['counter']} per call"
    yield ""
    yield f"{run['rustc'].split(' (')[0]}, `{run['flags']}`. In brackets: situ's count over the peer's, so that"
    yield "less than 1 is less work; situ's includes the loop around the call, the peers' does not."
    yield ""
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        count = row["count_median"]
        cells = [f"{row['name']} {row['size']} {row['scalar']}", f"{count:,.0f}"]
        if estimated:
            cells.append(f"{row['cycles_estimate']:,.0f}" if row.get("cycles_estimate") else "")
        mine = theirs[row["name"], row["size"], row["scalar"]]
        cells += [ratio(count, mine.get(name)) for name in used] + [f"{row['text_bytes']:,}"]
        yield f"| {' | '.join(cells)} |"
    if estimated:
        yield ""
        yield f"Cycles are estimated, not measured: {run['estimate']}."


def goals(runs):
    """A line for each kernel and size, a column for each run: the ratio, and the one aimed at."""
    runs = [json.loads(path.read_text()) for path in runs]
    yield "### Ratios aimed at"
    yield ""
    yield "situ's instructions over those of the better peer named, and in brackets the largest ratio aimed at. Bold: not"
    yield "reached."
    yield ""
    yield f"| row | peers | {' | '.join(run['board'] for run in runs)} |"
    yield "|---" * (len(runs) + 2) + "|"
    counts = [{(r["name"], r["size"], r["scalar"]): r["count_median"] for r in run["results"]} for run in runs]
    theirs = [peers(run["core"]) for run in runs]
    for name, scalar, libraries, sizes, limits in GOALS:
        for place, size in enumerate(sizes):
            cells = [f"{name} {size} {scalar}", ", ".join(libraries)]
            for run, mine, peer in zip(runs, counts, theirs):
                limit = limits.get(run["core"])
                if limit is None:
                    cells.append("")
                    continue
                limit = limit[place] if isinstance(limit, tuple) else limit
                of_peers = peer.get((name, size, scalar), {})
                of_peers[HALF] = mine[name, size, "f32"] if libraries == (HALF,) else None
                ratio = mine[name, size, scalar] / min(of_peers[n] for n in libraries if n in of_peers)
                digits = 3 if round(ratio, 2) == limit else 2
                cell = f"{ratio:.{digits}f}"
                cells.append(f"{cell if ratio <= limit else f'**{cell}**'} ({limit:.2f})")
            yield f"| {' | '.join(cells)} |"


def host():
    """The medians of criterion, a line for each measured input, a column for each library."""
    groups = {}
    for path in sorted((ROOT / "target" / "criterion").glob("**/new/benchmark.json")):
        about = json.loads(path.read_text())
        median = json.loads(path.with_name("estimates.json").read_text())["median"]["point_estimate"]
        work = (about["group_id"], about["value_str"] or "")
        groups.setdefault(work, {})[about["function_id"] or "situ"] = median
    if not groups:
        return
    libraries = sorted({name for line in groups.values() for name in line}, key=lambda n: (n != "situ", n))
    yield "### Host: nanoseconds, median of criterion"
    yield ""
    yield f"| work | {' | '.join(libraries)} |"
    yield "|---" * (len(libraries) + 1) + "|"
    for (group, value), line in groups.items():
        cells = [f"{line[name]:,.1f}" if name in line else "" for name in libraries]
        yield f"| {group} {value} | {' | '.join(cells)} |"


def main():
    arguments = sys.argv[1:]
    check = "--check" in arguments
    runs = [pathlib.Path(a) for a in arguments if a != "--check"]
    runs = runs or sorted((ROOT / "firmware" / "reference").glob("*.json"))
    tables = ["\n".join(goals(runs))] + ["\n".join(board(run)) for run in runs]
    tables += ["\n".join(host())] if not check else []
    text = README.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    middle = "\n\n".join(table for table in tables if table)
    written = f"{before}{BEGIN}\n\n{middle}\n\n{END}{after}"
    if not check:
        README.write_text(written)
    elif written != text:
        sys.exit("benches/README.md is not up to date: run python3 benches/table.py")


if __name__ == "__main__":
    main()
