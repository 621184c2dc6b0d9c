"""Steps a second of OpenSpiel's replicator dynamics in the 3x3 game of `cargo bench --bench games`, and
where it is after as many steps as the bench's.

Needs Python with `pip install open_spiel`; exit status 3 where it is missing. The bench runs this
after its own measurements, prints the ratio, and fails where entropic learning is elsewhere.
"""

import sys
import time

try:
    import numpy as np
    from open_spiel.python.egt import dynamics
except ImportError as missing:
    print(f"{missing} (pip install open_spiel)", file=sys.stderr)
    sys.exit(3)

ROW = [[1.0, 0.2, 0.3], [0.1, 0.8, 0.2], [0.4, 0.3, 0.25]]
COLUMN = [[0.9, 0.1, 0.2], [0.2, 0.7, 0.3], [0.3, 0.25, 0.2]]
START = [0.3, 0.5, 0.2, 0.4, 0.35, 0.25]
STEP = 0.01
STEPS = 1000

replicator = dynamics.MultiPopulationDynamics(np.array([ROW, COLUMN]), dynamics.replicator)
best = float("inf")
for _ in range(5):
    x = np.array(START)
    begin = time.perf_counter()
    for _ in range(STEPS):
        x = x + STEP * replicator(x)
    best = min(best, time.perf_counter() - begin)
print(STEPS / best, *x)
