"""Learned weights, against published values and a general optimizer."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import minimize
from sklearn.preprocessing import normalize

from skmm.fusion._early.kernel_weights import alignment, easymkl_gains
from skmm.fusion._early.target_columns import encode_targets


@pytest.fixture
def toy():
    """Two cosine-normalized linear kernels, and labels that the first knows more of."""
    rng = np.random.default_rng(1)
    y = np.sign(rng.normal(size=60))
    blocks = [
        rng.normal(size=(60, 4)) + 1.2 * y[:, np.newaxis],
        rng.normal(size=(60, 6)) + 0.3 * y[:, np.newaxis],
    ]
    return [normalize(x) @ normalize(x).T for x in blocks], y


def shares(gains):
    return gains / gains.sum()


def test_alignments_are_the_published_ones(toy):
    kernels, y = toy
    found = [alignment(kernel, encode_targets(y)) for kernel in kernels]
    assert_allclose(found, [0.938952, 0.174537], atol=1e-6)
    assert_allclose(shares(np.array(found)), [0.843252, 0.156748], atol=1e-6)


def test_alignment_is_the_formula(toy, global_random_seed):
    targets = np.random.default_rng(global_random_seed).normal(size=(60, 2))
    centering = np.eye(60) - 1 / 60
    k, t = (centering @ m @ centering for m in (toy[0][0], targets @ targets.T))
    expected = np.sum(k * t) / (np.linalg.norm(k) * np.linalg.norm(t))
    assert_allclose(alignment(toy[0][0], targets), expected)


def test_a_kernel_is_aligned_with_itself(toy):
    vectors, values, _ = np.linalg.svd(toy[0][0])
    assert_allclose(alignment(toy[0][0], vectors * np.sqrt(values)), 1)


def test_what_is_constant_is_aligned_with_nothing(toy):
    assert alignment(np.full((60, 60), 0.1), encode_targets(toy[1])) == 0
    assert alignment(toy[0][0], np.ones((60, 1))) == 0


def test_easymkl_weights_are_the_published_ones(toy):
    """Those of MKLpy 0.6."""
    assert_allclose(shares(easymkl_gains(*toy, 0.1)), [0.926519, 0.073481], atol=1e-6)


@pytest.mark.parametrize("reg", [0.05, 0.1, 0.5, 1.0])
def test_easymkl_is_its_quadratic_program(toy, reg):
    kernels, y = toy
    matrix = (1 - reg) * np.outer(y, y) * sum(kernels) + reg * np.eye(60)
    sides = [y == 1, y == -1]
    found = minimize(
        lambda g: g @ matrix @ g,
        np.select(sides, [1 / side.sum() for side in sides]),
        jac=lambda g: 2 * matrix @ g,
        bounds=[(0, None)] * 60,
        constraints=[
            {"type": "eq", "fun": lambda g, side=side: g[side].sum() - 1} for side in sides
        ],
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    signed = y * found.x
    expected = np.array([signed @ kernel @ signed for kernel in kernels])
    assert_allclose(shares(easymkl_gains(kernels, y, reg)), shares(expected), atol=1e-5)


def test_easymkl_of_several_classes_is_the_mean_of_one_against_the_rest(toy):
    kernels, _ = toy
    y = np.array(["a", "b", "c"])[np.arange(60) % 3]
    against = [shares(easymkl_gains(kernels, y == one, 0.1)) for one in "abc"]
    assert_allclose(shares(easymkl_gains(kernels, y, 0.1)), np.mean(against, axis=0))


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.linspace(0.1, 1, 60), "y is continuous; use"),
        (np.ones(60), r"y has 1 class, .*1.0"),
    ],
)
def test_easymkl_separates_classes(toy, y, message):
    with pytest.raises(ValueError, match=message):
        easymkl_gains(toy[0], y, 0.1)


def test_easymkl_takes_a_column_and_refuses_measured_numbers(toy):
    kernels, y = toy
    assert_allclose(easymkl_gains(kernels, y[:, None], 0.1), easymkl_gains(kernels, y, 0.1))
    with pytest.raises(ValueError, match="y is continuous"):
        easymkl_gains(kernels, np.arange(60.0), 0.1)
    with pytest.raises(ValueError, match="y is multiclass-multioutput"):
        easymkl_gains(kernels, np.array([["a", "b"], ["c", "a"]] * 30), 0.1)
