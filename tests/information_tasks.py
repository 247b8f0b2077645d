"""Nine mixes of redundant, unique and synergistic information, and the truth about them."""

import numpy as np

from skmm.datasets import make_multimodal_classification
from skmm.inspection._decomposition.broja import decompose, entropy

N_CLASSES = 3
# Dials of make_multimodal_classification: redundant, unique, synergistic.
MIXES = {
    "redundant": (1, 0, 0),
    "unique to a": (0, {"a": 1}, 0),
    "half each": (0, 1, 0),
    "synergistic": (0, 0, 1),
    "redundant + unique to a": (1, {"a": 1}, 0),
    "redundant + half each": (1, 1, 0),
    "redundant + synergistic": (1, 0, 1),
    "unique to a + synergistic": (0, {"a": 1}, 1),
    "all of it": (1, 1, 1),
}


def make_mix(name, *, n_samples=600, width=20, noise=1.0, seed=0):
    """Blocks ``a`` and ``b``, and classes that depend on them by the mix of this name."""
    redundant, unique, synergistic = MIXES[name]
    return make_multimodal_classification(
        n_samples,
        modalities={"a": width, "b": width},
        n_classes=N_CLASSES,
        redundant=redundant,
        unique=unique,
        synergistic=synergistic,
        noise=noise,
        random_state=seed,
    )


def true_parts(name, *, width=20, noise=1.0):
    """Redundancy, what is unique to a and to b, and synergy, in bits, of what the blocks hold.

    A block shows its latents with noise of a known size. Alone it tells of y through one number, the
    sum of the latents that y depends on as far as they are seen, so that redundancy and unique
    information are those of a table of two numbers in 30 ranges. Together they tell what remains
    uncertain of y under the posterior of all latents, which is normal, and von Mises for the angles.
    """
    redundant, unique, synergistic = MIXES[name]
    unique = dict.fromkeys("ab", unique) if not isinstance(unique, dict) else {"b": 0} | unique
    own_weights = np.array([unique["a"], unique["b"]])[:, np.newaxis]
    error = noise * np.sqrt(4 / width)
    rng = np.random.default_rng(0)

    def draw(n_samples):
        shared, own = rng.normal(size=n_samples), rng.normal(size=(2, n_samples))
        angles = rng.uniform(0, 2 * np.pi, size=(2, n_samples))
        y = redundant * shared + (own_weights * own).sum(axis=0)
        return shared, own, angles, y + synergistic * np.sqrt(2) * np.cos(angles.sum(axis=0))

    shared, own, _, y = draw(200_000)
    bounds = np.quantile(y, np.arange(1, N_CLASSES) / N_CLASSES)
    seen = redundant * (shared + error * rng.normal(size=own.shape))
    seen += own_weights * (own + error * rng.normal(size=own.shape))
    ranges = [np.searchsorted(np.quantile(x, np.arange(1, 30) / 30), x) for x in seen]
    joint = np.zeros((30, 30, N_CLASSES))
    np.add.at(joint, (*ranges, np.searchsorted(bounds, y)), 1)
    redundancy, unique_a, unique_b, _ = decompose(joint)

    shared, own, angles, y = draw(1000)
    n_draws = 500
    mean = redundant * (2 * shared + error * rng.normal(size=own.shape).sum(axis=0))
    mean /= 2 + error**2
    mean += (own_weights * (own + error * rng.normal(size=own.shape))).sum(axis=0) / (1 + error**2)
    variance = redundant**2 / (1 + 2 / error**2) + (own_weights**2).sum() / (1 + 1 / error**2)
    drawn = mean + np.sqrt(variance) * rng.normal(size=(n_draws, len(y)))
    points = np.sqrt(2) * np.stack([np.cos(angles), np.sin(angles)])
    points += error * rng.normal(size=points.shape)
    sums = rng.vonmises(
        np.arctan2(points[1], points[0]),
        np.sqrt(2) * np.hypot(*points) / error**2,
        size=(n_draws, *angles.shape),
    ).sum(axis=1)
    drawn += synergistic * np.sqrt(2) * np.cos(sums)
    shares = np.stack(
        [(np.searchsorted(bounds, drawn) == k).mean(axis=0) for k in range(N_CLASSES)]
    )
    together = np.log2(N_CLASSES) - entropy(shares, axis=0).mean()
    return np.array([redundancy, unique_a, unique_b, together - redundancy - unique_a - unique_b])
