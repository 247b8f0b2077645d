"""How a camera, a range scanner and a radar see a road."""

import numpy as np

from skmm.datasets._road import CAR_HEIGHT, CAR_WIDTH, ROAD_WIDTH

FOG_REACH = 12.0  # meters until contrast has fallen to 1 / e, and of beams that are thrown back
HEADLIGHTS = 15.0  # meters that they reach by night

# Camera: a pinhole at a height of 1.4 m, that looks ahead.
HEIGHT, WIDTH, HORIZON, FOCAL, ABOVE_GROUND = 32, 64, 10, 48.0, 1.4
SKY, GRASS, ROAD, LINE = (170, 200, 235), (95, 140, 75), (110, 110, 115), (235, 235, 225)
FOG, DARK, TAIL_LIGHT = (190, 190, 190), (12, 12, 25), (230, 30, 30)

# Range scanner.
ANGLES = np.deg2rad(np.linspace(-60, 60, 31))
LONGEST_RANGE, STEP = 40.0, 0.5  # meters
LOST, THROWN_BACK = 0.03, 0.4  # shares of the beams: always, and in fog

# Radar.
DISTANCES = np.arange(1.5, 60, 3)  # meters: the middle of each cell
VELOCITIES = np.arange(-8.75, 30, 2.5)  # m/s
CELL = (3.0, 2.5)  # how far an echo spreads


def photograph(scene, condition, noise, random_state):
    """A picture of shape (height, width, 3), uint8."""
    picture, depth = _paint(scene)
    lights = _paint_car(scene, picture, depth)
    picture = _light(picture, depth, condition)
    if condition == "night":
        picture[lights] = TAIL_LIGHT
        noise = 2 * noise
    picture += noise * random_state.standard_normal(size=picture.shape)
    return np.round(np.clip(picture, 0, 255)).astype(np.uint8)


def _paint(scene):
    """Sky, grass and road, and how far away each pixel is."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    below = rows - HORIZON
    depth = np.where(below > 0, FOCAL * ABOVE_GROUND / np.maximum(below, 0.5), np.inf)
    picture = np.empty((HEIGHT, WIDTH, 3))
    picture[:] = np.where((below > 0)[:, :, np.newaxis], GRASS, SKY)
    ground = below > 0
    ahead = np.where(ground, depth, 0)
    to_center = np.abs((columns - WIDTH / 2) * ahead / FOCAL - scene.center(ahead))
    picture[ground & (to_center < ROAD_WIDTH / 2)] = ROAD
    line = 0.15 + ahead / FOCAL / 4  # at least a part of a pixel wide
    picture[ground & (np.abs(to_center - ROAD_WIDTH / 2) < line)] = LINE
    return picture, depth


def _paint_car(scene, picture, depth):
    """Draw the car ahead; where its lights are."""
    scale = FOCAL / scene.distance
    middle = WIDTH / 2 + scene.center(scene.distance) * scale
    bottom = HORIZON + ABOVE_GROUND * scale
    rows, columns = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    half = max(CAR_WIDTH * scale / 2, 0.5)
    across = np.abs(columns - middle) / half
    up = (bottom - rows) / max(CAR_HEIGHT * scale, 1.0)
    inside = (across < 1) & (up > 0) & (up < 1)
    picture[inside] = scene.color
    depth[inside] = scene.distance
    return inside & (across > 0.6) & (up > 0.3) & (up < 0.7)


def _light(picture, depth, condition):
    if condition == "day":
        return picture
    reach, color = (FOG_REACH, FOG) if condition == "fog" else (HEADLIGHTS, DARK)
    seen = np.exp(-depth / reach)[:, :, np.newaxis]
    return seen * picture + (1 - seen) * np.array(color)


def scan_ranges(scene, condition, noise, random_state):
    """How far each beam goes, of shape (n_beams,), float32."""
    ranges = np.minimum(_meet_rails(scene), _meet_car(scene))
    ranges = ranges + noise * random_state.standard_normal(size=ranges.shape)
    fate, thrown_back = random_state.uniform(size=(2, len(ANGLES)))
    if condition == "fog":
        ranges = np.where(fate < LOST + THROWN_BACK, FOG_REACH * thrown_back, ranges)
    ranges[fate < LOST] = LONGEST_RANGE
    return np.clip(ranges, 0, LONGEST_RANGE).astype(np.float32)


def _meet_rails(scene):
    """Where beams leave the road, by small steps."""
    steps = np.arange(STEP, LONGEST_RANGE + STEP, STEP)
    ahead, aside = (np.outer(f(ANGLES), steps) for f in (np.cos, np.sin))
    is_out = np.abs(aside - scene.center(ahead)) > ROAD_WIDTH / 2
    return np.where(is_out.any(axis=1), steps[is_out.argmax(axis=1)], LONGEST_RANGE)


def _meet_car(scene):
    aside = scene.distance * np.tan(ANGLES) - scene.center(scene.distance)
    hit = np.abs(aside) < CAR_WIDTH / 2
    return np.where(hit, scene.distance / np.cos(ANGLES), LONGEST_RANGE)


def scan_velocities(scene, noise, random_state):
    """Echoes by distance and closing speed, of shape (n_distances, n_velocities), float32."""
    echoes = noise * random_state.standard_normal(size=(len(DISTANCES), len(VELOCITIES)))
    echoes += _echo(scene.distance, scene.closing_speed)
    for distance in scene.posts:  # which do not move
        echoes += _echo(distance, scene.speed)
    return echoes.astype(np.float32)


def _echo(distance, velocity):
    spread = [
        np.exp(-(((cells - value) / width) ** 2))
        for cells, value, width in zip(
            (DISTANCES, VELOCITIES), (distance, velocity), CELL, strict=True
        )
    ]
    return np.outer(*spread)
