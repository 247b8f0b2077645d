import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmm.sensor._bands import find_bands


def test_a_number_of_bands_gives_bands_of_equal_width():
    assert_array_equal(find_bands(4, 20.0), [[0, 2.5], [2.5, 5], [5, 7.5], [7.5, np.inf]])


def test_one_band_is_everything():
    assert_array_equal(find_bands(1, 3.0), [[0, np.inf]])


@pytest.mark.parametrize("container", [list, tuple, np.array])
def test_given_bands_are_taken_as_they_are(container):
    assert_array_equal(find_bands(container([(0.5, 3), (2, 7)]), 20.0), [[0.5, 3], [2, 7]])


@pytest.mark.parametrize("last", [10, 11.5])
def test_a_band_that_ends_at_half_the_sampling_rate_includes_it(last):
    assert_array_equal(find_bands([(3, last)], 20.0), [[3, np.inf]])


def test_given_bands_are_left_alone():
    bands = np.array([[1.0, 10.0]])
    find_bands(bands, 20.0)
    assert_array_equal(bands, [[1, 10]])


@pytest.mark.parametrize(
    "bands",
    [
        *([], [1, 2], [(1, 2, 3)], [(1,), (2, 3)], ["ab"], [(-1, 2)], [(3, 3)], [(4, 3)]),
        *([(1, 2), (11, 12)], [(np.nan, 3)], [(None, 3)]),
    ],
    ids=str,
)
def test_impossible_bands_are_refused(bands):
    with pytest.raises(ValueError, match=r"bands=.*0 <= first < last .* sampling rate, 10$"):
        find_bands(bands, 20.0)
