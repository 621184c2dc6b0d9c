"""The bundled recordings as examples, read without the library."""

import csv
from pathlib import Path

import numpy as np

from situ import WindowFeatures

DATA = Path(__file__).parents[2] / "data" / "basic-motions.csv"
COLUMNS = ["acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z"]
OPTIONS = {
    "target": "activity",
    "group": "recording",
    "drop": ["split", "seconds"],
    "window": 20,
    "hop": 10,
}


def examples():
    """Features, class numbers and labels of windows of 2 s, one per second; recordings in file order."""
    with DATA.open() as file:
        rows = list(csv.DictReader(file))
    labels = sorted({row["activity"] for row in rows})
    windows = WindowFeatures(20, len(COLUMNS), hop=10)
    features, classes = [], []
    for recording in dict.fromkeys(row["recording"] for row in rows):
        part = [row for row in rows if row["recording"] == recording]
        samples = np.array([[row[c] for c in COLUMNS] for row in part], dtype=np.float32)
        windows.restart()
        found, ends = windows.push_many(samples)
        features.append(found)
        classes += [labels.index(part[end]["activity"]) for end in ends]
    return np.concatenate(features), np.array(classes, dtype=np.float64), labels
