"""The compiled part of situ."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__version__: str
LEARNERS: list[str]
"""Names of all learners, as `situ fit` has them."""
MAX_FEATURES: int
MAX_CLASSES: int

def fit(arguments: Sequence[str]) -> str:
    """Runs `situ fit` with these words of a command line; the result as JSON."""

class Learner:
    """A learner of a stream: predicts an example, then learns it.

    Takes rows of 32-bit floats. A row that is refused (`ValueError`) leaves the learner unchanged. The
    interpreter's lock is released while rows are learned or predicted; calls of several threads on one
    learner wait for one another.
    """

    def __new__(
        cls,
        name: str,
        features: int,
        classes: int | None = None,
        budget: int | None = None,
        parameters: list[tuple[str, float]] | None = None,
    ) -> Learner:
        """A learner that has seen nothing.

        name: one of `LEARNERS`.
        classes: how many; None to learn a value.
        budget: maximum bytes of its state; falls back to smaller variants. `situ fit --budget` counts all RAM.
        parameters: those of its configuration that differ from their defaults.
        """

    @property
    def name(self) -> str: ...
    @property
    def variant(self) -> str:
        """Storage and sizes, which the name does not say."""

    @property
    def features(self) -> int: ...
    @property
    def outputs(self) -> int:
        """Numbers in a prediction: one for each class, or the value."""

    @property
    def state_bytes(self) -> int:
        """Bytes of the learned state on a device."""

    @property
    def flops_per_update(self) -> int: ...
    @property
    def clipped(self) -> int:
        """Examples with a number farther than 8 deviations from its mean."""

    def predict(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """A probability for each class, or the value."""

    def update(self, features: NDArray[np.float32], target: float) -> NDArray[np.float32]:
        """Learns an example; returns the prediction that preceded it."""

    def predict_many(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """A prediction for each row. A contiguous array is read where it lies."""

    def update_many(
        self, rows: NDArray[np.float32], targets: NDArray[np.float64]
    ) -> NDArray[np.float32]:
        """Learns row after row; returns the prediction that preceded each."""

    def reset(self) -> None:
        """Forgets everything learned."""

    def save(self) -> bytes:
        """The state, in the bytes that the firmware saves and restores."""

    def restore(self, state: bytes) -> None:
        """Restores a state of the same learner, configuration and shape."""

class Detector:
    """A detector of anomalies: scores an example and compares the score with a threshold.

    kind: "mahalanobis", squared Mahalanobis distance from the mean, or "nearest", squared distance to the
    nearest of `slots` stored examples. At most 256 features and 256 stored examples.
    false_alarms: the share of normal examples that the threshold lets through as alarms.
    window: examples over which the threshold follows the scores.
    """

    def __new__(
        cls,
        kind: str,
        features: int,
        *,
        slots: int | None = None,
        false_alarms: float | None = None,
        window: int | None = None,
    ) -> Detector: ...
    @property
    def features(self) -> int: ...
    @property
    def alarms(self) -> int:
        """Examples found to be anomalies so far."""

    @property
    def state_bytes(self) -> int: ...
    def judge(self, features: NDArray[np.float32]) -> tuple[float, float]:
        """Score and threshold; a score above the threshold is an anomaly. Changes nothing."""

    def update(self, features: NDArray[np.float32]) -> tuple[float, float]:
        """Judges, then learns an example that is no anomaly."""

    def update_many(
        self, rows: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Scores and thresholds of all rows, each judged before it is learned."""

    def learn(self, features: NDArray[np.float32]) -> None:
        """Learns an example that is known to be normal."""

    def reset(self) -> None:
        """Forgets everything learned."""

    def save(self) -> bytes:
        """The state, in the bytes that the firmware saves and restores."""

    def restore(self, state: bytes) -> None:
        """Restores a state of the same detector, configuration and size."""

class WindowFeatures:
    """Features of each channel over windows of samples."""

    def __new__(
        cls,
        length: int,
        channels: int,
        hop: int | None = None,
        features: list[str] | None = None,
    ) -> WindowFeatures:
        """Windows of `length` samples, one every `hop` samples (`length` if None).

        features: names as `situ fit --features` has them; mean, standard deviation and mean absolute
        difference if None.
        """

    @property
    def length(self) -> int: ...
    @property
    def hop(self) -> int: ...
    @property
    def channels(self) -> int: ...
    def restart(self) -> None:
        """A new recording starts: no window spans it and the one before."""

    def push(self, sample: NDArray[np.float32]) -> NDArray[np.float32] | None:
        """Takes a sample; the features of the window that it completes, if any."""

    def push_many(self, samples: NDArray[np.float32]) -> tuple[NDArray[np.float32], list[int]]:
        """Takes rows of samples; a row of features for each complete window, and the index of the
        sample that completed it."""

class Bandit:
    """An agent that sees only the payoff of its own action, among 2 to 16 actions.

    kind: "exp3", "exp3-ix", "exp3-s" (needs `rounds` and `changes`) or "tsallis-inf".
    Payoffs lie between `low` and `high`.
    """

    def __new__(
        cls,
        kind: str,
        actions: int,
        *,
        seed: int = 0,
        low: float = 0.0,
        high: float = 1.0,
        exploration: float = 0.0,
        rounds: int = 0,
        changes: int = 0,
    ) -> Bandit: ...
    @property
    def strategy(self) -> list[float]:
        """The probability of each action."""

    def choose(self) -> int:
        """Draws the next action."""

    def reward(self, reward: float) -> None:
        """Learns the reward of the action chosen last."""

    def loss(self, loss: float) -> None:
        """Learns the loss of the action chosen last."""
