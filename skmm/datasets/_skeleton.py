"""A jointed figure: how its limbs hang together, and how they are drawn."""

from typing import NamedTuple

import numpy as np

# Lengths are in units of the height of the body.
TORSO, NECK, HALF_SHOULDERS, HALF_HIPS = 0.3, 0.13, 0.11, 0.075


class Limb(NamedTuple):
    """A segment from joint to joint, and the angles that it takes."""

    start: str
    end: str
    length: float
    least: float  # degrees from hanging down, positive away from the middle of the body
    most: float


ARM, LEG = ("shoulder", "elbow", "wrist"), ("hip", "knee", "ankle")
LIMBS = {  # by side: what follows bends relative to what it hangs on
    "arm": (Limb(*ARM[:2], 0.17, -10, 150), Limb(*ARM[1:], 0.15, -110, 60)),
    "leg": (Limb(*LEG[:2], 0.23, -5, 60), Limb(*LEG[1:], 0.22, -60, 10)),
}
SIDES = {"left": 1, "right": -1}  # the figure faces us: its left side is on our right
JOINTS = ("head", *(f"{side}_{joint}" for joint in (*ARM, *LEG) for side in SIDES))
SEGMENTS = tuple(
    (f"{side}_{limb.start}", f"{side}_{limb.end}")
    for side in SIDES
    for limbs in LIMBS.values()
    for limb in limbs
)


def draw_figure(random_state):
    """Draw a pose.

    Parameters
    ----------
    random_state : RandomState

    Returns
    -------
    joints : dict of ndarray of shape (2,)
        Columns and rows in widths of the picture, by name of the joint.
    angles : ndarray of shape (n_segments,)
        Radians from hanging down, counter-clockwise as we see it, in the order of ``SEGMENTS``.
    """
    height = random_state.uniform(0.6, 0.8)
    hips = np.array([random_state.uniform(0.36, 0.64), random_state.uniform(0.5, 0.6)])
    lean = np.deg2rad(random_state.uniform(-12, 12))
    upwards = np.array([np.sin(lean), -np.cos(lean)])
    sideways = np.array([np.cos(lean), np.sin(lean)])
    neck = hips + height * TORSO * upwards
    joints, angles = {"head": neck + height * NECK * upwards}, []
    for side, sign in SIDES.items():
        joints[f"{side}_shoulder"] = neck + sign * height * HALF_SHOULDERS * sideways
        joints[f"{side}_hip"] = hips + sign * height * HALF_HIPS * sideways
        for limbs in LIMBS.values():
            angle = -lean
            for limb in limbs:
                bend = random_state.uniform(limb.least, limb.most)
                angle = angle + sign * np.deg2rad(bend)
                angles.append(angle)
                step = height * limb.length * np.array([np.sin(angle), np.cos(angle)])
                joints[f"{side}_{limb.end}"] = joints[f"{side}_{limb.start}"] + step
    return joints, np.array(angles)


def paint_figure(joints, size, random_state):
    """Draw a figure in front of a wall.

    Parameters
    ----------
    joints : dict of ndarray of shape (2,)
    size : int
        Height and width in pixels.
    random_state : RandomState

    Returns
    -------
    picture : ndarray of shape (size, size, 3)
        Colors of 0 to 255.
    """
    from skimage.draw import disk

    picture = np.empty((size, size, 3))
    picture[:] = random_state.uniform(120, 250, size=3)
    skin = np.array([235, 190, 155]) * random_state.uniform(0.5, 1)
    shirt, trousers = random_state.uniform(20, 200, size=(2, 3))
    width = 0.022 * size
    corners = [joints[f"{side}_{joint}"] for side, joint in _TORSO]
    _fill(picture, np.array(corners) * size, shirt)
    for start, end in SEGMENTS:
        color = trousers if start.endswith(LEG) else shirt
        shade = 1.2 if start.startswith("left") else 0.8  # or left and right would look the same
        _paint_segment(picture, joints[start] * size, joints[end] * size, width, color * shade)
    for side in SIDES:
        _dot(picture, joints[f"{side}_wrist"] * size, 1.2 * width, skin)
    column, row = joints["head"] * size
    picture[disk((row, column), 0.05 * size, shape=(size, size))] = skin
    return np.clip(picture, 0, 255)


_TORSO = (("left", "shoulder"), ("right", "shoulder"), ("right", "hip"), ("left", "hip"))


def _paint_segment(picture, start, end, width, color):
    along = (end - start) / np.linalg.norm(end - start)
    across = width * np.array([-along[1], along[0]])
    _fill(picture, np.array([start + across, end + across, end - across, start - across]), color)
    for joint in (start, end):
        _dot(picture, joint, width, color)


def _fill(picture, corners, color):
    """Fill a polygon whose corners are (column, row), in pixels."""
    from skimage.draw import polygon

    columns, rows = corners.T
    picture[polygon(rows, columns, shape=picture.shape[:2])] = color


def _dot(picture, center, radius, color):
    from skimage.draw import disk

    column, row = center
    picture[disk((row, column), max(radius, 0.8), shape=picture.shape[:2])] = color
