import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmm.audio._pool import pool_frames, split_pool

FRAMES = np.array([[1.0, -3.0], [4.0, 0.0], [2.0, 5.0], [9.0, 2.0], [9.0, 1.0]])


@pytest.mark.parametrize(
    ("statistic", "expected"),
    [
        ("mean", [5, 1]),
        ("std", [np.sqrt(58 / 5), np.sqrt(34 / 5)]),
        ("min", [1, -3]),
        ("max", [9, 5]),
        ("p0", [1, -3]),
        ("p25", [2, 0]),
        ("p50", [4, 1]),
        ("p75", [9, 2]),
        ("p100", [9, 5]),
    ],
)
def test_a_statistic_is_taken_over_frames(statistic, expected):
    assert_allclose(pool_frames(FRAMES, (statistic,)), expected)


def test_statistics_keep_their_order():
    row = pool_frames(FRAMES, ("p75", "mean", "p25"))
    assert_allclose(row, [9, 2, 5, 1, 2, 0])


def test_sums_do_not_lose_digits():
    frames = np.full((1_000_000, 1), 100.1, dtype=np.float32)
    assert_allclose(pool_frames(frames, ("mean",)), np.float32(100.1), rtol=1e-12)


def test_frames_are_left_alone():
    frames = FRAMES.copy()
    frames.flags.writeable = False
    pool_frames(frames, ("p50", "std"))
    assert_array_equal(frames, FRAMES)


@pytest.mark.parametrize(
    ("pool", "expected"),
    [
        ("mean_std", ("mean", "std")),
        ("max", ("max",)),
        (("p5", "mean"), ("p5", "mean")),
        (["min"], ("min",)),
    ],
)
def test_pools_are_split_into_statistics(pool, expected):
    assert split_pool(pool) == expected


@pytest.mark.parametrize(
    ("pool", "culprit"),
    [
        ("sum", "sum"),
        ("p101", "p101"),
        ("p2.5", "p2.5"),
        ("p", "p"),
        (("mean", "mean_std"), "mean_std"),
        (("mean", 3), "3"),
        (("max", None), "None"),
        ((["max"],), "max"),
    ],
)
def test_unknown_statistics_are_refused_by_name(pool, culprit):
    with pytest.raises(ValueError, match=rf"pool=.* asks for .*{culprit}.*; expected 'mean_std'"):
        split_pool(pool)


@pytest.mark.parametrize("pool", [(), ("max", "mean", "max")])
def test_no_statistic_and_one_twice_are_refused(pool):
    with pytest.raises(ValueError, match="at least one statistic, and none twice"):
        split_pool(pool)
