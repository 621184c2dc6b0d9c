"""river's own checks."""

import pickle

import pytest
from river import datasets, evaluate, metrics
from river.checks import yield_checks

from situ.river import Classifier, Regressor

LEARNERS = [Classifier("ftrl"), Classifier("hedge"), Regressor("ftrl"), Regressor("least-squares")]

# Names of checks that do not apply, each with its reason.
NOT_APPLICABLE = {}


def cases():
    for learner in LEARNERS:
        for check in yield_checks(learner):
            name = getattr(check, "__name__", None) or check.func.__name__
            case = f"{type(learner).__name__}-{learner.learner}-{name}"
            marks = [pytest.mark.skip(reason=NOT_APPLICABLE[name])] if name in NOT_APPLICABLE else []
            yield pytest.param(learner, check, id=case, marks=marks)


@pytest.mark.parametrize(("learner", "check"), list(cases()))
def test_the_checks_of_river(learner, check):
    check(learner.clone())


def test_it_learns_in_river_s_evaluation():
    metric = evaluate.progressive_val_score(
        datasets.Phishing(), Classifier("hedge"), metrics.Accuracy()
    )
    assert metric.get() > 0.85


def test_a_pickle_goes_on_where_it_was():
    learner = Classifier("ftrl")
    for x, y in datasets.Phishing().take(100):
        learner.learn_one(x, y)
    copy = pickle.loads(pickle.dumps(learner))
    assert copy.save() == learner.save()
    assert copy.predict_proba_one(x) == learner.predict_proba_one(x)


def test_more_labels_than_announced_are_refused():
    learner = Classifier("ftrl", max_classes=2)
    for label in "abab":
        learner.learn_one({"x": 1.0}, label)
    state = learner.save()
    with pytest.raises(ValueError, match="one more than max_classes=2"):
        learner.learn_one({"x": 1.0}, "c")
    with pytest.raises(ValueError, match="feature 0 is NaN"):
        learner.learn_one({"x": float("nan")}, "a")
    assert learner.save() == state
