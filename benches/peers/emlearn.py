#!/usr/bin/env python3
"""Static models by emlearn beside situ's learners: the same recordings, the same emulated Cortex-M4, and the
same test with the sensor turned, which a model that was trained at the desk has not seen.

    pip install emlearn scikit-learn numpy
    apt-get install gcc-arm-none-eabi qemu-system-arm
    cargo build --release -p situ-host
    python3 benches/peers/emlearn.py [path of the situ binary]

Half of the recordings train, the other half test. emlearn's models are frozen; situ's learn on: "frozen" stops
at the end of the training half, "adapting" tests each window and then learns its label. Counts are
instructions under QEMU, never cycles. Names every tool that is missing and does nothing then.
"""

import contextlib
import csv
import json
import math
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import warnings

MISSING = [tool for tool in ("arm-none-eabi-gcc", "qemu-system-arm") if not shutil.which(tool)]
try:
    # This file has the name of the package.
    sys.path = [p for p in sys.path if pathlib.Path(p or ".").resolve() != pathlib.Path(__file__).parent]
    import emlearn
    import numpy as np
    import sklearn
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neural_network import MLPClassifier
except ImportError as error:
    MISSING.append(f"Python package {error.name}")

ROOT = pathlib.Path(__file__).resolve().parents[2]
MOTION = ROOT / "host" / "data" / "basic-motions.csv"
HARNESS = pathlib.Path(__file__).with_name("emlearn.c")
WINDOW, HOP = 20, 10
LEARNERS = ("bayes", "ftrl", "newton", "memory")
# A tick of SysTick at the 25 MHz of this machine, in nanoseconds: as many instructions.
TICK = 40


def recordings():
    """The recordings in a fixed random order, each a list of rows."""
    kept = {}
    with open(MOTION, newline="") as file:
        for row in csv.DictReader(file):
            kept.setdefault(row["recording"], []).append(row)
    order = list(kept.values())
    random.Random(0).shuffle(order)
    return order


def turned(row):
    """The sensor mounted a quarter turn about y: x and z are exchanged, one of them with its sign flipped."""
    row = dict(row)
    for kind in ("acc", "gyro"):
        x, z = f"{kind}_x", f"{kind}_z"
        row[x], row[z] = row[z], str(-float(row[x]))
    return row


def windows(recordings):
    """Mean, deviation and mean absolute difference of each channel, and the activity."""
    features, targets = [], []
    for rows in recordings:
        channels = [c for c in rows[0] if c[:4] in ("acc_", "gyro")]
        for start in range(0, len(rows) - WINDOW + 1, HOP):
            part = rows[start : start + WINDOW]
            numbers = []
            for channel in channels:
                samples = [float(row[channel]) for row in part]
                mean = sum(samples) / WINDOW
                deviation = math.sqrt(sum((x - mean) ** 2 for x in samples) / WINDOW)
                steps = sum(abs(b - a) for a, b in zip(samples, samples[1:])) / (WINDOW - 1)
                numbers += [mean, deviation, steps]
            features.append(numbers)
            targets.append(part[-1]["activity"])
    return np.array(features, dtype=np.float32), targets


def models():
    """emlearn's models, as in its own examples, with the way that each is converted."""
    forest = lambda trees: RandomForestClassifier(trees, random_state=0)  # noqa: E731
    network = MLPClassifier((16,), max_iter=2000, random_state=0)
    return {
        "random forest, 10 trees": (forest(10), {"method": "inline", "dtype": "float"}),
        "random forest, 50 trees": (forest(50), {"method": "inline", "dtype": "float"}),
        "perceptron, 16 units": (network, {"method": "inline"}),
        "Gaussian naive Bayes": (GaussianNB(), {"method": "loadable"}),
    }


def array(name, rows):
    cells = ",\n".join("{" + ", ".join(f"{x!r}f" for x in map(float, row)) + "}" for row in rows)
    return f"static const float {name}[][{len(rows[0])}] = {{\n{cells}\n}};\n"


def built(directory, header, tests):
    """Compiles the harness around a model; returns the image and its bytes of flash and RAM."""
    (directory / "model.h").write_text(header)
    (directory / "tests.h").write_text("".join(array(name, rows) for name, rows in tests.items()))
    image = directory / "image.elf"
    command = ["arm-none-eabi-gcc", "-O2", "-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard"]
    command += ["-mfpu=fpv4-sp-d16", "-ffunction-sections", "-fdata-sections", "-nostartfiles"]
    command += ["--specs=nano.specs", "--specs=nosys.specs", "-Wl,--gc-sections", "-w"]
    command += ["-Wl,--undefined=vectors", "-Wl,--entry=start", "-Wl,--no-warn-rwx-segments"]
    command += ["-Wl,--section-start=.vectors=0", "-Wl,-Ttext=0x100", "-Wl,-Tdata=0x20000000"]
    command += [f"-I{emlearn.includedir}", f"-I{directory}", HARNESS, "-lm", "-o", image]
    subprocess.run(command, check=True)
    size = subprocess.run(["arm-none-eabi-size", image], check=True, capture_output=True, text=True)
    text, data, bss = map(int, size.stdout.splitlines()[1].split()[:3])
    return image, text + data, data + bss


