"""A simulated drive."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmm.datasets import make_driving
from skmm.frame import presence_mask


def test_containers_are_as_documented():
    X, y = make_driving(20, random_state=0)
    shapes = {name: (X[name].array.tensor.shape[1:], X[name].array.tensor.dtype) for name in X}
    assert shapes == {
        "camera": ((32, 64, 3), np.uint8),
        "scanner": ((31,), np.float32),
        "radar": ((20, 16), np.float32),
        "speed": ((8,), np.float32),
    }
    assert list(y) == ["steering", "time_to_collision"]
    assert y["time_to_collision"].between(0, 10).all()


def test_the_faster_the_car_the_more_it_has_to_be_steered():
    X, y = make_driving(3000, noise=0, random_state=0)
    speed = X["speed"].array.tensor[:, 0]
    # Bends to both sides are as likely, so that the spread of the angle tells its gain.
    spread = [y["steering"][band].std() for band in (speed < 8, speed > 27)]
    bend, offset = 0.02 / np.sqrt(12), 0.4 * 2.4 / np.sqrt(12)
    expected = [np.hypot(np.rad2deg(2.7 * bend) * (1 + (v / 20) ** 2), offset) for v in (6.5, 28.5)]
    assert_allclose(spread, expected, rtol=0.07)


def test_half_of_what_closes_in_slowly_never_collides():
    _, y = make_driving(4000, random_state=0)
    # Time is distance / speed, uniform on [6, 50] and [-4, 14]: the share beyond ten seconds by integration.
    distance, closing = np.meshgrid(np.linspace(6, 50, 400), np.linspace(-4, 14, 400))
    never = np.mean(distance >= 10 * closing)
    assert_allclose(np.mean(y["time_to_collision"] == 10), never, atol=0.03)


def test_conditions_change_what_is_sensed_and_not_the_scenes():
    day, night, fog = (
        make_driving(10, condition=condition, random_state=0)
        for condition in ("day", "night", "fog")
    )
    for other in (night, fog):
        pd.testing.assert_frame_equal(day[1], other[1])
        for name in ("radar", "speed"):
            assert_array_equal(day[0][name].array.tensor, other[0][name].array.tensor)
    brightness = [X["camera"].array.tensor.mean() for X, _ in (day, night, fog)]
    assert brightness[1] < 60 < 110 < brightness[0]
    contrast = [X["camera"].array.tensor.std() for X, _ in (day, fog)]
    assert contrast[1] < 0.7 * contrast[0]


def test_mixed_conditions_are_drawn_one_by_one():
    X, _ = make_driving(300, condition="mixed", random_state=0)
    sky = X["camera"].array.tensor[:, :6].mean(axis=(1, 2, 3))
    shares = [np.mean(sky < 60), np.mean((sky > 180) & (sky < 196)), np.mean(sky > 196)]
    assert_allclose(shares, 1 / 3, atol=0.1)


def test_noise_levels_have_the_units_of_the_sensors():
    clean, _ = make_driving(200, noise=0, random_state=0)
    noisy, _ = make_driving(200, noise={"scanner": 0.5, "radar": 0.1}, random_state=0)
    difference = {name: noisy[name].array.tensor - clean[name].array.tensor for name in X_FLOATS}
    inside = (clean["scanner"].array.tensor > 2) & (clean["scanner"].array.tensor < 38)
    assert_allclose(difference["scanner"][inside].std(), 0.5, rtol=0.1)
    assert_allclose(difference["radar"].std(), 0.1, rtol=0.05)
    assert_allclose(difference["speed"].std(), 0.5, rtol=0.1)


X_FLOATS = ("scanner", "radar", "speed")


def test_missing_rates_are_reached():
    X, _ = make_driving(100, missing={"camera": 0.4}, random_state=0)
    assert_allclose(1 - presence_mask(X).mean(axis=0), [0.4, 0, 0, 0])


def test_the_same_seed_gives_the_same_data_and_leaves_the_global_one():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, y = make_driving(10, missing=0.3, random_state=1)
    second, same_y = make_driving(10, missing=0.3, random_state=1)
    pd.testing.assert_frame_equal(first, second)
    pd.testing.assert_frame_equal(y, same_y)
    assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_samples": 0}, "'n_samples' parameter of make_driving"),
        ({"condition": "snow"}, "'condition' parameter"),
        ({"noise": {"lidar": 1}}, "noise names the modality 'lidar'"),
        ({"missing": {"radar": 2}}, "missing is 2 for modality 'radar'"),
    ],
)
def test_values_out_of_range_are_refused(params, message):
    with pytest.raises(ValueError, match=message):
        make_driving(**params)
