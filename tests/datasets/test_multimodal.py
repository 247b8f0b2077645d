"""Classes cut from the target of the latent model."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skmm.datasets import make_multimodal_classification, make_multimodal_regression


@pytest.mark.parametrize("weights", [[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]])
def test_class_shares_are_reached(weights, global_random_seed):
    _, y = make_multimodal_classification(200, weights=weights, random_state=global_random_seed)
    assert_allclose(np.bincount(y) / 200, weights)


def test_classes_are_equal_in_size_by_default(global_random_seed):
    _, y = make_multimodal_classification(100, n_classes=3, random_state=global_random_seed)
    assert sorted(np.bincount(y)) == [33, 33, 34]


def test_classes_are_ranges_of_the_target_of_the_regression(global_random_seed):
    _, target = make_multimodal_regression(90, random_state=global_random_seed)
    _, y = make_multimodal_classification(90, random_state=global_random_seed)
    assert (np.diff(y[np.argsort(target)]) >= 0).all()


@pytest.mark.parametrize("weights", [[0.5, 0.5], [0.5, 0.4, 0.2], [1.5, -0.3, -0.2]])
def test_weights_that_are_not_shares_are_refused(weights):
    with pytest.raises(ValueError, match=r"weights is .*; expected 3 shares above 0 with sum 1"):
        make_multimodal_classification(weights=weights)
