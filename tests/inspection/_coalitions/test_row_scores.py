"""Scores without blocks of rows, against the scorers themselves."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.metrics import get_scorer

from skmm.inspection._coalitions.row_scores import leave_out_blocks

N = 60
BLOCKS = np.arange(N) % 7


class Model:
    """Has predicted already."""

    def __init__(self, classes=None, probabilities=None, predictions=None):
        self.classes_, self.probabilities, self.predictions = classes, probabilities, predictions

    def __sklearn_tags__(self):
        from sklearn.dummy import DummyClassifier, DummyRegressor

        kind = DummyRegressor if self.classes_ is None else DummyClassifier
        return kind().__sklearn_tags__()

    def predict(self, rows):
        if self.classes_ is None:
            return self.predictions[rows]
        return self.classes_[self.probabilities[rows].argmax(axis=1)]

    def predict_proba(self, rows):
        return self.probabilities[rows]


def make_case(kind, rng):
    if kind == "numbers":
        return Model(predictions=rng.normal(100, size=N)), rng.normal(100, size=N)
    classes = np.array(["a", "b"] if kind == "two" else ["a", "b", "c"])
    probabilities = rng.dirichlet(np.ones(len(classes)) * 0.5, size=N)
    probabilities[:2] = np.eye(len(classes))[[0, 1]]  # certain, and wrong
    return Model(classes, probabilities), np.append(classes[[1, 0]], rng.choice(classes, N - 2))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("accuracy", "two"),
        ("accuracy", "three"),
        ("neg_log_loss", "two"),
        ("neg_log_loss", "three"),
        ("r2", "numbers"),
        ("neg_mean_absolute_error", "numbers"),
        ("neg_mean_squared_error", "numbers"),
    ],
)
def test_it_is_what_the_scorer_gives_of_the_other_rows(name, kind, weighted, global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    model, y = make_case(kind, rng)
    scorer, rows = get_scorer(name), np.arange(N)
    weight = rng.uniform(0.1, 2, N) if weighted else None
    expected = []
    for block in range(7):
        kept = rows[block != BLOCKS]
        given = {"sample_weight": weight[kept]} if weighted else {}
        expected.append(scorer(model, kept, y[kept], **given))
    found = leave_out_blocks(scorer, model, rows, y, weight, BLOCKS)
    assert_allclose(found, expected, rtol=1e-10)


def test_unsigned_integers_do_not_wrap_around():
    y, model = np.zeros(N, dtype=np.uint8), Model(predictions=np.ones(N, dtype=np.uint8))
    found = leave_out_blocks(
        get_scorer("neg_mean_squared_error"), model, np.arange(N), y, None, BLOCKS
    )
    assert_allclose(found, -1)


@pytest.mark.parametrize("name", ["f1_macro", "roc_auc", "matthews_corrcoef"])
def test_other_scores_are_left_to_their_scorers(name):
    model, y = make_case("two", np.random.default_rng(0))
    assert leave_out_blocks(get_scorer(name), model, np.arange(N), y, None, BLOCKS) is None


def test_what_the_sums_do_not_cover_is_left_to_the_scorer():
    model, y = make_case("three", np.random.default_rng(0))
    fewer = np.where(y == "c", "a", y)
    assert (
        leave_out_blocks(get_scorer("neg_log_loss"), model, np.arange(N), fewer, None, BLOCKS)
        is None
    )
    model, y = make_case("numbers", np.random.default_rng(0))
    assert leave_out_blocks(get_scorer("r2"), model, np.arange(N), np.ones(N), None, BLOCKS) is None
    several = y[:, None]
    assert leave_out_blocks(get_scorer("r2"), model, np.arange(N), several, None, BLOCKS) is None
