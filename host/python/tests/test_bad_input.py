"""Bad input raises an exception with the library's message and leaves the learner unchanged."""

import numpy as np
import pytest

import motion
import situ


@pytest.fixture
def learner():
    learner = situ.Learner("ftrl", 2, 3)
    learner.update(np.array([1, 2], dtype=np.float32), 1)
    return learner


@pytest.mark.parametrize(
    ("row", "target", "message"),
    [
        ([1, np.nan], 0, "feature 1 is NaN, infinite or beyond 2"),
        ([np.inf, 1], 0, "feature 0 is NaN"),
        ([1, 2, 3], 0, "3 features, not 2"),
        ([1, 2], 3, "class 3: not a whole number from 0 to 2"),
        ([1, 2], -1, "class -1: not"),
        ([1, 2], 0.5, "class 0.5: not"),
        ([1, 2], float("nan"), "class NaN: not"),
    ],
)
def test_a_refused_example_changes_nothing(learner, row, target, message):
    before = learner.save()
    with pytest.raises(ValueError, match=message):
        learner.update(np.array(row, dtype=np.float32), target)
    assert learner.save() == before


def test_the_row_is_named(learner):
    rows = np.ones((5, 2), dtype=np.float32)
    rows[3, 0] = np.nan
    with pytest.raises(ValueError, match="row 3: feature 0 is NaN"):
        learner.update_many(rows, np.zeros(5))
    with pytest.raises(ValueError, match="5 rows, but 4 targets"):
        learner.update_many(np.ones((5, 2), dtype=np.float32), np.zeros(4))


def test_states_are_checked(learner):
    state = learner.save()
    for damage, message in [
        (b"", "the saved state has"),
        (bytes(100), "nothing was saved"),
        (state[:-1] + bytes([state[-1] ^ 1]), "damaged"),
        (situ.Learner("ftrl", 3, 3).save(), "belongs to another type, size or configuration"),
    ]:
        with pytest.raises(ValueError, match=message):
            learner.restore(damage)
        assert learner.save() == state


def test_names_and_sizes_are_checked():
    with pytest.raises(ValueError, match="no learner 'magic'; available: ftrl, "):
        situ.Learner("magic", 2, 2)
    with pytest.raises(ValueError, match="no parameter 'x'; available: alpha, beta"):
        situ.Learner("ftrl", 2, 2, None, [("x", 1.0)])
    with pytest.raises(ValueError, match="Alpha is out of range"):
        situ.Learner("ftrl", 2, 2, None, [("alpha", -1.0)])
    with pytest.raises(ValueError, match="ftrl: no form for 5000 features"):
        situ.Learner("ftrl", 5000, 2)
    with pytest.raises(ValueError, match="in 8 bytes"):
        situ.Learner("ftrl", 10, 2, 8)
    with pytest.raises(ValueError, match="bayes: no form"):
        situ.Learner("bayes", 2)
    with pytest.raises(ValueError, match="the window does not fit"):
        situ.WindowFeatures(0, 2)
    with pytest.raises(OverflowError):
        situ.Learner("ftrl", -1, 2)


def test_files_and_options_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere.csv"):
        situ.fit(tmp_path / "nowhere.csv", target="y")
    (tmp_path / "a.csv").write_text("x,y\n1,a\nZ,b\n")
    with pytest.raises(ValueError, match="a.csv: line 3, column x"):
        situ.fit(tmp_path / "a.csv", target="y")
    with pytest.raises(ValueError, match="'--speed"):
        situ.fit(motion.DATA, target="activity", speed=1)


def test_arrays_of_another_type_are_refused(learner):
    with pytest.raises(TypeError):
        learner.predict(np.array([1.0, 2.0]))
    with pytest.raises(TypeError):
        learner.predict("text")
    with pytest.raises(ValueError, match="contiguous"):
        learner.predict_many(np.ones((4, 4), dtype=np.float32)[:, ::2])
