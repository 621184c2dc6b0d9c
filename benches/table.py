#!/usr/bin/env python3
"""Writes the tables of benches/README.md from saved runs.

    situ bench --board qemu-m4 --save firmware/reference/qemu-m4.json
    cargo bench                                   # criterion leaves its results in target/criterion
    python3 benches/table.py [run.json ...]       # default: firmware/reference/*.json
    python3 benches/table.py --check              # status 1 if the README is not what would be written

Boards: instructions of each row beside firmware/peers/cortex-m.csv, as a ratio of situ to the peer. Host: the
medians that criterion saved; nothing is written about the host where it saved none.
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
    yield f"### {run['board']}: {run['counter']} a call"
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
    tables = ["\n".join(board(run)) for run in runs]
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
