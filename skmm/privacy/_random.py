"""Random numbers that nobody can compute again."""

import math
import os

import numpy as np


class SystemRandom:
    """Draw from the random numbers of the operating system, by the methods of numpy's Generator.

    torch's generator will not do: on a CPU it knows only 2**32 seeds, all of which can be tried; and
    numpy's are not meant to keep secrets.

    References
    ----------
    .. [1] G. E. P. Box and M. E. Muller, "A note on the generation of random normal deviates", Annals
       of Mathematical Statistics 29(2), 1958.
    """

    def random(self, size):
        """Uniform numbers in [0, 1), multiples of 2**-53, as an ndarray of shape `size`."""
        n_numbers = math.prod(size) if isinstance(size, tuple) else size
        words = np.frombuffer(os.urandom(8 * n_numbers), dtype=np.uint64)
        return ((words >> np.uint64(11)) * 2.0**-53).reshape(size)

    def standard_normal(self, size):
        """Normal numbers with mean 0 and standard deviation 1, as an ndarray of shape `size`."""
        n_numbers = math.prod(size) if isinstance(size, tuple) else size
        n_pairs = (n_numbers + 1) // 2
        radius = np.sqrt(-2 * np.log1p(-self.random(n_pairs)))
        angle = 2 * np.pi * self.random(n_pairs)
        pairs = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])
        return pairs[:n_numbers].reshape(size)


def open_source(random_state):
    """Return where noise comes from: the system, or a generator if there is a seed.

    Parameters
    ----------
    random_state : int or None

    Returns
    -------
    source : SystemRandom or numpy.random.Generator
    """
    return SystemRandom() if random_state is None else np.random.default_rng(random_state)
