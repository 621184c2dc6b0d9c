"""The learners with scikit-learn's conventions."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets, unique_labels
from sklearn.utils.validation import check_is_fitted, validate_data

from ._situ import Learner

__all__ = ["Classifier", "Regressor"]


class _Online(BaseEstimator):
    """What classifier and regressor share."""

    def _begin(self, features, classes):
        parameters = sorted((self.parameters or {}).items())
        self.learner_ = Learner(self.learner, features, classes, self.budget, parameters)

    def _rows(self, X, reset):
        # Double precision first, so that what is too large for single precision is named as such.
        X = validate_data(self, X, reset=reset, dtype=np.float64)
        with np.errstate(over="ignore"):
            return np.ascontiguousarray(X, dtype=np.float32)

    def save(self):
        """The state, in the bytes that the firmware saves and restores."""
        check_is_fitted(self)
        return self.learner_.save()

    def restore(self, state):
        """Restores a state of the same learner, configuration and shape."""
        check_is_fitted(self)
        self.learner_.restore(state)
        return self

    def __getstate__(self):
        state = dict(super().__getstate__())
        learner = state.pop("learner_", None)
        if learner is not None:
            state["_saved"] = learner.features, learner.save()
        return state

    def __setstate__(self, state):
        state = dict(state)
        saved = state.pop("_saved", None)
        super().__setstate__(state)
        if saved is not None:
            features, bytes_ = saved
            self._begin(features, self._outputs())
            self.learner_.restore(bytes_)


class Classifier(ClassifierMixin, _Online):
    """A learner of classes, one example at a time.

    learner: one of `situ.LEARNERS`.
    budget: maximum bytes of its state on a device.
    parameters: those of its configuration that differ from their defaults, by name.
    """

    def __init__(self, learner="hedge", budget=None, parameters=None):
        self.learner = learner
        self.budget = budget
        self.parameters = parameters

    def _outputs(self):
        # The library knows no problem of one class; the second one is then never seen.
        return max(2, len(self.classes_))

    def fit(self, X, y):
        """Learns all rows in their order, from the start."""
        return self._learn(X, y, None, True)

    def partial_fit(self, X, y, classes=None):
        """Learns more rows. `classes` names all labels that will ever come; only the first call needs
        it."""
        return self._learn(X, y, classes, not hasattr(self, "learner_"))

    def _learn(self, X, y, classes, start):
        if y is None:
            raise ValueError("requires y to be passed, but the target y is None")
        X, y = validate_data(self, X, y, reset=start, dtype=np.float64)
        check_classification_targets(y)
        if start:
            self.classes_ = unique_labels(y if classes is None else classes)
            self._begin(X.shape[1], self._outputs())
        elif classes is not None and not np.array_equal(self.classes_, unique_labels(classes)):
            raise ValueError(f"classes={list(classes)!r} are not those of the first call")
        index = np.searchsorted(self.classes_, y)
        index = np.minimum(index, len(self.classes_) - 1)
        unknown = self.classes_[index] != y
        if np.any(unknown):
            raise ValueError(f"y has labels that are not in classes: {y[unknown][:5]!r}")
        with np.errstate(over="ignore"):
            rows = np.ascontiguousarray(X, dtype=np.float32)
        self.learner_.update_many(rows, index.astype(np.float64))
        return self

    def predict_proba(self, X):
        """A probability for each class."""
        check_is_fitted(self)
        probabilities = self.learner_.predict_many(self._rows(X, False)).astype(np.float64)
        probabilities = probabilities[:, : len(self.classes_)]
        return probabilities / probabilities.sum(axis=1, keepdims=True)

    def predict(self, X):
        """The most likely class."""
        check_is_fitted(self)
        # As the device decides: the first of the largest single-precision numbers.
        probabilities = self.learner_.predict_many(self._rows(X, False))
        return self.classes_[probabilities[:, : len(self.classes_)].argmax(axis=1)]


class Regressor(RegressorMixin, _Online):
    """A learner of a value, one example at a time. The arguments are those of `Classifier`."""

    def __init__(self, learner="hedge", budget=None, parameters=None):
        self.learner = learner
        self.budget = budget
        self.parameters = parameters

    def _outputs(self):
        return None

    def fit(self, X, y):
        """Learns all rows in their order, from the start."""
        return self._learn(X, y, True)

    def partial_fit(self, X, y):
        """Learns more rows."""
        return self._learn(X, y, not hasattr(self, "learner_"))

    def _learn(self, X, y, start):
        if y is None:
            raise ValueError("requires y to be passed, but the target y is None")
        X, y = validate_data(self, X, y, reset=start, dtype=np.float64, y_numeric=True)
        if start:
            self._begin(X.shape[1], None)
        with np.errstate(over="ignore"):
            rows = np.ascontiguousarray(X, dtype=np.float32)
        self.learner_.update_many(rows, np.ascontiguousarray(y, dtype=np.float64))
        return self

    def predict(self, X):
        """The value of each row."""
        check_is_fitted(self)
        return self.learner_.predict_many(self._rows(X, False))[:, 0].astype(np.float64)
