"""Models that learn on the microcontroller they run on: the same learners, bit for bit, in Python.

- `Learner`: a learner of `situ fit`, on numpy arrays. `situ.sklearn` and `situ.river` have it with the
  conventions of those libraries.
- `WindowFeatures`: features of windows of samples, as the firmware computes them.
- `Detector`: anomalies, without labels.
- `Bandit`: an agent that sees only the payoff of its own action.
- `fit`: what `situ fit --json` prints, as a dictionary.
- `situ.sweep`: many fits on many machines.
"""

import json as _json

from ._situ import (
    LEARNERS,
    MAX_CLASSES,
    MAX_FEATURES,
    Bandit,
    Detector,
    Learner,
    WindowFeatures,
    __version__,
)
from ._situ import fit as _fit

__all__ = [
    "LEARNERS",
    "MAX_CLASSES",
    "MAX_FEATURES",
    "Bandit",
    "Detector",
    "Learner",
    "WindowFeatures",
    "__version__",
    "arguments",
    "fit",
]


def arguments(data, **options):
    """The words of the command line `situ fit` for options by name.

    True gives a flag, None and False give nothing, a list repeats the option:
    `drop=["split", "seconds"], label_rate=0.5` is `--drop split --drop seconds --label-rate 0.5`.
    """
    words = [str(data)]
    for name, value in options.items():
        flag = "--" + name.replace("_", "-")
        if value is None or value is False:
            continue
        if value is True:
            words.append(flag)
            continue
        values = value if isinstance(value, (list, tuple)) else [value]
        for one in values:
            words.append(f"{flag}={one}")
    return words


def fit(data, **options):
    """Runs the learners over a CSV, test-then-train: the dictionary that `situ fit --json` prints.

    The options are those of `situ fit`, with underscores: `fit("motion.csv", target="activity",
    window=20)`. Raises ValueError for bad data or options, FileNotFoundError for a missing file, and
    RuntimeError where a board fails or a tool is missing. Prints and saves nothing but an export.
    """
    return _json.loads(_fit(arguments(data, **options)))
