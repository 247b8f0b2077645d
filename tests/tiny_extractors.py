"""Tiny extractors, through which tests look at what all extractors share."""

import time
import warnings

import numpy as np

from skmm import ModalityError
from skmm._extractor import Extractor


class Lengths(Extractor):
    """Length and sum of a list of numbers, or its first entries."""

    _modality = "numbers"

    def __init__(self, first=None, *, on_error="raise", batch_size=2, n_jobs=None, verbose=False):
        self.first = first
        self.on_error = on_error
        self.batch_size = batch_size
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _read(self, cell):
        if isinstance(cell, str):
            raise ModalityError(f"cannot read {cell!r}")
        return list(cell)

    def _extract(self, samples):
        if self.first:
            return [sample[: self.first] for sample in samples]
        return [[len(sample), sum(sample)] for sample in samples]


CELLS = [[1, 2], [3], None, [4, 5, 6], []]


class Grumbling(Lengths):
    def _read(self, cell):
        warnings.warn("a list, how old", stacklevel=2)
        return super()._read(cell)


class Positive(Lengths):
    """Reads arrays of numbers at once, and writes down how it read what."""

    def _read(self, cell):
        self._note("_read", cell)
        if np.any(np.asarray(cell) < 0):
            raise ModalityError(f"{cell} is negative")
        return list(cell)

    def _read_batch(self, cells):
        if cells.dtype == object:
            return None
        self._note("_read_batch", cells)
        if (cells < 0).any():
            raise ModalityError("one of them is negative")
        return cells

    def _note(self, method, cells):
        self._calls = [*getattr(self, "_calls", []), (method, np.asarray(cells).tolist())]


class Learning(Lengths):
    """Learn something, and then fail to extract."""

    def _fit_samples(self, samples, rows):
        return {"learned_": len(rows)}

    def _extract(self, samples):
        if self.first:
            raise ModalityError("no")
        return super()._extract(samples)


class Spied(Lengths):
    """Writes down what it extracts: workers have no other way to tell."""

    def __init__(
        self,
        log=None,
        *,
        power=1,
        on_error="raise",
        memory=None,
        batch_size=2,
        n_jobs=None,
        verbose=False,
    ):
        self.log = log
        self.power = power
        self.on_error = on_error
        self.memory = memory
        self.batch_size = batch_size
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _extract(self, samples):
        with open(self.log, "a") as file:
            file.writelines(f"{self.power}: {sample}\n" for sample in samples)
        return [[len(sample) ** self.power, sum(sample)] for sample in samples]


class Slow(Spied):
    def _extract(self, samples):
        time.sleep(0.05 * len(samples))
        return super()._extract(samples)
