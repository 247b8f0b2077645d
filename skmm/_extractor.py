"""What all extractors share: reading a column, batching, workers, cache, progress, names."""

import os
import warnings
from collections import Counter
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import is_list_like
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted
from tqdm.auto import tqdm

from skmm._tensor import TensorArray
from skmm._validation import (
    Integral,
    Interval,
    ModalityError,
    StrOptions,
    _get_output_config,
    all_or_nothing,
    refuse_dict,
)
from skmm.cache import FeatureCache
from skmm.cache._keys import hash_configuration, hash_sample
from skmm.frame import make_frame, presence_mask


class Samples(NamedTuple):
    """The column of one modality: what is in the cells, and where they are."""

    cells: np.ndarray  # (n, ...) numbers of equal shape, or (n,) objects
    present: np.ndarray  # (n,) bool
    index: pd.Index | None  # labels of the rows, if X has any
    name: str  # the modality, for error messages
    failures: list | None = (
        None  # errors of bad cells, which are then passed over; None raises them
    )

    def place(self, row):
        """Say where `row` is, as keywords of :meth:`ModalityError.at`."""
        index = None if self.index is None else self.index[row]
        return {"modality": self.name, "row": row, "index": index}

    def take(self, rows):
        labels = None if self.index is None else self.index[rows]
        failures = None if self.failures is None else []  # its own: it may go to another process
        return Chunk(self.cells[rows], rows, labels, self.name, failures)

    def read(self, read, rows):
        """Yield each of the rows, and what `read` makes of its cell, but pass over noted failures.

        If none of the cells can be read, the first failure is raised after all.
        """
        n_read = 0
        for row in rows:
            result = _read_cell(read, self.cells[row], self.place(row), self.failures)
            if result is not None:
                n_read += 1
                yield row, result
        if n_read == 0:
            raise self.failures[0]


class Chunk(NamedTuple):
    """Some cells of a column, which still know where they come from."""

    cells: np.ndarray  # (n, ...) or (n,)
    rows: np.ndarray  # (n,) int, their positions in the column
    labels: pd.Index | None
    name: str
    failures: list | None

    def place(self, position):
        """Say where the cell at `position` in the chunk is, as :meth:`Samples.place` does."""
        index = None if self.labels is None else self.labels[position]
        return {"modality": self.name, "row": self.rows[position], "index": index}


def read_samples(X, modality):
    """Take X, one column of raw samples in any container, apart into cells and presence.

    Parameters
    ----------
    X : Series, DataFrame of one column, ndarray of shape (n_samples, ...) or sequence of cells
    modality : str
        Name to use in error messages where X is not a named column.

    Returns
    -------
    samples : Samples
    """
    refuse_dict(X)
    if isinstance(X, str | bytes | os.PathLike):
        kind = "string" if isinstance(X, str) else type(X).__name__
        raise ValueError(
            f"modality {modality!r}: iterable over raw samples expected, {kind} object received; "
            "wrap a single sample in a list"
        )
    if issparse(X):
        raise TypeError(
            f"modality {modality!r}: a column of raw samples is expected, got a sparse matrix"
        )
    if not is_list_like(X, allow_sets=False) or not hasattr(X, "__len__"):
        raise TypeError(
            f"modality {modality!r}: a list, array or Series of raw samples is expected, got a "
            f"{type(X).__name__}"
        )
    X = _only_column(X, modality)
    index = X.index if isinstance(X, pd.Series) else None
    name = X.name if isinstance(X, pd.Series) and isinstance(X.name, str) else modality
    cells, present = _cells_and_presence(X)
    if len(cells) == 0:
        raise ValueError(f"modality {name!r}: found 0 samples, a minimum of 1 is required")
    return Samples(cells, present, index, name)


