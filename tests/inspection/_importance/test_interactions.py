"""Which modalities need each other, on data where that is known."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from skmm import LateFusionClassifier, make_frame
from skmm.inspection import ModalityInteractions, modality_interactions
from tests.inspection.conftest import SHAPES

BITS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 10)


def find(y, removal="mean"):
    tree = DecisionTreeClassifier(random_state=0).fit(BITS, y)
    return modality_interactions(tree, BITS, y, removal=removal, random_state=0)


def test_exclusive_or_needs_both():
    found = find(BITS[:, 0] ^ BITS[:, 1])
    assert_allclose(found.interactions_mean, [0.5])
    assert found.interval[0, 0] > 0


def test_two_copies_make_up_for_each_other():
    votes = make_frame(
        left=np.repeat([[0.0], [1.0]], 20, axis=0), right=np.repeat([[0.0], [1.0]], 20, axis=0)
    )
    y = np.repeat([0, 1], 20)
    late = LateFusionClassifier([(m, LogisticRegression()) for m in votes], rule="mean").fit(
        votes, y
    )
    found = modality_interactions(late, votes, y, random_state=0)
    # Right with either (1), in half of the cases with none: 1 - 1 - 1 + 0.5.
    assert_allclose(found.interactions_mean, [-0.5])


def test_it_is_the_second_difference_of_the_scores(late, samples):
    X, y = samples
    found = modality_interactions(late, X, y, modalities=["image", "text"], random_state=0)
    v = found.scores
    expected = v["image", "text"] - v["image",] - v["text",] + v[()]
    assert_allclose(found.interactions_mean, [expected], atol=1e-15)
    assert v["image", "text"] == late.score(X, y)


def test_the_matrix_is_symmetric_and_has_the_pairs_of_the_table(late, samples):
    found = modality_interactions(late, *samples, random_state=0)
    matrix = found.matrix
    assert list(matrix) == list(matrix.index) == list(SHAPES)
    assert_array_equal(matrix, matrix.T)
    assert np.isnan(np.diag(matrix)).all()
    for (first, second), value in found.table["interaction"].items():
        assert matrix.loc[first, second] == value
    assert (found.table["low"] <= found.table["interaction"]).all()


@pytest.mark.parametrize("modalities", [["image"], {str(j): [j] for j in range(9)}])
def test_one_or_many_modalities_are_refused(late, samples, modalities):
    X, y = samples
    if isinstance(modalities, dict):
        X = np.hstack([X["image"].array.tensor])
        late = LogisticRegression().fit(X, y)
    message = f"there are {len(modalities)} modalities, and interactions are found of 2 to 8"
    with pytest.raises(ValueError, match=message):
        modality_interactions(late, X, y, modalities=modalities)


def test_pairs_are_in_the_order_of_the_modalities():
    found = ModalityInteractions(
        list("abc"), np.array([[1.0, 3.0], [5.0, 5.0], [7.0, 7.0]]), np.zeros((3, 2)), {}, "r2"
    )
    assert found.matrix.loc["a", "b"] == 2
    assert found.matrix.loc["c", "a"] == 5
    assert found.table.index.tolist() == [("a", "b"), ("a", "c"), ("b", "c")]
    assert found.interactions_std.tolist() == [1, 0, 0]
