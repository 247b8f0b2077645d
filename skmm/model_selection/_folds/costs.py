"""What a model costs besides time: extractions, and bytes when it is kept."""

import pickle

import numpy as np
from joblib import effective_n_jobs

from skmm._extractor import Extractor
from skmm.model_selection._folds.extractors import parts_of


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

    They are not if it fits its members in other processes, which count for themselves. On dask, parts
    of tasks are tasks again, whatever ``n_jobs`` is.
    """
    parts = list(parts_of(model))
    spreads = any(
        effective_n_jobs(part.n_jobs) > 1
        for part in parts
        if hasattr(part, "n_jobs") and not isinstance(part, Extractor)
    )
    return not (spreads and any(isinstance(part, Extractor) for part in parts))
