"""Judge in Python, export, run on the emulated board: the same predictions.

Run it in a checkout: `python host/python/examples/judge_export_run.py`. Needs `arm-none-eabi-gcc`, QEMU and
Debian's Rust compiler (docs/c.md). Each `# %%` starts a cell for editors that know them.
"""

# %% The bundled recordings: 80 recordings of four activities, 10 samples a second.
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import situ

DATA = Path(__file__).parents[2] / "data" / "basic-motions.csv"
COLUMNS = dict(target="activity", group="recording", drop=["split", "seconds"])
OPTIONS = dict(window=20, hop=10, budget=16384, **COLUMNS)

# %% Judge: test-then-train over windows of 2 s, in 16 KB of RAM.
judged = situ.fit(DATA, shuffle=0, **OPTIONS)
for learner in judged["learners"]:
    print(f"{learner['learner']:14} {learner['score']:.3f} {learner['state_bytes']:6} bytes")
chosen = judged["best"]
print("chosen:", chosen)

# %% Export it as a static library with an example in C, and run that on the emulated Cortex-M4.
export = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp()) / "learner"
situ.fit(DATA, learner=chosen, export=export, language="c", force=True, shuffle=0, **OPTIONS)
log = subprocess.run(
    ["make", "--silent", "-C", str(export), "run", *sys.argv[2:]],
    stdout=subprocess.PIPE,
    check=True,
    text=True,
).stdout
on_board = [int(line.split()[1]) for line in log.splitlines() if line.startswith("class ")]

# %% The recording that the board replayed: for each sample its flags, its class and its channels.
CHANNELS = 6
ROW = struct.Struct(f"<II{CHANNELS}f")
# The variant that was judged is the largest within the bytes of its state.
state = next(l["state_bytes"] for l in judged["learners"] if l["learner"] == chosen)
learner = situ.Learner(chosen, 3 * CHANNELS, len(judged["classes"]), budget=state)
windows = situ.WindowFeatures(OPTIONS["window"], CHANNELS, hop=OPTIONS["hop"])
in_python = []
for flags, label, *channels in ROW.iter_unpack((export / "recording.bin").read_bytes()):
    if flags & 1:
        windows.restart()
    features = windows.push(np.array(channels, dtype=np.float32))
    if features is not None:
        in_python.append(int(learner.update(features, label).argmax()))

# %% The same predictions, each made before its window was learned.
assert in_python == on_board, "the board predicts something else"
print(f"{len(on_board)} predictions on the board, all of them those of Python")
print("\n".join(log.splitlines()[-6:]))
