"""A jointed figure."""

import numpy as np
from numpy.testing import assert_allclose

from skmm.datasets._skeleton import JOINTS, LIMBS, SEGMENTS, SIDES, draw_figure, paint_figure


def test_limbs_are_as_long_as_they_should_be_and_point_where_the_angles_say():
    random_state = np.random.RandomState(0)
    for _ in range(20):
        joints, angles = draw_figure(random_state)
        assert set(joints) == set(JOINTS)
        steps = np.array([joints[end] - joints[start] for start, end in SEGMENTS])
        assert_allclose(np.arctan2(steps[:, 0], steps[:, 1]), _wrap(angles), atol=1e-12)
        lengths = np.linalg.norm(steps, axis=1)
        relative = [limb.length for _ in SIDES for limbs in LIMBS.values() for limb in limbs]
        height = lengths / relative
        assert_allclose(height, height[0])
        assert 0.6 <= height[0] <= 0.8


def test_the_left_hand_side_is_on_our_right():
    joints, _ = draw_figure(np.random.RandomState(0))
    assert joints["left_shoulder"][0] > joints["right_shoulder"][0]
    assert joints["left_hip"][0] > joints["right_hip"][0]
    assert joints["head"][1] < joints["left_hip"][1]


def test_joints_are_painted_and_corners_are_wall():
    random_state = np.random.RandomState(1)
    joints, _ = draw_figure(random_state)
    picture = paint_figure(joints, 96, random_state)
    wall = picture[0, 0]
    for place in joints.values():
        column, row = np.clip((place * 96).astype(int), 0, 95)
        assert (picture[row, column] != wall).any()
    assert (picture[[0, -1]] == wall).all()


def _wrap(angles):
    return np.arctan2(np.sin(angles), np.cos(angles))
