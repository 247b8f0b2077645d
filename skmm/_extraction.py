"""From the cells of a column to rows of features: the cache, batches, workers, progress, warnings."""

import warnings
from collections import Counter
from contextlib import contextmanager, suppress
from math import ceil
from threading import current_thread, main_thread

import numpy as np
from joblib import effective_n_jobs
from sklearn.utils.parallel import delayed
from tqdm.auto import tqdm

from skmm._extraction_count import add_extractions
from skmm._parallel import run_as_they_come
from skmm._samples import read_cells
from skmm._validation import ModalityError
from skmm.cache import FeatureCache

_LOOKED_UP_AT_ONCE = 1024  # rows; their features are in memory twice meanwhile
_CLAIMED_AT_A_TIME = 1024  # rows of a cache: claims take a time that grows with their square


class Extraction:
    """A run of an extractor over the samples of a column.

    Parameters
    ----------
    extractor : Extractor
    samples : Samples
        Bad cells are added to its list of failures, if it has one.
    """

    def __init__(self, extractor, samples):
        self.extractor = extractor
        self.samples = samples
        self.configuration = extractor._hash_configuration()
        self.warned = Counter()

    def find_shape(self, rows):
        """Extract samples until there is one that can be: all rows are of its shape.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,), int

        Returns
        -------
        shape : tuple of int
        """
        for row in rows:
            chunk = self.samples.take(np.array([row]))
            values, _, failures, n_extracted = extract_chunk(
                self.extractor, chunk, None, self.configuration
            )
            add_extractions(n_extracted)
            if not failures:
                return values.shape[1:]
            self.samples.failures.extend(failures)
        raise self.samples.failures[0]

    def fill(self, block, rows):
        """Write the features of some samples, those of bad ones excepted.

        Parameters
        ----------
        block : ndarray of shape (n_samples, ...)
        rows : ndarray of shape (n_rows,), int
        """
        absent = self._look_up(block, rows)
        for chunk, values in self.extract(absent, block.shape[1:], n_found=len(rows) - len(absent)):
            block[chunk] = values

    def extract(self, rows, shape, n_found=0):
        """Extract samples batch by batch, show progress, and pass on warnings at the end.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,), int
        shape : tuple of int
            Of the features of one sample.
        n_found : int, default=0
            How many samples are done already.

        Yields
        ------
        chunk : ndarray of int
            Some of the rows, in their order.
        values : ndarray of shape (n_chunk, *shape)
        """
        name, silent = type(self.extractor).__name__, not self.extractor.verbose
        options = {"desc": name, "unit": " samples", "disable": silent}
        with tqdm(total=n_found + len(rows), initial=n_found, **options) as bar:
            for chunk, (values, warned, failures, n_extracted) in self._run_in_batches(rows, shape):
                self.warned.update(warned)
                add_extractions(n_extracted)
                if failures:
                    self.samples.failures.extend(failures)
                yield chunk, values
                bar.update(len(chunk))
        for (category, text), count in self.warned.items():  # once per call, and not once per row
            text = f"modality {self.samples.name!r}: {text} ({count}x)"
            warnings.warn(text, category, stacklevel=6)

    def _look_up(self, block, rows):
        """Write the rows that are in the cache; return those that are not."""
        if self.configuration is None:
            return rows
        cache, absent = _open_cache(self.extractor), []
        for start in range(0, len(rows), _LOOKED_UP_AT_ONCE):
            chunk = self.samples.take(rows[start : start + _LOOKED_UP_AT_ONCE])
            keys = _name_rows(self.extractor, chunk.cells, self.configuration)
            with record_warnings() as caught:
                found = cache.look_up(keys)
            self.warned.update(_count(caught))
            for row, key in zip(chunk.rows, keys, strict=True):
                features = found.get(key)
                if features is None:
                    absent.append(row)
                    continue
                if features.shape != block.shape[1:]:
                    _check_shape(features, block.shape[1:], self.samples.place(row))
                block[row] = features
        return np.array(absent, dtype=int)

    def _run_in_batches(self, rows, shape):
        """Yield rows, and what :func:`extract_chunk` returns for them."""
        if len(rows) == 0:  # no need to start workers
            return
        n_workers = effective_n_jobs(self.extractor.n_jobs)
        # Every worker gets something to do.
        size = min(self.extractor.batch_size, ceil(len(rows) / n_workers))
        if self.configuration is not None:
            size = min(size, _CLAIMED_AT_A_TIME)
        chunks = [rows[start : start + size] for start in range(0, len(rows), size)]
        tasks = (
            (self.extractor, self.samples.take(chunk), shape, self.configuration)
            for chunk in chunks
        )
        if n_workers == 1:  # joblib would take as long as a small batch does
            extracted = (extract_chunk(*task) for task in tasks)
        else:
            name = type(self.extractor).__name__
            calls = (delayed(extract_chunk)(*task) for task in tasks)
            extracted = run_as_they_come(calls, self.extractor.n_jobs, name=name)
        yield from zip(chunks, extracted, strict=True)


