"""Pictures of a person, partly hidden, and the motion sensors that the person wears."""

import numpy as np
import pandas as pd

from skmm._validation import Integral, Interval, Real, make_rng, validate_params
from skmm.datasets._levels import level_of_each, noise_levels
from skmm.datasets._presence import draw_presence, hide
from skmm.datasets._skeleton import ARM, JOINTS, LEG, SEGMENTS, SIDES, draw_figure, paint_figure
from skmm.frame import make_frame

DEFAULT_NOISE = {"image": 15.0, "motion": 8.0}
N_STEPS, RATE = 16, 50.0  # of the motion sensors; hertz
GRAVITY = 9.81  # m/s2
SWAY = 4.0  # degrees to both sides
HALF_SCREENS = {ARM: 0.11, LEG: 0.13}  # large enough for a forearm or a shank in any direction


@validate_params(
    {
        "n_samples": [Interval(Integral, 1, None, closed="left")],
        "occlusion": [Interval(Real, 0, 1, closed="both")],
        "size": [Interval(Integral, 32, None, closed="left")],
        "noise": [Interval(Real, 0, None, closed="left"), dict],
        "missing": [Interval(Real, 0, 1, closed="both"), dict],
        "return_visible": ["boolean"],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_pose(
    n_samples=500,
    *,
    occlusion=0.3,
    size=48,
    noise=1.0,
    missing=0.0,
    return_visible=False,
    random_state=None,
):
    """Make pictures of a person with motion sensors on arms and legs, and where the joints are.

    The picture shows where the person stands and how tall it is, but arms and legs may be behind a
    screen. The sensors, on upper arms, forearms, thighs and shanks, feel how each limb is inclined,
    also behind a screen, but not where the person stands.

    Parameters
    ----------
    n_samples : int, default=500
        Number of samples.
    occlusion : float, default=0.3
        Probability that an arm or a leg is behind a screen, in [0, 1].
    size : int, default=48
        Height and width of the pictures in pixels, at least 32.
    noise : float or dict {modality: float}, default=1.0
        How much each modality is disturbed. A number is a multiple of the default levels: 0 is
        clean. A dict gives levels in the units below; what it does not name keeps the default.

        - ``"image"``: standard deviation of the noise in a color value, of 0 to 255; default 15;
        - ``"motion"``: how far a sensor sits askew, as the standard deviation of an angle in degrees;
          default 8. Readings vary in proportion: by 0.05 m/s2 and 0.02 rad/s for each degree.
    missing : float or dict {modality: float}, default=0.0
        Share of missing cells, in [0, 1], per modality; what a dict does not name is complete. A
        row never loses everything: it keeps one modality, drawn at random.
    return_visible : bool, default=False
        Whether to return which joints can be seen.
    random_state : int, RandomState instance or None, default=None
        Seed of all that is drawn. With the same seed, occlusion, noise and missing change what is
        sensed, and not the poses.

    Returns
    -------
    X : DataFrame of shape (n_samples, 2)
        Column ``"image"``, a tensor column of shape (n_samples, size, size, 3), uint8;
        column ``"motion"``, a tensor column of shape (n_samples, 16, 24), float32: 0.32 s at 50 Hz,
        and for each of eight sensors the acceleration along and across the limb in m/s2 and the
        angular velocity in rad/s.
    y : DataFrame of shape (n_samples, 26)
        Column and row of 13 joints, ``"head_x"``, ``"head_y"``, ``"left_shoulder_x"`` and so on, in
        widths of the picture from its upper left corner. The person faces us: its left is on our
        right.
    visible : DataFrame of shape (n_samples, 13), bool
        Whether a joint is not behind a screen; a wrist or ankle is outside of the picture once in
        thousands of samples, and counts as visible. Only with ``return_visible=True``.

    Raises
    ------
    ValueError
        If a dict names an unknown modality or a level out of range.

    See Also
    --------
    make_driving : Four sensors of a car.

    Notes
    -----
    A limb sways by 4 degrees around its pose at 1 to 2 Hz. At rest an accelerometer feels gravity
    only, whose direction tells the inclination of the limb.

    Examples
    --------
    >>> from skmm.datasets import make_pose
    >>> X, y = make_pose(50, random_state=0)
    >>> X["image"].array.tensor.shape, X["motion"].array.tensor.shape
    ((50, 48, 48, 3), (50, 16, 24))
    >>> list(y)[:4]
    ['head_x', 'head_y', 'left_shoulder_x', 'left_shoulder_y']
    """
    levels = noise_levels(noise, DEFAULT_NOISE)
    rates = level_of_each(missing, list(levels), parameter="missing", upper=1)
    random_state = make_rng(random_state)

    pictures = np.empty((n_samples, size, size, 3), dtype=np.uint8)
    motion = np.empty((n_samples, N_STEPS, 3 * len(SEGMENTS)), dtype=np.float32)
    places, visible = (
        np.empty((n_samples, len(JOINTS), 2)),
        np.empty((n_samples, len(JOINTS)), bool),
    )
    for row in range(n_samples):
        joints, angles = draw_figure(random_state)
        places[row] = [joints[joint] for joint in JOINTS]
        picture = paint_figure(joints, size, random_state)
        screens = _put_up_screens(joints, occlusion, picture, random_state)
        visible[row] = [not _is_behind(screens, place) for place in places[row]]
        picture += levels["image"] * random_state.standard_normal(size=picture.shape)
        pictures[row] = np.round(np.clip(picture, 0, 255))
        motion[row] = _wear_sensors(angles, levels["motion"], random_state)
    present = draw_presence(rates, n_samples, random_state)
    X = make_frame(image=hide(pictures, present["image"]), motion=hide(motion, present["motion"]))
    names = [f"{joint}_{axis}" for joint in JOINTS for axis in "xy"]
    y = pd.DataFrame(places.reshape(n_samples, -1), columns=names)
    return (X, y, pd.DataFrame(visible, columns=JOINTS)) if return_visible else (X, y)


def _put_up_screens(joints, probability, picture, random_state):
    """Paint a square over some forearms and shanks; upper left and lower right corners."""
    screens = []
    for limb, half in HALF_SCREENS.items():
        for side in SIDES:
            is_hidden = random_state.uniform() < probability
            color = random_state.uniform(0, 255, size=3)
            middle = np.mean([joints[f"{side}_{joint}"] for joint in limb[1:]], axis=0)
            middle += random_state.uniform(-0.02, 0.02, size=2)
            if is_hidden:
                screens.append((middle - half, middle + half))
                (left, top), (right, bottom) = np.round(
                    np.add(middle, [[-half], [half]]) * len(picture)
                )
                picture[_slice(top, bottom), _slice(left, right)] = color
    return screens


def _slice(start, stop):
    return slice(max(int(start), 0), max(int(stop), 0))


def _is_behind(screens, place):
    return any((low <= place).all() and (place <= high).all() for low, high in screens)


def _wear_sensors(angles, askew, random_state):
    """Readings of shape (n_steps, 3 * n_sensors)."""
    n_sensors = len(angles)
    angles = angles + np.deg2rad(askew) * random_state.standard_normal(size=n_sensors)
    seconds = np.arange(N_STEPS)[:, np.newaxis] / RATE
    pulse = 2 * np.pi * random_state.uniform(1, 2, size=n_sensors)
    phase = pulse * seconds + random_state.uniform(0, 2 * np.pi, size=n_sensors)
    swaying = angles + np.deg2rad(SWAY) * np.sin(phase)
    spread = askew * random_state.standard_normal(size=(N_STEPS, n_sensors, 3))
    readings = np.stack(
        [
            GRAVITY * np.cos(swaying),
            GRAVITY * np.sin(swaying),
            np.deg2rad(SWAY) * pulse * np.cos(phase),
        ],
        axis=-1,
    )
    return (readings + spread * (0.05, 0.05, 0.02)).reshape(N_STEPS, -1)
