"""The kernels of one block, against scikit-learn."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.metrics.pairwise import pairwise_kernels

from skmm.fusion._early.base_kernels import divide_by_roots, kernel_matrix, self_kernel

NAMES = ("linear", "rbf", "cosine", "poly")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [1, 6, 90])
def test_kernels_are_scikit_learns(name, width, global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    rows, others = rng.normal(size=(12, width)), rng.normal(size=(9, width))
    params = {"gamma": 0.3} if name in ("rbf", "poly") else {}
    expected = pairwise_kernels(rows, others, metric=name, **params)
    assert_allclose(kernel_matrix(name, rows, others, 0.3), expected, rtol=1e-10, atol=1e-12)
    own = np.diagonal(pairwise_kernels(rows, metric=name, **params))
    assert_allclose(self_kernel(name, rows, 0.3), own)


@pytest.mark.parametrize("name", NAMES)
def test_a_kernel_of_rows_with_themselves_is_symmetric_to_the_bit(name):
    rows = np.random.default_rng(0).normal(size=(20, 7))
    kernel = kernel_matrix(name, rows, rows, 0.2)
    assert_array_equal(kernel, kernel.T)


def test_distances_far_from_the_origin_keep_their_digits():
    rows = np.random.default_rng(0).normal(size=(10, 4))
    assert_allclose(
        kernel_matrix("rbf", rows + 1e6, rows + 1e6, 0.5),
        kernel_matrix("rbf", rows, rows, 0.5),
        rtol=1e-8,
    )


def test_a_row_of_zeros_has_no_angle():
    assert_array_equal(kernel_matrix("cosine", np.zeros((1, 3)), np.eye(3), 1.0), np.zeros((1, 3)))


def test_division_by_roots_makes_self_kernels_one_and_leaves_zeros():
    rows = np.array([[3.0, 4.0], [0.0, 0.0], [1.0, 0.0]])
    sizes = self_kernel("linear", rows, 1.0)
    kernel = divide_by_roots(kernel_matrix("linear", rows, rows, 1.0), sizes, sizes)
    assert_allclose(kernel, [[1, 0, 0.6], [0, 0, 0], [0.6, 0, 1]])
