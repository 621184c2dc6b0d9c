"""The same rows give the same bits as `situ fit`."""

import numpy as np
import pytest

import motion
import situ
from situ.river import Classifier as RiverClassifier
from situ.sklearn import Classifier


@pytest.mark.parametrize("name", [name for name in situ.LEARNERS if name != "anomaly"])
def test_the_state_is_that_of_the_command(name, examples, tmp_path):
    rows, classes, labels = examples
    fit = situ.fit(
        motion.DATA, learner=name, export=tmp_path / "out", trained=True, budget=150_000, **motion.OPTIONS
    )
    assert fit["rows"] == len(rows) and fit["classes"] == labels
    learner = situ.Learner(name, rows.shape[1], len(labels), budget=150_000)
    predictions = learner.update_many(rows, classes)
    state = (tmp_path / "out" / "state.bin").read_bytes()
    assert learner.save() == state
    # The command does not score the first prediction, which precedes all learning.
    right = (predictions.argmax(axis=1) == classes)[1:]
    assert fit["learners"][0]["score"] == right.sum() / len(right)
    assert fit["learners"][0]["state_bytes"] == learner.state_bytes

    # A state that the command saved goes on in Python, bit for bit.
    other = situ.Learner(name, rows.shape[1], len(labels), budget=150_000)
    other.restore(state)
    assert np.array_equal(other.predict_many(rows), learner.predict_many(rows))


def test_the_three_conventions_are_one_learner(examples):
    rows, classes, labels = examples
    learner = situ.Learner("ftrl", rows.shape[1], len(labels))
    learner.update_many(rows, classes)
    text = np.array(labels)[classes.astype(int)]

    whole = Classifier("ftrl").fit(rows, text)
    parts = Classifier("ftrl")
    for start in range(0, len(rows), 100):
        part = slice(start, start + 100)
        parts.partial_fit(rows[part], text[part], classes=labels)
    single = RiverClassifier("ftrl", classes=labels)
    for row, label in zip(rows, text):
        single.learn_one(dict(enumerate(row)), label)
    assert whole.save() == parts.save() == single.save() == learner.save()

    expected = np.array(labels)[learner.predict_many(rows).argmax(axis=1)]
    assert np.array_equal(whole.predict(rows), expected)
    assert [single.predict_one(dict(enumerate(row))) for row in rows[:50]] == list(expected[:50])
    assert whole.score(rows, text) == (expected == text).mean()


def test_one_by_one_is_many_at_once(examples):
    rows, classes, labels = examples
    many, single = (situ.Learner("bayes", rows.shape[1], len(labels)) for _ in range(2))
    predictions = many.update_many(rows, classes)
    for row, target, prediction in zip(rows, classes, predictions):
        assert np.array_equal(single.update(row, target), prediction)
    assert single.save() == many.save()
