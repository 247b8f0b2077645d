"""Pictures of a person, and the motion sensors that the person wears."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmm.datasets import make_pose
from skmm.frame import presence_mask

# Where each of the eight sensors sits, in the order of their channels.
SENSORS = [
    (f"{side}_{start}", f"{side}_{end}")
    for side in ("left", "right")
    for start, end in (
        ("shoulder", "elbow"),
        ("elbow", "wrist"),
        ("hip", "knee"),
        ("knee", "ankle"),
    )
]


def inclination(y):
    """Angle of each limb from hanging down, from the places of its joints."""
    return np.stack(
        [
            np.arctan2(y[f"{end}_x"] - y[f"{start}_x"], y[f"{end}_y"] - y[f"{start}_y"])
            for start, end in SENSORS
        ],
        axis=1,
    )


def felt(X):
    """The angle of gravity at each sensor."""
    readings = X["motion"].array.tensor.reshape(len(X), 16, 8, 3).mean(axis=1)
    return np.arctan2(readings[..., 1], readings[..., 0])


def turn(angles):
    return np.rad2deg(np.arctan2(np.sin(angles), np.cos(angles)))


def test_sensors_feel_how_limbs_are_inclined():
    X, y = make_pose(100, noise=0, size=32, random_state=0)
    assert np.abs(turn(felt(X) - inclination(y))).max() < 4.1  # the limbs sway by 4 degrees


def test_sensors_sit_askew(global_random_seed):
    X, y = make_pose(200, noise={"motion": 10}, size=32, random_state=global_random_seed)
    assert_allclose(turn(felt(X) - inclination(y)).std(), 10, rtol=0.1)


def test_gyroscopes_feel_the_change_of_the_inclination():
    X, _ = make_pose(20, noise=0, size=32, random_state=0)
    readings = X["motion"].array.tensor.reshape(20, 16, 8, 3).astype(float)
    angles = np.unwrap(np.arctan2(readings[..., 1], readings[..., 0]), axis=1)
    assert_allclose(
        np.gradient(angles, 1 / 50, axis=1)[:, 1:-1], readings[:, 1:-1, :, 2], atol=0.01
    )


def test_joints_that_cannot_be_seen_are_painted_over_and_others_are_not():
    made = [
        make_pose(60, occlusion=o, noise=0, size=64, return_visible=True, random_state=0)
        for o in (0.0, 0.5)
    ]
    (_, y, _), (*_, visible) = made
    open_, hidden = (X["image"].array.tensor for X, *_ in made)
    places = np.clip(64 * y.to_numpy().reshape(60, 13, 2), 0, 63).astype(int)
    rows, lines, columns = np.arange(60)[:, np.newaxis], places[..., 1], places[..., 0]
    is_painted = (open_[rows, lines, columns] != hidden[rows, lines, columns]).any(axis=-1)
    # Edges of a screen are rounded to pixels.
    assert np.mean(is_painted != visible.to_numpy()) > 0.98
    assert 0.15 < is_painted.mean() < 0.5


@pytest.mark.parametrize("occlusion", [0.0, 0.3, 1.0])
def test_an_occlusion_is_the_share_of_hidden_forearms_and_shanks(occlusion):
    *_, visible = make_pose(400, occlusion=occlusion, size=32, return_visible=True, random_state=0)
    ends = visible[["left_ankle", "right_ankle"]].to_numpy()
    assert 1 - ends.mean() >= occlusion - 0.05
    if occlusion == 0:
        assert visible.all(axis=None)
    if occlusion == 1:
        assert not visible[["left_wrist", "right_wrist", "left_ankle", "right_ankle"]].any(
            axis=None
        )


def test_occlusion_leaves_poses_and_sensors_alone():
    open_, hidden = (make_pose(10, occlusion=o, size=32, random_state=0) for o in (0.0, 1.0))
    pd.testing.assert_frame_equal(open_[1], hidden[1])
    assert_array_equal(open_[0]["motion"].array.tensor, hidden[0]["motion"].array.tensor)


def test_containers_are_as_documented():
    X, y = make_pose(5, random_state=0)
    assert X["image"].array.tensor.shape == (5, 48, 48, 3)
    assert X["motion"].array.tensor.shape == (5, 16, 24)
    assert X["image"].array.tensor.dtype == np.uint8
    assert X["motion"].array.tensor.dtype == np.float32
    assert y.shape == (5, 26)
    assert y.columns[:2].tolist() == ["head_x", "head_y"]


def test_missing_rates_are_reached():
    X, _ = make_pose(50, missing={"image": 0.4}, size=32, random_state=0)
    assert_allclose(1 - presence_mask(X).mean(axis=0), [0.4, 0])


def test_the_same_seed_gives_the_same_data_and_leaves_the_global_one():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, y = make_pose(5, missing=0.3, random_state=1)
    second, same_y = make_pose(5, missing=0.3, random_state=1)
    pd.testing.assert_frame_equal(first, second)
    pd.testing.assert_frame_equal(y, same_y)
    assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_samples": 0}, "'n_samples' parameter of make_pose"),
        ({"occlusion": 1.5}, "'occlusion' parameter"),
        ({"size": 8}, "'size' parameter"),
        ({"return_visible": 1}, "'return_visible' parameter"),
        ({"noise": {"audio": 1}}, "noise names the modality 'audio'"),
        ({"missing": {"image": 2}}, "missing is 2 for modality 'image'"),
    ],
)
def test_values_out_of_range_are_refused(params, message):
    with pytest.raises(ValueError, match=message):
        make_pose(**params)
