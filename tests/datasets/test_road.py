"""A bent road."""

import numpy as np
from numpy.testing import assert_allclose

from skmm.datasets._road import draw_scene


def test_a_bend_is_a_parabola_that_starts_off_the_middle():
    scene = draw_scene(np.random.RandomState(0))._replace(curvature=0.01, offset=0.5)
    assert_allclose(scene.center(np.array([0.0, 10.0, 20.0])), [-0.5, 0.0, 1.5])


def test_scenes_are_drawn_from_the_same_ranges_to_both_sides(global_random_seed):
    random_state = np.random.RandomState(global_random_seed)
    scenes = [draw_scene(random_state) for _ in range(2000)]
    for name, low, high in (("curvature", -0.01, 0.01), ("offset", -1.2, 1.2), ("speed", 5, 30)):
        values = np.array([getattr(scene, name) for scene in scenes])
        assert low <= values.min() < values.max() <= high
        assert_allclose(values.mean(), (low + high) / 2, atol=(high - low) / 30)