@contextmanager
def record_warnings():
    """Collect warnings in a list; in threads they pass, for the filters belong to the process."""
    if current_thread() is not main_thread():
        yield []
        return
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught


def extract_chunk(extractor, chunk, shape, configuration):
    """Read and extract some samples; this is what worker processes run.

    Returns
    -------
    rows : ndarray of shape (n_cells, ...)
        What is in the rows of bad cells does not count.
    warned : Counter
        How often each (category, text) was warned of: workers cannot warn the caller themselves.
    failures : list of ModalityError, or None
        The bad cells, where they are passed over.
    n_extracted : int
        How many samples were not in the cache.
    """
    with record_warnings() as caught:
        rows, n_extracted = _fetch_rows(extractor, chunk, configuration)
    if chunk.failures:
        nothing = np.zeros(() if shape is None else shape)
        rows = [nothing if row is None else row for row in rows]
    shape = np.shape(rows[0]) if shape is None else shape
    if not (isinstance(rows, np.ndarray) and rows.shape[1:] == shape):  # spares the look at each
        for position, row in enumerate(rows):
            _check_shape(row, shape, chunk.place(position))
    rows = np.asarray(rows, dtype=extractor._dtype)
    return rows, _count(caught), chunk.failures, n_extracted


def _count(caught):
    return Counter((warning.category, str(warning.message)) for warning in caught)


def _check_shape(row, shape, place):
    if np.shape(row) != shape:
        raise ModalityError(
            f"gives features of shape {np.shape(row)}, where {shape} is expected as in the "
            "other samples; bring the samples to one size and one number of channels, or, if "
            "parameters were set since, fit again",
            **place,
        )


def _fetch_rows(extractor, chunk, configuration):
    """Read and extract those samples whose rows are not in the cache of the extractor.

    Returns
    -------
    rows : sequence of n_cells ndarrays, or None for bad cells
    n_extracted : int
    """
    n_extracted = 0

    def extract(positions):
        nonlocal n_extracted
        n_extracted += len(positions)
        cells = chunk.cells if len(positions) == len(chunk.cells) else chunk.cells[positions]
        if not isinstance(cells, np.ma.MaskedArray):
            # Where it fails, cells are read one by one, to find the bad one.
            with suppress(ModalityError, TypeError):
                samples = extractor._read_batch(cells)
                if samples is not None:
                    return extractor._extract(samples)
        places = map(chunk.place, positions)
        samples = list(read_cells(extractor._read, cells, places, chunk.failures))
        if not chunk.failures:
            return extractor._extract(samples)
        good = [sample for sample in samples if sample is not None]
        rows = iter(extractor._extract(good) if good else ())
        return [None if sample is None else next(rows) for sample in samples]

    def extract_rows(positions):
        rows = extract(positions)
        return [None if row is None else np.asarray(row, dtype=extractor._dtype) for row in rows]

    if configuration is None:
        rows = extract(range(len(chunk.cells)))
        return rows, n_extracted
    keys = _name_rows(extractor, chunk.cells, configuration)
    rows = _open_cache(extractor).fetch(keys, extract_rows)
    if chunk.failures:
        _note_equal_failures(chunk, keys)
    return rows, n_extracted


def _note_equal_failures(chunk, keys):
    """Note a failure for each cell that is equal to a bad one: the cache asks for the first only."""
    by_row = {failure.row: failure for failure in chunk.failures}
    by_key = {key: by_row[row] for key, row in zip(keys, chunk.rows, strict=True) if row in by_row}
    for position, (key, row) in enumerate(zip(keys, chunk.rows, strict=True)):
        if key in by_key and row not in by_row:
            chunk.failures.append(by_key[key].at(**chunk.place(position)))


def _open_cache(extractor):
    memory = extractor.memory
    return memory if isinstance(memory, FeatureCache) else FeatureCache(memory)


def _name_rows(extractor, cells, configuration):
    """Return the keys of rows in the cache; a number stands for a sample that has no name."""
    digests = map(extractor._hash_sample, cells)
    return [
        position if digest is None else configuration + digest
        for position, digest in enumerate(digests)
    ]
