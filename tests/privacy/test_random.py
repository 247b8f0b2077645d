"""Random numbers of the system have the distributions they are to have, and are never the same."""

import numpy as np
import pytest
from scipy.stats import kstest

from skmm.privacy._random import SystemRandom, open_source

N = 40_000


def test_normal_numbers_are_normal():
    numbers = SystemRandom().standard_normal(N)
    assert kstest(numbers, "norm").pvalue > 1e-6
    # The halves are cosine and sine of the same angles.
    halves = numbers.reshape(2, -1)
    assert abs(np.corrcoef(halves)[0, 1]) < 5 / np.sqrt(N / 2)
    assert abs(np.corrcoef(halves**2)[0, 1]) < 5 / np.sqrt(N / 2)


def test_uniform_numbers_are_uniform():
    numbers = SystemRandom().random(N)
    assert kstest(numbers, "uniform").pvalue > 1e-6
    assert numbers.min() >= 0
    assert numbers.max() < 1


@pytest.mark.parametrize("size", [5, (5,), (2, 3), (), (0, 4)])
def test_sizes_are_those_of_numpy(size):
    expected = np.random.default_rng(0).random(size)
    for draw in (SystemRandom().random, SystemRandom().standard_normal):
        assert np.shape(draw(size)) == np.shape(expected)


def test_no_two_draws_are_equal():
    assert not np.array_equal(SystemRandom().random(4), SystemRandom().random(4))


def test_a_seed_makes_the_noise_known():
    same = [open_source(3).standard_normal((2, 2)) for _ in range(2)]
    np.testing.assert_array_equal(*same)
    assert isinstance(open_source(None), SystemRandom)
