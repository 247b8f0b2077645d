import numpy as np
from numpy.testing import assert_array_equal

from skmm._padding import padding_steps

NAN = np.nan


def test_only_steps_of_nan_at_the_end_are_padding():
    sequences = np.array(
        [
            [[1, 2], [NAN, 3], [NAN, NAN], [NAN, NAN]],
            [[1, 2], [NAN, NAN], [3, 4], [NAN, 5]],
            [[NAN, NAN], [NAN, NAN], [NAN, NAN], [NAN, NAN]],
        ]
    )
    expected = [[False, False, True, True], [False] * 4, [True] * 4]
    assert_array_equal(padding_steps(sequences), expected)
