"""What camera, range scanner and radar see of roads whose measures are known."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmm.datasets import _driving_sensors as sensors
from skmm.datasets._road import Scene

CLEAN = Scene(
    curvature=0.0,
    offset=0.0,
    speed=20.0,
    distance=20.0,
    closing_speed=5.0,
    color=np.array([10.0, 20.0, 200.0]),
    posts=np.array([40.0, 50.0, 55.0]),
)


def photograph(scene, condition="day"):
    return sensors.photograph(scene, condition, 0.0, np.random.RandomState(0)).astype(float)


def test_beams_end_at_the_rails_and_at_the_car():
    ranges = sensors.scan_ranges(CLEAN, "day", 0.0, _NoneLost())
    angles = np.deg2rad(np.linspace(-60, 60, 31))
    aside = np.abs(angles) > np.deg2rad(10)
    to_rail = 4.5 / np.abs(np.sin(angles[aside]))
    assert_allclose(ranges[aside], np.minimum(to_rail, 40), atol=0.5)  # found by steps of 0.5 m
    assert_allclose(ranges[15], 20)


def test_a_bend_to_the_right_brings_the_left_rail_nearer_ahead():
    right = CLEAN._replace(curvature=0.01, distance=1000.0)
    ranges = sensors.scan_ranges(right, "day", 0.0, _NoneLost())
    assert ranges[14] < ranges[16]
    mirrored = sensors.scan_ranges(right._replace(curvature=-0.01), "day", 0.0, _NoneLost())
    assert_allclose(mirrored, ranges[::-1])


def test_fog_throws_beams_back():
    clear, foggy = (
        sensors.scan_ranges(CLEAN, condition, 0.0, np.random.RandomState(0))
        for condition in ("night", "fog")
    )
    other = clear != foggy
    assert 6 <= other.sum() <= 20  # 12.4 of 31 are expected
    assert (foggy[other] <= sensors.FOG_REACH).all()


def test_the_radar_returns_the_car_and_the_posts_where_they_are():
    echoes = sensors.scan_velocities(CLEAN._replace(distance=19.5), 0.0, np.random.RandomState(0))
    row, column = np.argwhere(np.isclose(sensors.DISTANCES, 19.5))[0, 0], 5
    assert_allclose(sensors.VELOCITIES[column : column + 2].mean(), 5)
    assert_allclose(echoes[row, column], np.exp(-0.25), atol=1e-3)  # half a cell beside 5 m/s
    slow, fast = sensors.VELOCITIES < 12, sensors.VELOCITIES > 15
    assert echoes[:, slow].sum(axis=1).argmax() == row
    assert sensors.DISTANCES[echoes[:, fast].sum(axis=1).argmax()] >= 39


def test_the_car_ahead_is_as_large_as_a_pinhole_shows_it():
    for distance in (8.0, 16.0):
        car = photograph(CLEAN._replace(distance=distance))
        is_car = (car == CLEAN.color).all(axis=2)
        width, height = is_car.any(axis=0).sum(), is_car.any(axis=1).sum()
        assert abs(width - 48 * 1.8 / distance) <= 1
        assert abs(height - 48 * 1.5 / distance) <= 1


def test_fog_takes_contrast_by_koschmieder():
    road = photograph(CLEAN._replace(distance=1000.0), "fog")[:, 32, 0]
    rows = np.arange(16, 32)
    distance = 48 * 1.4 / (rows + 0.5 - 10)
    seen = np.exp(-distance / 12)
    assert_allclose(road[rows], seen * 110 + (1 - seen) * 190, atol=1)


def test_by_night_tail_lights_stand_out():
    night = photograph(CLEAN, "night")
    is_red = (night == [230, 30, 30]).all(axis=2)
    assert is_red.any()
    assert night[~is_red].max() < 160
    assert night[:5].max() < 30  # no sky


@pytest.mark.parametrize("condition", ["day", "night", "fog"])
def test_a_mirrored_road_gives_a_mirrored_picture(condition):
    left, right = (photograph(CLEAN._replace(curvature=c), condition) for c in (-0.007, 0.007))
    assert_array_equal(left, right[:, ::-1])


class _NoneLost(np.random.RandomState):
    """Loses no beam."""

    def uniform(self, *args, **kwargs):
        return np.ones((2, 31))
