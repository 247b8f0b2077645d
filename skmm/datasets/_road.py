"""A bent road with another car on it, as seen from a car."""

from typing import NamedTuple

import numpy as np

ROAD_WIDTH = 9.0  # meters from rail to rail
CAR_WIDTH, CAR_HEIGHT = 1.8, 1.5  # meters
N_POSTS = 3  # at the roadside, that return radar


class Scene(NamedTuple):
    """All that there is, in meters and seconds; ahead and to the right are positive."""

    curvature: float  # 1 / m
    offset: float  # of the own car from the middle of its lane
    speed: float
    distance: float  # to the car ahead
    closing_speed: float
    color: np.ndarray  # of the car ahead
    posts: np.ndarray  # their distances

    def center(self, ahead):
        """Where the middle of the road is, to the right, at distances ahead."""
        return self.curvature * np.square(ahead) / 2 - self.offset


def draw_scene(random_state):
    """Draw a scene; every value is drawn whatever the others are."""
    return Scene(
        curvature=random_state.uniform(-0.01, 0.01),
        offset=random_state.uniform(-1.2, 1.2),
        speed=random_state.uniform(5, 30),
        distance=random_state.uniform(6, 50),
        closing_speed=random_state.uniform(-4, 14),
        color=random_state.uniform(30, 220, size=3),
        posts=random_state.uniform(4, 60, size=N_POSTS),
    )
