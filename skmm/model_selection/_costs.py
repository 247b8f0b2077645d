"""What a model costs besides time: extractions, and bytes when it is kept."""

import pickle

import numpy as np

from skmm._extractor import Extractor
from skmm.model_selection._extractors import parts_of


class _ByteCounter:
    """A file that is nothing but its size."""

    size = 0

    def write(self, data):
        n_bytes = memoryview(data).nbytes
        self.size += n_bytes
        return n_bytes


def pickled_size(model):
    """Bytes of a pickle of `model`, without holding them in memory; NaN if it cannot be pickled."""
    file = _ByteCounter()
    try:
        pickle.Pickler(file, protocol=pickle.HIGHEST_PROTOCOL).dump(model)
    except (
        Exception
    ):  # what pickling raises is up to the objects, and a size is not worth a failure
        return np.nan
    return file.size


def counts_extractions(model):
    """Whether all samples that `model` extracts are counted by ``count_extractions``.

    They are not if it fits its members in other processes, which count for themselves.
    """
    parts = list(parts_of(model))
    spreads = any(
        getattr(part, "n_jobs", None) not in (None, 1)
        for part in parts
        if not isinstance(part, Extractor)
    )
    return not (spreads and any(isinstance(part, Extractor) for part in parts))