def _only_column(X, modality):
    """X without its second axis, if that is one of columns."""
    is_frame = isinstance(X, pd.DataFrame)
    is_matrix_of_cells = isinstance(X, np.ndarray) and X.dtype.kind in "OUST" and X.ndim == 2
    if not is_frame and not is_matrix_of_cells:
        return X
    if X.shape[1] != 1:
        columns = f"the columns {list(X.columns)}" if is_frame else f"{X.shape[1]} columns"
        raise ValueError(
            f"modality {modality!r}: one column is expected, got {columns}; select one, or use "
            "MultimodalFusion"
        )
    return X.iloc[:, 0] if is_frame else X[:, 0]


def _cells_and_presence(column):
    present = None
    if isinstance(column, pd.Series):
        present, column = presence_mask(column).to_numpy(), column.array
    if isinstance(column, TensorArray):
        return column.tensor, column.present
    if isinstance(column, np.ndarray) and column.dtype.kind in "biufc":
        return column, np.ones(len(column), dtype=bool)
    cells = np.empty(len(column), dtype=object)
    for row, cell in enumerate(column):  # `cells[:] = column` would look inside equal arrays
        cells[row] = cell
    return cells, presence_mask(pd.Series(cells)).to_numpy() if present is None else present


def read_cells(read, cells, places, failures=None):
    """Yield ``read(cell)`` of each cell, None for a bad one if there is a list for `failures`."""
    for cell, place in zip(cells, places, strict=True):
        yield _read_cell(read, cell, place, failures)


def _read_cell(read, cell, place, failures):
    """Return ``read(cell)``; a :class:`ModalityError` is told its place, and raised or noted."""
    try:
        if isinstance(cell, np.ma.MaskedArray):
            raise ModalityError(
                "the cell is a masked array, whose mask would be lost; fill it first, for "
                "instance cell.filled(0), or replace the cell by None"
            )
        return read(cell)
    except ModalityError as error:
        failure = error.at(**place)
        if failures is None:
            raise failure from error.__cause__
        failures.append(failure)
        return None


