#!/usr/bin/env python3
"""situ's learners beside river's on the bundled data, in the same run: accuracy, test-then-train, and
time of a predict and learn.

    pip install river
    cargo build --release -p situ-host
    python3 benches/peers/river_learners.py [path of the situ binary]

Fails where the fastest of situ's learners that is at least as accurate as river's best takes more
than a hundredth of its time. Says so and does nothing where river is missing.
"""

import csv
import json
import math
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

try:
    import river
    from river import forest, linear_model, multiclass, naive_bayes, neighbors
    from river import optim, preprocessing, tree
except ImportError:
    print("SKIPPED: river is not installed; run `pip install river`", file=sys.stderr)
    sys.exit(0)

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "host" / "data"
MOTION = (
    "--target activity --group recording --drop split --drop seconds "
    "--window 20 --hop 10 --shuffle 0"
)
SETS = {
    "basic-motions.csv": MOTION,
    "phishing.csv": "--target is_phishing",
    "breast-cancer.csv": "--target benign",
    "digits.csv": "--target digit",
}
FASTER = 100


def rows(name):
    """The examples of a plain file, in file order."""
    with open(DATA / name, newline="") as file:
        for row in csv.reader(file):
            if row[0].replace(".", "").replace("-", "").isdigit():
                yield {i: float(x) for i, x in enumerate(row[:-1])}, row[-1]


def windows(name, length=20, hop=10):
    """Mean, deviation and mean absolute difference of each channel in windows of each recording."""
    recordings = {}
    with open(DATA / name, newline="") as file:
        for row in csv.DictReader(file):
            channels = [float(row[c]) for c in row if c[:4] in ("acc_", "gyro")]
            recordings.setdefault(row["recording"], []).append((channels, row["activity"]))
    # Whole recordings in random order, as situ shuffles them.
    shuffled = list(recordings.values())
    random.Random(0).shuffle(shuffled)
    for recording in shuffled:
        for start in range(0, len(recording) - length + 1, hop):
            part = recording[start : start + length]
            features = {}
            for channel, samples in enumerate(zip(*(x for x, _ in part))):
                mean = sum(samples) / length
                variance = sum((x - mean) ** 2 for x in samples) / length
                steps = [abs(b - a) for a, b in zip(samples, samples[1:])]
                for i, value in enumerate((mean, math.sqrt(variance), sum(steps) / len(steps))):
                    features[3 * channel + i] = value
            yield features, part[-1][1]


def examples(name):
    if name != "basic-motions.csv":
        return list(rows(name))
    return list(windows(name))


def peers():
    """river's learners, standardized where linear or by distance."""
    scaled = preprocessing.StandardScaler
    logistic = linear_model.LogisticRegression(optimizer=optim.SGD(0.1))
    return {
        "logistic, SGD": scaled() | multiclass.OneVsRestClassifier(logistic),
        "softmax regression": scaled() | linear_model.SoftmaxRegression(),
        "Gaussian naive Bayes": naive_bayes.GaussianNB(),
        "Hoeffding tree": tree.HoeffdingTreeClassifier(),
        "5 nearest neighbours": scaled() | neighbors.KNNClassifier(n_neighbors=5),
        "adaptive random forest": forest.ARFClassifier(n_models=10, seed=1),
    }


def prequential(model, stream):
    """Accuracy, and nanoseconds of an example: the median over twenty parts of the stream, of processor time,
    because other programs interrupt a part of this length; one that `situ fit` times is shorter."""
    right, times = 0, []
    size = -(-len(stream) // 20)
    for first in range(0, len(stream), size):
        part = stream[first : first + size]
        start = time.process_time()
        for x, y in part:
            right += model.predict_one(x) == y
            model.learn_one(x, y)
        times.append((time.process_time() - start) / len(part) * 1e9)
    return right / len(stream), statistics.median(times)


def situ(binary, name):
    command = [binary, "fit", DATA / name, *SETS[name].split(), "--json"]
    with tempfile.TemporaryDirectory() as directory:
        output = subprocess.run(command, cwd=directory, check=True, capture_output=True).stdout
    return {
        learner["learner"]: (learner["score"], learner["update_ns"])
        for learner in json.loads(output)["learners"]
    }


def main():
    binary = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/release/situ")
    slow = []
    print(f"river {river.__version__}; accuracy, and nanoseconds of a predict and learn")
    for name in SETS:
        stream = examples(name)
        theirs = {peer: prequential(model, stream) for peer, model in peers().items()}
        ours = situ(binary.resolve(), name)
        best = max(theirs, key=lambda peer: theirs[peer][0])
        accuracy, duration = theirs[best]
        print(f"\n{name}: {len(stream)} examples")
        for label, learners in (("river", theirs), ("situ", ours)):
            for learner, (score, ns) in learners.items():
                print(f"  {label:5} {learner:24} {score:.3f} {ns:12,.0f}")
        as_good = {learner: ns for learner, (score, ns) in ours.items() if score >= accuracy}
        fastest = min(as_good, key=as_good.get, default=None)
        ratio = duration / as_good[fastest] if fastest else 0
        print(f"  best of river: {best}; as accurate here: {fastest}, {ratio:.0f} times faster")
        if ratio < FASTER:
            slow.append(name)
    if slow:
        sys.exit(f"less than {FASTER} times faster: {', '.join(slow)}")


if __name__ == "__main__":
    main()
