"""The latent model: what modalities share, what each has alone, what only all of them tell."""

from math import prod

import numpy as np

from skmm._validation import Integral, make_rng
from skmm.datasets._levels import level_of_each
from skmm.datasets._presence import draw_presence, hide
from skmm.frame import make_frame

DEFAULT_MODALITIES = {"image": (1, 8, 8), "audio": (20, 6), "vector": 10}
N_LATENTS = 4  # of a modality: the shared one, its own, and the two coordinates of its angle


def draw(n_samples, modalities, redundant, unique, synergistic, noise, missing, random_state):
    """Draw the frame and the target of :func:`~skmm.datasets.make_multimodal_regression`."""
    shapes = _check_shapes(DEFAULT_MODALITIES if modalities is None else modalities)
    unique = level_of_each(unique, list(shapes), parameter="unique")
    _check_dials(redundant, unique, synergistic)
    noise = level_of_each(noise, list(shapes), parameter="noise")
    rates = level_of_each(missing, list(shapes), parameter="missing", upper=1)
    random_state = make_rng(random_state)

    shared = random_state.normal(size=n_samples)
    own = random_state.normal(size=(len(shapes), n_samples))
    angles = random_state.uniform(0, 2 * np.pi, size=(len(shapes), n_samples))
    target = redundant * shared + np.array(list(unique.values())) @ own
    target += synergistic * np.sqrt(2) * np.cos(angles.sum(axis=0))
    blocks = {
        modality: _show(_latents(shared, own[m], angles[m]), shape, noise[modality], random_state)
        for m, (modality, shape) in enumerate(shapes.items())
    }
    present = draw_presence(rates, n_samples, random_state)
    columns = {name: hide(block, present[name]) for name, block in blocks.items()}
    return make_frame(**columns), target


def _latents(shared, own, angle):
    """What one modality knows, shape (n, 4); every column has variance 1."""
    return np.stack([shared, own, np.sqrt(2) * np.cos(angle), np.sqrt(2) * np.sin(angle)], axis=1)


def _show(latents, shape, noise, random_state):
    """A block of shape (n, *shape), float32: signal of variance 1 on average, plus noise."""
    width = prod(shape)
    directions, _ = np.linalg.qr(random_state.normal(size=(width, N_LATENTS)))
    block = latents @ directions.T * np.sqrt(width / N_LATENTS)
    block += noise * random_state.normal(size=block.shape)
    return block.astype(np.float32).reshape(len(block), *shape)


def _check_shapes(modalities):
    if not modalities:
        raise ValueError(
            "modalities is empty; give a dict such as {'image': (3, 8, 8), 'text': 10}"
        )
    shapes = {name: tuple(np.atleast_1d(shape).tolist()) for name, shape in modalities.items()}
    for name, shape in shapes.items():
        is_shape = all(isinstance(size, Integral) and size > 0 for size in shape)
        if not is_shape or prod(shape) < N_LATENTS:
            raise ValueError(
                f"modality {name!r} has the shape {modalities[name]!r}; expected at least "
                f"{N_LATENTS} values, one for each latent it shows, such as 10 or (3, 16, 16)"
            )
    return shapes


def _check_dials(redundant, unique, synergistic):
    if redundant == synergistic == 0 and not any(unique.values()):
        raise ValueError(
            "redundant, unique and synergistic are all 0, so y would not depend on X; "
            "set one of them above 0"
        )
    if synergistic > 0 and len(unique) == 1:
        raise ValueError(
            f"synergistic is {synergistic} with the single modality {next(iter(unique))!r}; "
            "it needs at least two modalities to combine"
        )
