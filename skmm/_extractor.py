"""What all extractors share: reading a column, batching, workers, progress, names. Nothing else."""

import warnings
from collections import Counter
from typing import NamedTuple

import numpy as np
import pandas as pd
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
    _get_output_config,
    all_or_nothing,
    refuse_dict,
)
from skmm.frame import make_frame, presence_mask


class Samples(NamedTuple):
    """The column of one modality: what is in the cells, and where they are."""

    cells: np.ndarray  # (n, ...) numbers of equal shape, or (n,) objects
    present: np.ndarray  # (n,) bool
    index: pd.Index | None  # labels of the rows, if X has any
    name: str  # the modality, for error messages

    def place(self, row):
        """Say where `row` is, as keywords of :meth:`ModalityError.at`."""
        index = None if self.index is None else self.index[row]
        return {"modality": self.name, "row": row, "index": index}


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
    if isinstance(X, str):
        raise ValueError(
            f"modality {modality!r}: iterable over raw samples expected, string object received; "
            "wrap a single sample in a list"
        )
    if issparse(X):
        raise TypeError(
            f"modality {modality!r}: a column of raw samples is expected, got a sparse matrix"
        )
    if isinstance(X, pd.DataFrame):
        if X.shape[1] != 1:
            raise ValueError(
                f"modality {modality!r}: one column is expected, got a frame with the columns "
                f"{list(X.columns)}; select one, or use MultimodalFusion"
            )
        X = X.iloc[:, 0]
    index = X.index if isinstance(X, pd.Series) else None
    name = X.name if isinstance(X, pd.Series) and isinstance(X.name, str) else modality
    cells, present = _cells_and_presence(X)
    if len(cells) == 0:
        raise ValueError(f"modality {name!r}: found 0 samples, a minimum of 1 is required")
    return Samples(cells, present, index, name)


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


def read_cells(read, cells, places):
    """Yield ``read(cell)`` of each cell; a :class:`ModalityError` is told its place."""
    for cell, place in zip(cells, places, strict=True):
        try:
            yield read(cell)
        except ModalityError as error:
            raise error.at(**place) from error.__cause__


class Extractor(TransformerMixin, BaseEstimator):
    """Base class of the transformers from one column of raw samples to a block of features.

    A subclass gives ``_modality`` (the name in errors where the column has none) and two methods:

    - ``_read(cell)`` returns the decoded and checked sample, or raises a :class:`ModalityError`
      without a place: the place is added here;
    - ``_extract(samples)`` returns one array per sample of the list it is given, all of one shape.
      A row may depend on its own sample only, to the last bit: no matrix products over the batch.

    and, where there is something to learn, ``_fit_samples(samples, rows)``, which returns a dict of
    fitted attributes. Think twice before adding anything to this class.
    """

    _modality = "X"
    _null_row = np.nan  # what a null cell becomes; None where the block cannot hold it
    _dtype = np.float32

    _parameter_constraints = {
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
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
        samples = read_samples(X, self._modality)
        rows = np.flatnonzero(samples.present)
        if len(rows) == 0:
            raise ModalityError("missing in every sample; drop the modality", modality=samples.name)
        with all_or_nothing(self):
            for name, value in self._fit_samples(samples, rows).items():
                setattr(self, name, value)
            self.block_shape_ = self._extract_rows(samples, rows[:1]).shape[1:]
            self.n_features_out_ = int(np.prod(self.block_shape_))
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
            If a sample cannot be used; the error names the modality and the row.
        """
        if self.__sklearn_tags__().requires_fit:
            check_is_fitted(self)
        else:
            self._validate_params()
        samples = read_samples(X, self._modality)
        block = self._fill_block(samples)
        if block.ndim > 2 and _get_output_config("transform", self)["dense"] != "default":
            frame = make_frame(**{self._block_name: TensorArray(block, samples.present)})
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

    def _fill_block(self, samples):
        self._refuse_null_cells(samples)
        rows = np.flatnonzero(samples.present)
        if hasattr(self, "block_shape_"):
            shape = self.block_shape_
        elif len(rows):
            shape = self._extract_rows(samples, rows[:1]).shape[1:]
        else:
            raise ModalityError(
                "missing in every sample; fit the extractor first", modality=samples.name
            )
        block = np.full(
            (len(samples.cells), *shape),
            0 if self._null_row is None else self._null_row,
            dtype=self._dtype,
        )
        for chunk, values in self._extract_in_chunks(samples, rows, shape):
            block[chunk] = values
        return block

    def _extract_rows(self, samples, rows, shape=None):
        places = [samples.place(row) for row in rows]
        values, _ = _extract_chunk(self, samples.cells[rows], places, shape)
        return values

    def _extract_in_chunks(self, samples, rows, shape):
        chunks = [rows[a : a + self.batch_size] for a in range(0, len(rows), self.batch_size)]
        blocks = Parallel(n_jobs=self.n_jobs, return_as="generator")(
            delayed(_extract_chunk)(
                self, samples.cells[chunk], [samples.place(row) for row in chunk], shape
            )
            for chunk in chunks
        )
        name, counts = type(self).__name__, Counter()
        with tqdm(total=len(rows), desc=name, unit=" samples", disable=not self.verbose) as bar:
            for chunk, (values, warned) in zip(chunks, blocks, strict=True):
                yield chunk, values
                counts.update(warned)
                bar.update(len(chunk))
        for (category, text), count in counts.items():  # once per call, and not once per row
            warnings.warn(f"modality {samples.name!r}: {text} ({count}x)", category, stacklevel=5)

    def _refuse_null_cells(self, samples):
        if self._null_row is None and not samples.present.all():
            raise ModalityError(
                f"the cell is null, and {type(self).__name__} gives a block that cannot hold NaN; "
                "use it inside MultimodalFusion(missing=...)",
                **samples.place(np.flatnonzero(~samples.present)[0]),
            )


def _extract_chunk(extractor, cells, places, shape):
    """Read and extract some samples; this is what worker processes run.

    Returns
    -------
    rows : ndarray of shape (n_cells, ...)
    warned : Counter
        How often each (category, text) was warned of: workers cannot warn the caller themselves.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        rows = extractor._extract(list(read_cells(extractor._read, cells, places)))
    shape = np.shape(rows[0]) if shape is None else shape
    for row, place in zip(rows, places, strict=True):
        if np.shape(row) != shape:
            raise ModalityError(
                f"gives features of shape {np.shape(row)}, where {shape} is expected as in the "
                "other samples; bring the samples to one size",
                **place,
            )
    warned = Counter((warning.category, str(warning.message)) for warning in caught)
    return np.asarray(rows, dtype=extractor._dtype), warned
