#!/usr/bin/env python3
"""`situ fit` beside Vowpal Wabbit on the same rows, in the same run: rows per second of processor time,
accuracy (each row predicted before it is learned) and maximum memory, from text to result.

    pip install vowpalwabbit
    cargo build --release -p situ-host
    python3 benches/peers/vowpal_wabbit.py [--rows N] [--situ PATH] [--before PATH]

Vowpal Wabbit reads its own text format, in one pass and without a cache; situ reads CSV. `--before` names
an older situ binary to compare with. Says so and leaves Vowpal Wabbit out where it is missing.
"""

import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
COLUMNS = 20
VW = """
import sys, vowpalwabbit
workspace = vowpalwabbit.Workspace(f"-d {sys.argv[1]} --ftrl --binary --quiet --no_stdin")
print(1 - workspace.get_sum_loss() / workspace.get_weighted_examples())
"""


def write(rows, folder):
    """The same rows as CSV and in Vowpal Wabbit's format: a linear rule and noise."""
    generator = random.Random(1)
    normal = generator.gauss
    weights = [normal(0, 1) for _ in range(COLUMNS)]
    csv, vw = folder / "rows.csv", folder / "rows.vw"
    with open(csv, "w") as commas, open(vw, "w") as spaces:
        commas.write(",".join(f"x{i}" for i in range(COLUMNS)) + ",label\n")
        for _ in range(rows):
            x = [normal(0, 1) for _ in range(COLUMNS)]
            yes = sum(w * a for w, a in zip(weights, x)) + normal(0, 1) > 0
            cells = [f"{a:.5f}" for a in x]
            commas.write(",".join(cells) + (",yes\n" if yes else ",no\n"))
            pairs = " ".join(f"{i}:{cell}" for i, cell in enumerate(cells))
            spaces.write(f"{1 if yes else -1} | {pairs}\n")
    return csv, vw


def run(command, folder):
    """Output, seconds of processor time and maximum resident bytes of a command."""
    with open(folder / "output", "w+b") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL, cwd=folder)
        _, status, usage = os.wait4(process.pid, 0)
        output.seek(0)
        text = output.read().decode()
    if status != 0:
        sys.exit(f"{command[0]} failed")
    return text, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--situ", default=ROOT / "target/release/situ", type=pathlib.Path)
    parser.add_argument("--before", type=pathlib.Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        csv, vw = write(arguments.rows, folder)
        results = []
        for name, path in [("situ", arguments.situ), ("situ before", arguments.before)]:
            if path is None:
                continue
            options = ["--target", "label", "--learner", "ftrl", "--json"]
            text, seconds, memory = run([path.resolve(), "fit", csv, *options], folder)
            accuracy = json.loads(text)["learners"][0]["score"]
            results.append((f"{name}, ftrl", accuracy, seconds, memory))
        try:
            import vowpalwabbit  # noqa: F401

            text, seconds, memory = run([sys.executable, "-c", VW, vw], folder)
            results.append(("Vowpal Wabbit, --ftrl", float(text), seconds, memory))
        except ImportError:
            print("SKIPPED: run `pip install vowpalwabbit` for Vowpal Wabbit", file=sys.stderr)
    print(f"{'':24}{'accuracy':>10}{'rows/s':>12}{'MB':>8}")
    for name, accuracy, seconds, memory in results:
        speed = arguments.rows / seconds
        print(f"{name:24}{accuracy:>10.3f}{speed:>12,.0f}{memory / 1e6:>8.0f}")


if __name__ == "__main__":
    main()
