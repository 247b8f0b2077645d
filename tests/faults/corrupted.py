"""Read a cache while others write to it, drop what is in it, and are killed."""

import warnings
from collections import Counter

import numpy as np

from skmm.cache import FeatureCache
from tests.faults import scenes

N_WRITERS = 3
AT_ONCE = 10  # rows looked up together


def count_corrupted(folder, start, *, n_reads, n_kills, size_limit=2**20):
    """Read rows and compare them with what was written.

    Parameters
    ----------
    folder : path-like
    start : callable
        Starts a child: ``start(function, *args)``.
    n_reads : int
        Rows to be found, at least.
    n_kills : int
        Writers to be killed, evenly among the reads.
    size_limit : int
        Of the cache: two generations of 100 rows or so are dropped again and again.

    Returns
    -------
    counts : Counter
        ``reads``: rows that were found. ``wrong``: of them, other than they were written.
        ``warnings``: of damage, or that the cache could not be used. ``kills``.
    """
    rng, counts = np.random.default_rng(0), Counter()
    cache = FeatureCache(folder, size_limit=size_limit)
    writers = [start(scenes.write_for_ever, folder, seed, size_limit) for seed in range(N_WRITERS)]
    expected = [scenes.make_row(number) for number in range(len(scenes.KEYS))]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        while counts["reads"] < n_reads or counts["kills"] < n_kills:
            chosen = rng.choice(len(expected), size=AT_ONCE, replace=False)
            found = cache.look_up([scenes.KEYS[number] for number in chosen])
            for number in chosen:
                if (row := found.get(scenes.KEYS[number])) is not None:
                    counts["reads"] += 1
                    counts["wrong"] += not np.array_equal(row, expected[number])
            if counts["reads"] > n_reads / n_kills * counts["kills"]:
                place = rng.integers(N_WRITERS)
                writers[place].kill()
                counts["kills"] += 1
                writers[place] = start(
                    scenes.write_for_ever, folder, 1000 + counts["kills"], size_limit
                )
    counts["warnings"] = len(caught)
    for warning in caught[:5]:
        print(warning.message)
    return counts
