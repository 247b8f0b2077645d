import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.exceptions import DataConversionWarning

from skmm import LateFusionClassifier
from skmm.fusion._late.targets import read_targets

OWNER = LateFusionClassifier([])


def test_one_target_has_its_classes_and_their_shares():
    y, targets = read_targets(["b", "a", "b", "c"], OWNER)
    assert targets.classes[0].tolist() == ["a", "b", "c"]
    assert_allclose(targets.prior, [0.25, 0.5, 0.25])
    assert_array_equal(targets.encode(y), [[1], [0], [1], [2]])
    assert targets.decide(np.eye(3)).tolist() == ["a", "b", "c"]


def test_several_targets_stand_side_by_side():
    y, targets = read_targets([[0, 5], [2, 7], [1, 5], [2, 5]], OWNER)
    assert targets.slices == [slice(0, 3), slice(3, 5)]
    assert_allclose(targets.prior, [0.25, 0.25, 0.5, 0.75, 0.25])
    assert_array_equal(targets.encode(y), [[0, 0], [2, 1], [1, 0], [2, 0]])
    assert_array_equal(targets.decide(np.array([[0, 0, 1, 0.4, 0.6]])), [[2, 7]])


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_labels_are_zero_and_one_even_if_one_of_them_never_occurs(form):
    y, targets = read_targets(form([[0, 1, 0], [1, 1, 0], [1, 0, 0]]), OWNER)
    assert targets.are_labels
    assert [classes.tolist() for classes in targets.classes] == [[0, 1]] * 3
    assert_allclose(targets.shares[2], [1, 0])
    assert_array_equal(y, [[0, 1, 0], [1, 1, 0], [1, 0, 0]])


@pytest.mark.parametrize("values", [(-1, 1), (1, 2), (0, 2)])
def test_a_matrix_of_two_other_numbers_keeps_them(values):
    y, targets = read_targets(np.array(values)[[[0, 1], [1, 1], [1, 0]]], OWNER)
    assert not targets.are_labels
    assert [classes.tolist() for classes in targets.classes] == [list(values)] * 2
    assert_array_equal(targets.encode(y), [[0, 1], [1, 1], [1, 0]])


def test_a_column_is_flattened_with_scikit_learns_warning():
    with pytest.warns(DataConversionWarning):
        y, targets = read_targets([[0], [1]], OWNER)
    assert y.shape == (2,)
    assert not targets.are_several


def test_one_class_and_numbers_are_refused():
    with pytest.raises(ValueError, match="at least 2 classes, but y holds 1 class: 'a'"):
        read_targets(["a", "a"], OWNER)
    with pytest.raises(ValueError, match="Unknown label type"):
        read_targets([0.5, 1.5], OWNER)
