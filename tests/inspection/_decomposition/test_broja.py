"""The parts of information in tables whose parts are known."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import entropy as scipy_entropy
from sklearn.metrics import mutual_info_score

from skmm.inspection._decomposition.broja import (
    combine,
    decompose,
    entropy,
    fit,
    mutual_information,
    normalize,
)

BITS = [(first, second) for first in (0, 1) for second in (0, 1)]


def table(function, n_classes):
    """Two fair coins, and what a function makes of them."""
    joint = np.zeros((2, 2, n_classes))
    for first, second in BITS:
        joint[first, second, function(first, second)] = 0.25
    return joint


TWICE_THE_SAME = np.zeros((2, 2, 2))
TWICE_THE_SAME[0, 0, 0] = TWICE_THE_SAME[1, 1, 1] = 0.5
DIRICHLET = np.random.default_rng(0).dirichlet(np.ones(144) * 0.3).reshape(6, 6, 4)
KNOWN = {  # Bertschinger et al. 2014; the last one by an independent solver
    "XOR": (table(lambda a, b: a ^ b, 2), [0, 0, 0, 1]),
    "AND": (table(lambda a, b: a & b, 2), [0.3113, 0, 0, 0.5]),
    "SUM": (table(lambda a, b: a + b, 3), [0.5, 0, 0, 1]),
    "UNIQUE": (table(lambda a, b: a, 2), [0, 1, 0, 0]),
    "COPY": (table(lambda a, b: 2 * a + b, 4), [0, 1, 1, 0]),
    "REDUNDANT": (TWICE_THE_SAME, [1, 0, 0, 0]),
    "DIRICHLET": (DIRICHLET, [0.0830, 0.1344, 0.0158, 0.4770]),
}


# AND is where SLSQP, started at the same table, stops at a redundancy of 0.0817 without a word.
@pytest.mark.parametrize("name", KNOWN)
def test_known_parts_are_found_to_a_thousandth_of_a_bit(name):
    joint, expected = KNOWN[name]
    assert_allclose(decompose(joint), expected, atol=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_no_table_of_two_coins_tells_less_than_the_one_that_is_found(seed):
    """With two values each, a table that keeps both distributions has one free number per class."""
    joint = np.random.default_rng(seed).dirichlet(np.ones(8)).reshape(2, 2, 2)
    shift = np.array([[1.0, -1.0], [-1.0, 1.0]])
    steps = []
    for k in (0, 1):
        inner = joint[..., k]
        lowest, highest = -inner[[0, 1], [0, 1]].min(), inner[[0, 1], [1, 0]].min()
        steps.append(np.linspace(lowest, highest, 401))
    grid = np.stack(np.meshgrid(*steps), axis=-1)[..., np.newaxis, np.newaxis, :]
    everywhere = np.clip(joint + grid * shift[..., np.newaxis], 0, None)
    least = mutual_information(everywhere).min()
    redundancy, unique_first, unique_second, _ = decompose(joint)
    assert_allclose(redundancy + unique_first + unique_second, least, atol=1e-4)


def test_parts_add_up_to_the_information_of_both():
    joint = np.random.default_rng(1).dirichlet(np.ones(60)).reshape(4, 5, 3)
    assert_allclose(decompose(joint).sum(), mutual_information(joint), atol=1e-12)


def test_swapped_variables_swap_what_is_unique():
    swapped = decompose(DIRICHLET.swapaxes(0, 1))
    assert_allclose(swapped[[0, 2, 1, 3]], decompose(DIRICHLET), atol=1e-4)


def test_a_class_and_a_symbol_that_never_occur_change_nothing():
    joint = np.zeros((7, 6, 5))
    joint[:6, :, :4] = DIRICHLET
    assert_allclose(decompose(joint), decompose(DIRICHLET), atol=1e-9)


def test_counts_give_what_their_shares_give():
    joint = KNOWN["AND"][0]
    assert_allclose(decompose(joint * 40), decompose(joint), atol=1e-12)
    assert_allclose(normalize(joint * 40), joint)


def test_several_tables_at_once_give_what_each_gives_alone():
    joint = np.random.default_rng(2).dirichlet(np.ones(36), size=(2, 3)).reshape(2, 3, 3, 4, 3)
    found = decompose(joint)
    for place in np.ndindex(2, 3):
        assert_allclose(found[place], decompose(joint[place]), atol=2e-4)  # they stop together


def test_information_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    first, second, y = rng.integers(3, size=(3, 500))
    y = (y + first * second) % 3
    joint = np.zeros((3, 3, 3))
    np.add.at(joint, (first, second, y), 1 / 500)
    expected = mutual_info_score(first * 3 + second, y) / np.log(2)
    assert_allclose(mutual_information(joint), expected)


def test_entropy_is_that_of_scipy():
    shares = np.random.default_rng(0).dirichlet(np.ones(5), size=4)
    shares[0] = [0, 0, 1, 0, 0]
    assert_allclose(entropy(shares, axis=-1), scipy_entropy(shares, base=2, axis=-1), atol=1e-15)


def test_factors_make_sums_what_they_are_to_be():
    sums = np.array([0.0, 2.0, 0.5])
    factors = fit(np.array([0.0, 1.0, 2.0]), sums)
    assert_allclose(factors * sums, [0, 1, 1 * 2])
    assert factors[0] == 0


def test_tables_of_factors_are_their_products():
    rng = np.random.default_rng(0)
    pair, first, second = (rng.uniform(size=(5, *shape)) for shape in ((2, 3), (2, 4), (3, 4)))
    expected = np.einsum("...ij,...ik,...jk->...ijk", pair, first, second)
    assert_allclose(combine(pair, first, second), expected)
    assert_allclose(combine(pair, first, second).sum(axis=-2), first * (pair @ second))
