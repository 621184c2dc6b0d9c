#!/usr/bin/env python3
"""situ's detectors of anomalies beside scikit-learn's isolation forest and river's half-space trees, on
the same rows in the same run: detection at 1 % false alarms.

    pip install river scikit-learn
    python3 benches/peers/anomaly.py

Each detector learns one class, four fifths of it at a time (whole recordings), and then judges the fifth
that it has not seen and all other classes. The threshold is, for every detector alike, the score that
1 % of the unseen normal rows exceed. Intervals of 95 % are those of a bootstrap over recordings, or rows,
of both kinds. For situ's detectors the rates at their own thresholds, which they find while they learn,
follow. Says so and does nothing where a library is missing.
"""

import csv
import math
import pathlib
import random
import subprocess
import sys

try:
    import numpy as np
    from river import anomaly, preprocessing
    from sklearn.ensemble import IsolationForest
except ImportError as error:
    print(f"SKIPPED: {error.name} is not installed", file=sys.stderr)
    sys.exit(0)

from river_learners import DATA, ROOT, rows

FALSE_ALARMS = 0.01
FOLDS = 5
RESAMPLES = 1000
NORMAL = [
    ("basic-motions.csv", "walking"),
    ("breast-cancer.csv", "1"),
    ("digits.csv", "0"),
    ("phishing.csv", "0"),
]
EXAMPLE = "cargo run --quiet --release -p situ --example anomalies".split()


def motion(length=20, hop=10):
    """Windows of each recording, with its number."""
    recordings = {}
    with open(DATA / "basic-motions.csv", newline="") as file:
        for row in csv.DictReader(file):
            channels = [float(row[c]) for c in row if c[:4] in ("acc_", "gyro")]
            recordings.setdefault(row["recording"], []).append((channels, row["activity"]))
    for number, recording in recordings.items():
        samples = np.array([channels for channels, _ in recording])
        for start in range(0, len(samples) - length + 1, hop):
            part = samples[start : start + length]
            steps = np.abs(np.diff(part, axis=0)).mean(axis=0)
            features = np.stack([part.mean(axis=0), part.std(axis=0), steps], axis=1)
            yield features.ravel(), recording[0][1], number


def examples(name):
    """Features, class and recording of each row."""
    if name == "basic-motions.csv":
        return list(motion())
    return [(np.array(list(x.values())), y, i) for i, (x, y) in enumerate(rows(name))]


def isolation_forest(train, ask):
    """100 trees, the default."""
    forest = IsolationForest(random_state=0).fit(np.array(train))
    return -forest.score_samples(np.array(ask))


def half_space_trees(train, ask):
    """25 trees, as by default; windows of half of what there is, or no tree would ever be used."""
    trees = anomaly.HalfSpaceTrees(window_size=min(250, len(train) // 2), seed=0)
    model = preprocessing.MinMaxScaler() | trees
    for row in train:
        model.learn_one(dict(enumerate(row)))
    return np.array([model.score_one(dict(enumerate(row))) for row in ask])


def situ(folds):
    """Score and threshold of both detectors for the rows asked about in each fold."""
    lines = []
    for train, ask in folds:
        lines.append("reset")
        for word, part in (("learn", train), ("judge", ask)):
            lines += [f"{word} {' '.join(repr(float(x)) for x in row)}" for row in part]
    run = subprocess.run(
        EXAMPLE, cwd=ROOT, input="\n".join(lines), capture_output=True, text=True, check=True
    )
    answers = np.array([line.split() for line in run.stdout.split("\n") if line], dtype=float)
    return np.split(answers, np.cumsum([len(ask) for _, ask in folds])[:-1])


def threshold(scores):
    """The score that the given share of scores exceeds, at most."""
    ordered = np.sort(scores)
    return ordered[math.ceil((1 - FALSE_ALARMS) * len(ordered)) - 1]


def resampled(groups, generator):
    """Indices of rows whose groups are drawn with replacement."""
    members = {}
    for index, group in enumerate(groups):
        members.setdefault(group, []).append(index)
    drawn = generator.choices(list(members.values()), k=len(members))
    return np.concatenate(drawn)


def detection(normal, normal_groups, other, other_groups):
    """Share of the others above the threshold, and its interval."""
    rate = np.mean(other > threshold(normal))
    generator, rates = random.Random(0), []
    for _ in range(RESAMPLES):
        bound = threshold(normal[resampled(normal_groups, generator)])
        rates.append(np.mean(other[resampled(other_groups, generator)] > bound))
    return rate, *np.quantile(rates, [0.025, 0.975])


def compare(name, normal_class):
    data = examples(name)
    groups = sorted({group for _, y, group in data if y == normal_class}, key=str)
    random.Random(0).shuffle(groups)
    others = [(x, y, group) for x, y, group in data if y != normal_class]
    folds, held_groups = [], []
    for fold in range(FOLDS):
        held = set(groups[fold::FOLDS])
        normal = [(x, group) for x, y, group in data if y == normal_class]
        train = [x for x, group in normal if group not in held]
        random.Random(fold).shuffle(train)
        unseen = [(x, group) for x, group in normal if group in held]
        held_groups.append([group for _, group in unseen])
        folds.append((train, [x for x, _ in unseen] + [x for x, _, _ in others]))
    answers = situ(folds)
    scores = {
        "situ nearest": [answer[:, 2] for answer in answers],
        "situ mahalanobis": [answer[:, 0] for answer in answers],
        "isolation forest": [isolation_forest(*fold) for fold in folds],
        "half-space trees": [half_space_trees(*fold) for fold in folds],
    }
    print(f"\n{name}, normal: {normal_class}; {len(folds[0][0])} rows learned")
    kinds = sorted({y for _, y, _ in others})
    kinds = kinds if len(kinds) <= 3 else ["all others"]
    for detector, parts in scores.items():
        normal = np.concatenate([part[: len(h)] for part, h in zip(parts, held_groups)])
        line = f"  {detector:17}"
        for kind in kinds:
            chosen = [i for i, (_, y, _) in enumerate(others) if kind in (y, "all others")]
            other = [part[len(h) :][chosen] for part, h in zip(parts, held_groups)]
            # The same recording in every fold is one recording.
            names = [others[i][2] for i in chosen] * FOLDS
            rate, low, high = detection(
                normal, sum(held_groups, []), np.concatenate(other), names
            )
            line += f"  {kind} {rate:.3f} [{low:.3f}, {high:.3f}]"
        print(line, flush=True)
    for detector, column in (("nearest", 2), ("mahalanobis", 0)):
        flagged = [answer[:, column] > answer[:, column + 1] for answer in answers]
        alarms = np.mean(np.concatenate([f[: len(h)] for f, h in zip(flagged, held_groups)]))
        found = np.mean(np.concatenate([f[len(h) :] for f, h in zip(flagged, held_groups)]))
        print(f"  {detector}, own threshold: {alarms:.3f} false alarms, {found:.3f} of the others")


def main():
    print(f"detection at {FALSE_ALARMS:.0%} false alarms, with its 95 % interval")
    for name, normal_class in NORMAL:
        compare(name, normal_class)


if __name__ == "__main__":
    main()