class Extractor(TransformerMixin, BaseEstimator):
    """Base class of the transformers from one column of raw samples to a block of features.

    A subclass gives ``_modality`` (the name in errors where the column has none) and two methods:

    - ``_read(cell)`` returns the decoded and checked sample, or raises a :class:`ModalityError`
      without a place: the place is added here;
    - ``_extract(samples)`` returns one array per sample of the list it is given, all of one shape.
      A row may depend on its own sample only, to the last bit: no matrix products over the batch.

    and, where there is something to learn, ``_fit_samples(samples, rows)``, which returns a dict of
    fitted attributes. Think twice before adding anything to this class.

    One whose rows depend on its parameters and the sample only may have the parameters ``memory``
    and ``on_error``, and then takes its constraints from ``_cached_constraints``. A string in a cell
    is a path to it.
    ``_feature_version`` goes up when the rows change, and ``_learned`` names the fitted attributes
    that a row depends on.
    """

    _modality = "X"
    _feature_version = 1
    _learned = ()
    _null_row = np.nan  # what a null cell becomes; None where the block cannot hold it
    _dtype = np.float32

    _parameter_constraints = {
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    }
    _cached_constraints = {
        **_parameter_constraints,
        "on_error": [StrOptions({"raise", "missing"})],
        "memory": [str, os.PathLike, FeatureCache, None],
    }

    def fit(self, X, y=None):
        """Check the parameters, learn what there is to learn, and the shape of a row.

        Parameters
        ----------
        X : Series or sequence of n_samples cells
            Raw samples; null cells are skipped.
        y : Ignored

        Returns
        -------
        self : object

        Raises
        ------
        ModalityError
            If no sample is present, or one that is read cannot be used.
        """
        self._validate_params()
        samples = self._read_samples(X)
        rows = np.flatnonzero(samples.present)
        if len(rows) == 0:
            raise ModalityError("missing in every sample; drop the modality", modality=samples.name)
        with all_or_nothing(self):
            for name, value in self._fit_samples(samples, rows).items():
                setattr(self, name, value)
            self.block_shape_ = self._find_shape(samples, rows)
            self.n_features_out_ = int(np.prod(self.block_shape_))
            self._report_failures(samples)
        return self

    def transform(self, X):
        """Turn raw samples into rows of a block.

        Parameters
        ----------
        X : Series or sequence of n_samples cells
            Raw samples. A null cell gives a row of NaN, or an error where the block cannot hold it.

        Returns
        -------
        block : ndarray of shape (n_samples, ...)
            One row per sample, in the order of X.

        Raises
        ------
        ModalityError
            If a sample cannot be used; the error names the modality and the row. Extractors with a
            parameter ``on_error="missing"`` treat it as a null cell instead.
        """
        if self.__sklearn_tags__().requires_fit:
            check_is_fitted(self)
        else:
            self._validate_params()
        samples = self._read_samples(X)
        block, present = self._fill_block(samples)
        self._report_failures(samples)
        if block.ndim > 2 and _get_output_config("transform", self)["dense"] != "default":
            frame = make_frame(**{self._block_name: TensorArray(block, present)})
            return frame if samples.index is None else frame.set_axis(samples.index)
        return block

    def get_feature_names_out(self, input_features=None):
        """Name the columns of the block; a block of more than two dimensions is one column.

        Parameters
        ----------
        input_features : Ignored

        Returns
        -------
        feature_names_out : ndarray of str objects
        """
        check_is_fitted(self, "n_features_out_")
        if len(self.block_shape_) > 1:
            return np.array([self._block_name], dtype=object)
        return np.asarray(self._feature_names(), dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.requires_fit = False
        return tags

    @property
    def _block_name(self):
        return type(self).__name__.lower()

    def _feature_names(self):
        return [f"{self._block_name}{column}" for column in range(self.n_features_out_)]

    def _fit_samples(self, samples, rows):
        """Learn from the present `rows`; return the fitted attributes by name."""
        return {}

    def _hash_configuration(self):
        """Hash what a row depends on besides its sample; None where there is no cache."""
        params = self.get_params(deep=False)
        if params.get("memory") is None:
            return None
        for name in ("memory", "batch_size", "n_jobs", "verbose", "on_error"):
            params.pop(name, None)
        params |= {name: getattr(self, name, None) for name in self._learned}
        return hash_configuration(type(self), self._feature_version, params)

    def _read_samples(self, X):
        tolerates = getattr(self, "on_error", "raise") == "missing"
        return read_samples(X, self._modality)._replace(failures=[] if tolerates else None)

    def _fill_block(self, samples):
        """Return the block, and in which of its rows there are features."""
        self._refuse_null_cells(samples)
        rows, present = np.flatnonzero(samples.present), samples.present
        if hasattr(self, "block_shape_"):
            shape = self.block_shape_
        elif len(rows):
            shape = self._find_shape(samples, rows)
        else:
            raise ModalityError(
                "missing in every sample; fit the extractor first", modality=samples.name
            )
        block = np.empty((len(samples.cells), *shape), dtype=self._dtype)
        for chunk, values in self._extract_in_chunks(samples, rows, shape):
            block[chunk] = values
        if samples.failures:
            present = present.copy()
            present[[failure.row for failure in samples.failures]] = False
        block[~present] = 0 if self._null_row is None else self._null_row
        return block, present

    def _find_shape(self, samples, rows):
        """Extract samples until there is one that can be: all rows are of its shape."""
        configuration = self._hash_configuration()
        for row in rows:
            chunk = samples.take(np.array([row]))
            values, _, failures = _extract_chunk(self, chunk, None, configuration)
            if not failures:
                return values.shape[1:]
            samples.failures.extend(failures)
        raise samples.failures[0]

    def _extract_in_chunks(self, samples, rows, shape):
        chunks = [rows[a : a + self.batch_size] for a in range(0, len(rows), self.batch_size)]
        configuration = self._hash_configuration()
        extracted = self._make_parallel()(
            delayed(_extract_chunk)(self, samples.take(chunk), shape, configuration)
            for chunk in chunks
        )
        name, counts = type(self).__name__, Counter()
        with tqdm(total=len(rows), desc=name, unit=" samples", disable=not self.verbose) as bar:
            for chunk, (values, warned, failures) in zip(chunks, extracted, strict=True):
                yield chunk, values
                counts.update(warned)
                if failures:
                    samples.failures.extend(failures)
                bar.update(len(chunk))
        for (category, text), count in counts.items():  # once per call, and not once per row
            warnings.warn(f"modality {samples.name!r}: {text} ({count}x)", category, stacklevel=5)

    def _report_failures(self, samples):
        """List the bad cells in ``failures_``, each once, and warn of them."""
        if samples.failures is None:
            vars(self).pop("failures_", None)
            return
        by_row = {failure.row: failure for failure in samples.failures}
        self.failures_ = [by_row[row] for row in sorted(by_row)]
        if self.failures_:
            warnings.warn(
                f"{len(self.failures_)} of {len(samples.cells)} samples cannot be used and count as "
                f"missing; failures_ lists them. The first is {self.failures_[0]}",
                stacklevel=3,
            )

    def _make_parallel(self):
        try:
            return Parallel(n_jobs=self.n_jobs, return_as="generator")
        except ValueError as error:  # joblib's multiprocessing forks, and a fork after torch hangs
            raise ValueError(
                f"{type(self).__name__} cannot run on this joblib backend: {error}. Use "
                "joblib.parallel_config('loky')"
            ) from error

    def _refuse_null_cells(self, samples):
        if self._null_row is None and not samples.present.all():
            raise ModalityError(
                f"the cell is null, and {type(self).__name__} gives a block that cannot hold NaN; "
                "use it inside MultimodalFusion(missing=...)",
                **samples.place(np.flatnonzero(~samples.present)[0]),
            )


@contextmanager
def _record_warnings():
    """Collect warnings in a list; in threads they pass, for the filters belong to the process."""
    if current_thread() is not main_thread():
        yield []
        return
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught


def _extract_chunk(extractor, chunk, shape, configuration):
    """Read and extract some samples; this is what worker processes run.

    Returns
    -------
    rows : ndarray of shape (n_cells, ...)
        What is in the rows of bad cells does not count.
    warned : Counter
        How often each (category, text) was warned of: workers cannot warn the caller themselves.
    failures : list of ModalityError, or None
        The bad cells, where they are passed over.
    """
    with _record_warnings() as caught:
        rows = _fetch_rows(extractor, chunk, configuration)
    if chunk.failures:
        nothing = np.zeros(() if shape is None else shape)
        rows = [nothing if row is None else row for row in rows]
    shape = np.shape(rows[0]) if shape is None else shape
    if not (isinstance(rows, np.ndarray) and rows.shape[1:] == shape):  # spares the look at each
        _check_shapes(rows, chunk, shape)
    warned = Counter((warning.category, str(warning.message)) for warning in caught)
    return np.asarray(rows, dtype=extractor._dtype), warned, chunk.failures


def _check_shapes(rows, chunk, shape):
    for position, row in enumerate(rows):
        if np.shape(row) != shape:
            raise ModalityError(
                f"gives features of shape {np.shape(row)}, where {shape} is expected as in the "
                "other samples; bring the samples to one size and one number of channels, or, if "
                "parameters were set since, fit again",
                **chunk.place(position),
            )


def _fetch_rows(extractor, chunk, configuration):
    """Read and extract those samples whose rows are not in the cache of the extractor."""

    def extract(positions):
        cells = [chunk.cells[position] for position in positions]
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
        return extract(range(len(chunk.cells)))
    memory = extractor.memory
    cache = memory if isinstance(memory, FeatureCache) else FeatureCache(memory)
    digests = map(hash_sample, chunk.cells)
    keys = [
        position if digest is None else configuration + digest
        for position, digest in enumerate(digests)
    ]
    return cache.fetch(keys, extract_rows)
