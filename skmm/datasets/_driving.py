"""A simulated drive: camera, range scanner, radar and speed, and what a driver has to know."""

import numpy as np
import pandas as pd

from skmm._validation import Integral, Interval, Real, StrOptions, make_rng, validate_params
from skmm.datasets._driving_sensors import photograph, scan_ranges, scan_velocities
from skmm.datasets._levels import level_of_each, noise_levels
from skmm.datasets._presence import draw_presence, hide
from skmm.datasets._road import draw_scene
from skmm.frame import make_frame

CONDITIONS = ("day", "night", "fog")
DEFAULT_NOISE = {"camera": 12.0, "scanner": 0.3, "radar": 0.25, "speed": 0.5}
N_READINGS = 8  # of the speed
WHEELBASE = 2.7  # meters
CHARACTERISTIC_SPEED = 20.0  # m/s, of a car that understeers
LONGEST_TIME = 10.0  # seconds to a collision that count as none


@validate_params(
    {
        "n_samples": [Interval(Integral, 1, None, closed="left")],
        "condition": [StrOptions({*CONDITIONS, "mixed"})],
        "noise": [Interval(Real, 0, None, closed="left"), dict],
        "missing": [Interval(Real, 0, 1, closed="both"), dict],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_driving(n_samples=500, *, condition="day", noise=1.0, missing=0.0, random_state=None):
    """Make what a car senses on a bent road behind another car, and what its driver has to know.

    The road bends to the left or to the right between two guard rails, and the car is somewhere on its
    lane. No sensor knows everything. The camera sees the bend and roughly how far the car ahead is,
    in fog only what is near, and by night that and tail lights. The range scanner knows distances,
    unless fog throws its beams back. The radar knows distance and closing speed in every weather, but
    the posts at the roadside return echoes as strong as those of the car ahead; they close in at the
    speed of the own car, which only the speedometer tells.

    Parameters
    ----------
    n_samples : int, default=500
        Number of samples.
    condition : {"day", "night", "fog", "mixed"}, default="day"
        Light and weather. ``"mixed"`` draws one of the three for each sample.
    noise : float or dict {modality: float}, default=1.0
        How much each modality is disturbed. A number is a multiple of the default levels: 0 is
        clean. A dict gives levels in the units below; what it does not name keeps the default.

        - ``"camera"``: standard deviation of the noise in a color value, of 0 to 255, twice as much
          by night; default 12;
        - ``"scanner"``: standard deviation of a range in meters; default 0.3;
        - ``"radar"``: standard deviation of the noise, where an echo has a height of 1; default 0.25;
        - ``"speed"``: standard deviation of a reading in m/s; default 0.5.
    missing : float or dict {modality: float}, default=0.0
        Share of missing cells, in [0, 1], per modality; what a dict does not name is complete. A
        row never loses everything: it keeps one modality, drawn at random.
    random_state : int, RandomState instance or None, default=None
        Seed of all that is drawn. With the same seed, condition, noise and missing change how scenes
        are sensed, and not the scenes.

    Returns
    -------
    X : DataFrame of shape (n_samples, 4)
        Column ``"camera"``, a tensor column of shape (n_samples, 32, 64, 3), uint8;
        column ``"scanner"``, ranges of 31 beams from left to right, -60 to 60 degrees, in meters, at
        most 40; column ``"radar"``, maps of shape (20, 16), echoes by distance (0 to 60 m) and closing
        speed (-10 to 30 m/s); column ``"speed"``, 8 readings in m/s. The last three are float32.
    y : DataFrame of shape (n_samples, 2)
        ``"steering"``, the angle of the front wheels in degrees, positive to the right, that keeps
        to the middle of the lane; ``"time_to_collision"`` in seconds, at most 10, which also stands
        for never.

    Raises
    ------
    ValueError
        If a dict names an unknown modality or a level out of range.

    See Also
    --------
    make_pose : A picture and worn motion sensors.
    skmm.nn.MultitaskFusion : Learns both targets at once.

    Notes
    -----
    The steering angle is that of a single-track model, ``wheelbase * curvature * (1 + (v / v_ch)**2)``
    with a wheelbase of 2.7 m and a characteristic speed ``v_ch`` of 20 m/s [1]_, and 0.4 degrees for each
    meter that the car is off the middle of its lane. Speeds and distances are drawn independently, so
    that what is ahead comes towards the car in one scene of eleven. In fog contrast falls with
    ``exp(-distance / 12 m)``, which by Koschmieder's law is a visibility of some 47 m.

    References
    ----------
    .. [1] T. D. Gillespie, "Fundamentals of Vehicle Dynamics", SAE, 1992, chapter 6.

    Examples
    --------
    >>> from skmm.datasets import make_driving
    >>> X, y = make_driving(100, condition="fog", random_state=0)
    >>> X["camera"].array.tensor.shape, X["radar"].array.tensor.shape
    ((100, 32, 64, 3), (100, 20, 16))
    >>> list(y)
    ['steering', 'time_to_collision']
    """
    levels = noise_levels(noise, DEFAULT_NOISE)
    rates = level_of_each(missing, list(levels), parameter="missing", upper=1)
    random_state = make_rng(random_state)
    scenes = [draw_scene(random_state) for _ in range(n_samples)]
    drawn = random_state.choice(CONDITIONS, size=n_samples)
    conditions = drawn if condition == "mixed" else np.full(n_samples, condition)
    seen = list(zip(scenes, conditions, strict=True))
    speeds = np.array([[scene.speed] for scene in scenes])
    readings = speeds + levels["speed"] * random_state.normal(size=(n_samples, N_READINGS))
    sensed = {
        "camera": np.stack([photograph(*pair, levels["camera"], random_state) for pair in seen]),
        "scanner": np.stack([scan_ranges(*pair, levels["scanner"], random_state) for pair in seen]),
        "radar": np.stack([scan_velocities(s, levels["radar"], random_state) for s in scenes]),
        "speed": readings.astype(np.float32),
    }
    present = draw_presence(rates, n_samples, random_state)
    X = make_frame(**{name: hide(tensor, present[name]) for name, tensor in sensed.items()})
    return X, _make_targets(scenes)


def _make_targets(scenes):
    return pd.DataFrame(
        [(_steering(scene), _time_to_collision(scene)) for scene in scenes],
        columns=["steering", "time_to_collision"],
    )


def _steering(scene):
    understeer = 1 + (scene.speed / CHARACTERISTIC_SPEED) ** 2
    return np.rad2deg(WHEELBASE * scene.curvature * understeer) - 0.4 * scene.offset


def _time_to_collision(scene):
    if scene.closing_speed <= 0:
        return LONGEST_TIME
    return min(scene.distance / scene.closing_speed, LONGEST_TIME)
