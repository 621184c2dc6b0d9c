"""The learners with river's conventions: dictionaries of features, one example at a time."""

import numpy as np
from river import base

from ._situ import Learner

__all__ = ["Classifier", "Regressor"]


class _Online:
    """What classifier and regressor share.

    The shape of a learner is fixed. The features are those of the first example, sorted, so that their
    order in the dictionary does not matter; one that is missing later counts as 0, and one that is new is
    ignored. A learner is only begun when the first example is learned.
    """

    def _begin(self, x, classes):
        parameters = sorted((self.parameters or {}).items())
        try:
            self._names = sorted(x)
        except TypeError:
            # Names of several types.
            self._names = sorted(x, key=str)
        self._learner = Learner(self.learner, max(1, len(x)), classes, self.budget, parameters)

    def _row(self, x):
        names = self._names
        row = np.zeros(max(1, len(names)), dtype=np.float32)
        for index, name in enumerate(names):
            row[index] = x.get(name, 0.0)
        return row

    def save(self):
        """The state, in the bytes that the firmware saves and restores."""
        if self._learner is None:
            raise ValueError("nothing has been learned")
        return self._learner.save()

    def __getstate__(self):
        state = dict(self.__dict__)
        learner = state.pop("_learner", None)
        if learner is not None:
            state["_saved"] = learner.features, self._classes(), learner.save()
        return state

    def __setstate__(self, state):
        state = dict(state)
        saved = state.pop("_saved", None)
        self.__dict__.update(state)
        self._learner = None
        if saved is not None:
            features, classes, bytes_ = saved
            parameters = sorted((self.parameters or {}).items())
            self._learner = Learner(self.learner, features, classes, self.budget, parameters)
            self._learner.restore(bytes_)


class Classifier(_Online, base.Classifier):
    """A learner of classes.

    learner: one of `situ.LEARNERS`.
    classes: all labels, in the order of their class numbers. Without it labels are numbered as they
        come, and there may be `max_classes` of them.
    budget: maximum bytes of its state on a device.
    parameters: those of its configuration that differ from their defaults, by name.
    """

    def __init__(self, learner="hedge", classes=None, max_classes=8, budget=None, parameters=None):
        self.learner = learner
        self.classes = classes
        self.max_classes = max_classes
        self.budget = budget
        self.parameters = parameters
        self._labels = list(classes or [])
        self._learner = None
        self._names = []

    @property
    def _multiclass(self):
        return True

    def _classes(self):
        return max(2, len(self.classes)) if self.classes else self.max_classes

    def learn_one(self, x, y):
        """Learns an example."""
        if self._learner is None:
            self._begin(x, self._classes())
        if y not in self._labels:
            if self.classes:
                raise ValueError(f"label {y!r} is not in classes")
            if len(self._labels) == self.max_classes:
                raise ValueError(f"label {y!r} is one more than max_classes={self.max_classes}")
        row, known = self._row(x), y in self._labels
        number = self._labels.index(y) if known else len(self._labels)
        self._learner.update(row, number)
        if not known:
            self._labels.append(y)

    def predict_proba_one(self, x):
        """A probability for each label that is known."""
        if self._learner is None or not self._labels:
            return {}
        probabilities = self._learner.predict(self._row(x))[: len(self._labels)].astype(float)
        return dict(zip(self._labels, (probabilities / probabilities.sum()).tolist()))

    def predict_one(self, x):
        """The most likely label, decided as the device does; None before the first example."""
        if self._learner is None or not self._labels:
            return None
        probabilities = self._learner.predict(self._row(x))[: len(self._labels)]
        return self._labels[int(probabilities.argmax())]


class Regressor(_Online, base.Regressor):
    """A learner of a value. The arguments are those of `Classifier`."""

    def __init__(self, learner="hedge", budget=None, parameters=None):
        self.learner = learner
        self.budget = budget
        self.parameters = parameters
        self._learner = None
        self._names = []

    def _classes(self):
        return None

    def learn_one(self, x, y):
        """Learns an example."""
        if self._learner is None:
            self._begin(x, None)
        self._learner.update(self._row(x), y)

    def predict_one(self, x):
        """The value; 0 before the first example."""
        return float(self._learner.predict(self._row(x))[0]) if self._learner is not None else 0.0
