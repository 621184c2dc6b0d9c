"""scikit-learn's own checks. Those that do not apply are named, each with its reason."""

import numpy as np
import pickle
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from situ.sklearn import Classifier, Regressor

ORDER = "a learner of a stream depends on the order of its rows and knows no weights"


def failing(estimator):
    return {}


ESTIMATORS = [Classifier(name) for name in ("ftrl", "bayes", "memory", "least-squares")] + [
    Regressor(name) for name in ("ftrl", "least-squares")
]


@parametrize_with_checks(ESTIMATORS, expected_failed_checks=failing)
def test_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


def test_a_pickle_goes_on_where_it_was():
    rows = np.random.default_rng(0).normal(size=(100, 3))
    labels = np.where(rows[:, 0] > 0, "up", "down")
    classifier = Classifier("newton").fit(rows, labels)
    copy = pickle.loads(pickle.dumps(classifier))
    assert copy.save() == classifier.save()
    copy.partial_fit(rows, labels)
    classifier.partial_fit(rows, labels)
    assert copy.save() == classifier.save()


def test_labels_that_were_not_announced_are_refused():
    rows = np.ones((2, 1))
    classifier = Classifier("ftrl").partial_fit(rows, ["a", "b"], classes=["a", "b"])
    state = classifier.save()
    with pytest.raises(ValueError, match="not in classes"):
        classifier.partial_fit(rows, ["a", "c"])
    with pytest.raises(ValueError, match="not those of the first call"):
        classifier.partial_fit(rows, ["a", "b"], classes=["a", "c"])
    assert classifier.save() == state