def run(image):
    """Predictions for both tests, and instructions of a prediction."""
    command = ["qemu-system-arm", "-machine", "mps2-an386", "-display", "none", "-serial", "none"]
    command += ["-monitor", "none", "-semihosting-config", "enable=on,target=native"]
    command += ["-icount", "shift=0", "-kernel", image]
    # QEMU writes the console of semihosting to stderr.
    output = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    same, other, ticks = output.split()
    return [int(c) for c in same], [int(c) for c in other], int(ticks) * TICK / len(same)


def static(train, test, other):
    """Accuracy, accuracy turned, flash, RAM and instructions of each of emlearn's models."""
    classes = sorted(set(train[1]))
    number = lambda targets: np.array([classes.index(t) for t in targets])  # noqa: E731
    tests = {"same": test[0], "turned": other[0]}
    table = {}
    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        # Reads its argument, or the tests would be left out of this image.
        nothing = "static int model_predict(const float *x, int n) { return x[0] > 0; }\n"
        _, flash_without, ram_without = built(directory, nothing, tests)
        for name, (model, how) in models().items():
            # emlearn compiles in a folder that it makes where it runs.
            quiet = np.errstate(all="ignore")
            with warnings.catch_warnings(), quiet, contextlib.chdir(directory):
                warnings.simplefilter("ignore")
                model.fit(train[0], number(train[1]))
                header = directory / "converted.h"
                emlearn.convert(model, **how).save(file=str(header), name="model")
            code = header.read_text()
            if "model_predict(" not in code:
                call = "return eml_bayes_predict(&model_model, x, n);"
                code += f"\nstatic int model_predict(const float *x, int n) {{ {call} }}\n"
            image, flash, ram = built(directory, code, tests)
            same, mounted, instructions = run(image)
            score = lambda ours, theirs: float(np.mean(np.array(ours) == number(theirs)))  # noqa: E731
            table[f"emlearn {name}"] = (
                score(same, test[1]),
                score(mounted, other[1]),
                flash - flash_without,
                ram - ram_without,
                instructions,
            )
    return table


def learning(binary, train, tests):
    """The same for situ's learners, frozen and adapting: `situ fit --holdout`, counted on the board."""
    table = {}
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "motion.csv"
        options = ["--target", "activity", "--group", "recording", "--window", str(WINDOW)]
        options += ["--hop", str(HOP), "--holdout", "0.5", "--json"]
        options += [word for name in LEARNERS for word in ("--learner", name)]
        scores = []
        for test, board in ((tests[0], ["--board", "qemu-m4", "--measure"]), (tests[1], [])):
            with open(path, "w", newline="") as file:
                writer = csv.DictWriter(file, [c for c in train[0][0] if c not in ("split", "seconds")], extrasaction="ignore")
                writer.writeheader()
                for index, rows in enumerate(train + test):
                    writer.writerows({**row, "recording": index} for row in rows)
            command = [binary, "fit", path, *options, *board]
            output = subprocess.run(command, cwd=directory, check=True, stdout=subprocess.PIPE).stdout
            scores.append(json.loads(output))
        for index, learner in enumerate(scores[0]["learners"]):
            name, board = learner["learner"], learner["board"]
            held = [next(h for h in s["holdout"]["learners"] if h["learner"] == name) for s in scores]
            for kind in ("frozen", "adapting"):
                count = board["per_predict" if kind == "frozen" else "per_update"]
                table[f"situ {name}, {kind}"] = (
                    held[0][kind], held[1][kind], board["flash_bytes"], board["ram_bytes"], count,
                )
    return table


def main():
    binary = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/release/situ").resolve()
    if not binary.is_file():
        MISSING.append(f"{binary} (cargo build --release -p situ-host)")
    if MISSING:
        print(f"SKIPPED, nothing was compared; missing: {', '.join(MISSING)}", file=sys.stderr)
        return
    every = recordings()
    train, test = every[::2], every[1::2]
    other = [[turned(row) for row in rows] for rows in test]
    table = static(windows(train), windows(test), windows(other))
    table |= learning(binary, train, (test, other))
    print(f"emlearn {emlearn.__version__}, scikit-learn {sklearn.__version__}; emulated Cortex-M4")
    print("| | same mounting | turned | flash, bytes | RAM, bytes | instructions |\n|---|---|---|---|---|---|")
    for name, (same, mounted, flash, ram, instructions) in table.items():
        print(f"| {name} | {same:.3f} | {mounted:.3f} | {flash:,} | {ram:,} | {instructions:,.0f} |")
    print("emlearn: model and code without the harness, the stack not counted, a prediction.")
    print("situ: the whole firmware with its stack; frozen: a prediction, adapting: a prediction and an update.")


if __name__ == "__main__":
    main()
