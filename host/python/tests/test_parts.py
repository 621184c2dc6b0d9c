"""Window features, bandits, threads."""

import threading
import time

import numpy as np
import pytest

import situ


def test_windows_have_the_features_of_their_definition():
    generator = np.random.default_rng(1)
    samples = generator.normal(size=(57, 3)).astype(np.float32)
    features, ends = situ.WindowFeatures(10, 3, hop=4).push_many(samples)
    assert ends == list(range(9, 57, 4))
    for row, end in zip(features, ends):
        part = samples[end - 9 : end + 1].astype(np.float64)
        expected = [part.mean(0), part.std(0), np.abs(np.diff(part, axis=0)).mean(0)]
        assert np.allclose(row, np.stack(expected, axis=1).ravel(), atol=1e-5)

    single = situ.WindowFeatures(10, 3, hop=4)
    pushed = [single.push(sample) for sample in samples]
    assert np.array_equal([row for row in pushed if row is not None], features)


@pytest.mark.parametrize(
    ("kind", "options"),
    [("exp3", {}), ("exp3-ix", {}), ("tsallis-inf", {}), ("exp3-s", {"rounds": 3000, "changes": 1})],
)
def test_bandits_find_the_best_action(kind, options):
    bandit = situ.Bandit(kind, 4, seed=1, low=-1.0, high=1.0, **options)
    world = np.random.default_rng(2)
    for _ in range(3000):
        action = bandit.choose()
        bandit.reward(1.0 if world.random() < [0.2, 0.3, 0.9, 0.4][action] else -1.0)
    assert bandit.strategy[2] > 0.7
    assert sum(bandit.strategy) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("kind", ["mahalanobis", "nearest"])
def test_detectors_find_what_is_unlike(kind):
    generator = np.random.default_rng(3)
    load = generator.random(3000)
    heat = 20 + 30 * load + 0.5 * generator.normal(size=3000)
    rows = np.stack([load, heat], axis=1).astype(np.float32)
    detector = situ.Detector(kind, 2, slots=64, false_alarms=0.01)
    scores, thresholds = detector.update_many(rows)
    assert detector.alarms == (scores > thresholds).sum() < 150
    score, threshold = detector.judge(np.array([0.8, 44.3], dtype=np.float32))
    assert score <= threshold
    score, threshold = detector.judge(np.array([0.1, 44.3], dtype=np.float32))
    assert score > threshold

    other = situ.Detector(kind, 2, slots=64, false_alarms=0.01)
    other.restore(detector.save())
    assert other.save() == detector.save()
    with pytest.raises(ValueError, match="feature 1 is NaN"):
        other.update(np.array([1, np.nan], dtype=np.float32))
    assert other.save() == detector.save()


def test_detectors_refuse():
    with pytest.raises(ValueError, match="no detector 'forest'"):
        situ.Detector("forest", 2)
    with pytest.raises(ValueError, match="out of range"):
        situ.Detector("nearest", 2, false_alarms=2.0)
    with pytest.raises(ValueError, match="does not fit"):
        situ.Detector("nearest", 1000)


def test_bandits_refuse():
    bandit = situ.Bandit("exp3", 3)
    with pytest.raises(ValueError, match="no action has been chosen"):
        bandit.reward(1.0)
    before = bandit.strategy
    bandit.choose()
    for payoff in [2.0, float("nan")]:
        with pytest.raises(ValueError):
            bandit.reward(payoff)
    assert bandit.strategy == before
    with pytest.raises(ValueError, match="17 actions: from 2 to 16"):
        situ.Bandit("exp3", 17)
    with pytest.raises(ValueError, match="no bandit 'ucb'"):
        situ.Bandit("ucb", 3)


def test_the_lock_is_released_during_work():
    """While one thread learns, another one runs: it would stand still for the whole call otherwise."""
    learner = situ.Learner("ftrl", 100, 10)
    rows = np.random.default_rng(0).normal(size=(40_000, 100)).astype(np.float32)
    targets = np.arange(len(rows), dtype=np.float64) % 10
    done = threading.Event()

    def work():
        learner.update_many(rows, targets)
        done.set()

    steps = 0
    thread = threading.Thread(target=work)
    thread.start()
    while not done.is_set():
        time.sleep(0.001)
        steps += 1
    thread.join()
    assert steps > 3


def test_learners_of_threads_are_independent():
    rows = np.random.default_rng(0).normal(size=(500, 8)).astype(np.float32)
    targets = (rows[:, 0] > 0).astype(np.float64)

    def state():
        learner = situ.Learner("newton", 8, 2)
        learner.update_many(rows, targets)
        return learner.save()

    states = [None] * 4
    threads = [
        threading.Thread(target=lambda place=place: states.__setitem__(place, state()))
        for place in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states == [state()] * 4
