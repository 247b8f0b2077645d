"""What all extractors share: a column of raw samples in, a block of features out."""

import os
import warnings

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from skmm._extraction import Extraction
from skmm._samples import read_samples
from skmm._tensor import TensorArray
from skmm._validation import (
    Integral,
    Interval,
    ModalityError,
    StrOptions,
    _get_output_config,
    all_or_nothing,
)
from skmm.cache import FeatureCache
from skmm.cache._keys import hash_configuration, hash_sample
from skmm.frame import make_frame


class Extractor(TransformerMixin, BaseEstimator):
    """Base class of the transformers from one column of raw samples to a block of features.

    A subclass gives ``_modality`` (the name in errors where the column has none) and two methods:

    - ``_read(cell)`` returns the decoded and checked sample, or raises a :class:`ModalityError`
      without a place: the place is added here;
    - ``_extract(samples)`` returns one array per sample of the list it is given, all of one shape.
      A row may depend on its own sample only, to the last bit: no matrix products over the batch.

    and, where there is something to learn, ``_fit_samples(samples, rows)``, which returns a dict of
    fitted attributes. Where many cells can be read sooner than one by one, ``_read_batch`` does it.
    Think twice before adding anything to this class.

    One whose rows depend on its parameters and the sample only may have a parameter ``memory``, with
    ``_memory_constraints``; one that reads files has ``on_error`` too, and ``_file_constraints``.
    ``_hash_sample`` tells cells apart; a string in a cell is a path to it, unless this is
    :func:`hash_text`.
    ``_feature_version`` goes up when the rows change, ``_learned`` names the fitted attributes that a
    row depends on, and ``_unkeyed`` the parameters that it does not depend on.
    """

    _modality = "X"
    _feature_version = 1
    _learned = ()
    _unkeyed = ("memory", "batch_size", "n_jobs", "verbose", "on_error")
    _hash_sample = staticmethod(hash_sample)
    _null_row = np.nan  # what a null cell becomes; None where the block cannot hold it
    _dtype = np.float32

    _parameter_constraints = {
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    }
    _memory_constraints = {
        **_parameter_constraints,
        "memory": [str, os.PathLike, FeatureCache, None],
    }
    _file_constraints = {
        **_memory_constraints,
        "on_error": [StrOptions({"raise", "missing"})],
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
            self.block_shape_ = Extraction(self, samples).find_shape(rows)
            self.n_features_out_ = int(np.prod(self.block_shape_))
            self._report_failures(samples, stacklevel=3)
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
        self._report_failures(samples, stacklevel=4)  # scikit-learn wraps this method
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

    def _read_batch(self, cells):
        """Read many cells at once, if it can be done; see ``_read``.

        Parameters
        ----------
        cells : ndarray of shape (n_cells, ...) of numbers, or of shape (n_cells,) of objects

        Returns
        -------
        samples : sequence, or None
            None has the cells read one by one, and so has a ModalityError or TypeError raised here or in
            ``_extract``: this is how the bad one is found.
        """
        return

    def _hash_configuration(self):
        """Hash what a row depends on besides its sample; None where there is no cache."""
        if getattr(self, "memory", None) is None:
            return None
        params = self.get_params(deep=False)
        for name in self._unkeyed:
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
        extraction = Extraction(self, samples)
        if hasattr(self, "block_shape_"):
            shape = self.block_shape_
        elif len(rows):
            shape = extraction.find_shape(rows)
        else:
            raise ModalityError(
                "missing in every sample; fit the extractor first", modality=samples.name
            )
        block = np.empty((len(samples.cells), *shape), dtype=self._dtype)
        extraction.fill(block, rows)
        if samples.failures:
            present = present.copy()
            present[[failure.row for failure in samples.failures]] = False
        block[~present] = 0 if self._null_row is None else self._null_row
        return block, present

    def _report_failures(self, samples, stacklevel):
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
                stacklevel=stacklevel,
            )

    def _refuse_null_cells(self, samples):
        if self._null_row is None and not samples.present.all():
            raise ModalityError(
                f"the cell is null, and {type(self).__name__} gives a block that cannot hold NaN; "
                "use it inside MultimodalFusion(missing=...)",
                **samples.place(np.flatnonzero(~samples.present)[0]),
            )
