"""Errors and checks used everywhere; the only door to scikit-learn's private helpers."""

from collections.abc import Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from numbers import Integral, Real

import numpy as np
import pandas as pd
from scipy.sparse import issparse
from sklearn.base import _fit_context
from sklearn.metrics._scorer import _BaseScorer
from sklearn.model_selection._search import BaseSearchCV as _BaseSearchCV
from sklearn.utils import _safe_indexing, check_random_state
from sklearn.utils._indexing import _get_column_indices
from sklearn.utils._metadata_requests import _raise_for_params, _routing_enabled
from sklearn.utils._param_validation import (
    HasMethods,
    Interval,
    Options,
    RealNotInt,
    StrOptions,
    validate_params,
)
from sklearn.utils._repr_html.estimator import _VisualBlock
from sklearn.utils._set_output import _get_output_config
from sklearn.utils._user_interface import _print_elapsed_time
from sklearn.utils.metaestimators import _BaseComposition
from sklearn.utils.validation import (
    _check_method_params,
    _check_sample_weight,
    _check_y,
    validate_data,
)

__all__ = [
    "HasMethods",
    "Integral",
    "Interval",
    "ModalityError",
    "Options",
    "Real",
    "RealNotInt",
    "StrOptions",
    "_BaseComposition",
    "_BaseScorer",
    "_BaseSearchCV",
    "_VisualBlock",
    "_check_method_params",
    "_check_sample_weight",
    "_check_y",
    "_fit_context",
    "_get_column_indices",
    "_get_output_config",
    "_print_elapsed_time",
    "_raise_for_params",
    "_routing_enabled",
    "_safe_indexing",
    "all_or_nothing",
    "did_you_mean",
    "draw_seed",
    "import_tree_classes",
    "is_null",
    "refuse_dict",
    "refuse_empty",
    "validate_data",
    "validate_params",
]


class ModalityError(ValueError):
    """A cell or a column of one modality cannot be used.

    Parameters
    ----------
    message : str
        What is wrong, what was expected, and the way out.
    modality : str, default=None
        Name of the modality.
    row : int, default=None
        Position of the sample in X, counted from 0.
    index : hashable, default=None
        Label of the sample in the index of X.

    Attributes
    ----------
    message, modality, row, index
        The parameters.

    Examples
    --------
    >>> from skmm import ModalityError
    >>> print(ModalityError("no samples", modality="audio", row=3, index="cat_07"))
    modality 'audio', row 3 (index 'cat_07'): no samples
    """

    def __init__(self, message, *, modality=None, row=None, index=None):
        super().__init__(message)
        self.message = message
        self.modality = modality
        self.row = None if row is None else int(row)
        # As the user sees it: 7, and not np.int64(7).
        self.index = index.item() if isinstance(index, np.generic) else index

    def __str__(self):
        place = []
        if self.modality is not None:
            place.append(f"modality {self.modality!r}")
        if self.row is not None:
            label = "" if self.index is None else f" (index {self.index!r})"
            place.append(f"row {self.row}{label}")
        return f"{', '.join(place)}: {self.message}" if place else self.message

    def __reduce__(self):
        # Exceptions pickle by their positional arguments: without this a worker's message is lost.
        place = {"modality": self.modality, "row": self.row, "index": self.index}
        return _rebuild_modality_error, (type(self), self.message, place)

    def at(self, *, modality=None, row=None, index=None):
        """Return the same error at another place; what is not given stays as it was."""
        return type(self)(
            self.message,
            modality=self.modality if modality is None else modality,
            row=self.row if row is None else row,
            index=self.index if index is None else index,
        )


def _rebuild_modality_error(cls, message, place):
    return cls(message, **place)


def make_rng(random_state):
    """Turn a `random_state` into a generator, and leave numpy's global one alone.

    Parameters
    ----------
    random_state : int, RandomState instance or None
        As in scikit-learn, but None takes a generator that is seeded by the operating system:
        ``check_random_state(None)`` would hand out numpy's global one, and move it.

    Returns
    -------
    rng : RandomState
    """
    return np.random.RandomState() if random_state is None else check_random_state(random_state)


def draw_seed(random_state):
    """Draw a seed for what has generators of its own.

    Parameters
    ----------
    random_state : int, RandomState instance or None
        As :func:`make_rng` takes it.

    Returns
    -------
    seed : int
        Below 2**31 - 1.
    """
    return int(make_rng(random_state).randint(np.iinfo(np.int32).max))


def import_tree_classes():
    """Import the classes in which scikit-learn keeps the nodes of trees, for those who need them."""
    from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor
    from sklearn.tree._tree import Tree

    return Tree, TreePredictor


def is_null(cell):
    """Tell whether a single cell is null: ``None``, ``NaN``, ``pd.NA`` or ``pd.NaT``.

    For whole columns use :func:`skmm.frame.presence_mask`.
    """
    return cell is None or (pd.api.types.is_scalar(cell) and bool(pd.isna(cell)))


def refuse_dict(X):
    """Raise a TypeError if X is a dict, whose keys scikit-learn would count as samples."""
    # scipy's dok arrays are dicts too, but they know their shape.
    if isinstance(X, Mapping) and not issparse(X):
        raise TypeError(
            f"X is a dict of {len(X)} modalities, and scikit-learn would count its keys as samples; "
            "use make_frame(**X)"
        )


def refuse_empty(X):
    """Raise a ValueError if a frame has no samples, in the words of scikit-learn."""
    if len(X) == 0:
        raise ValueError(f"Found 0 sample(s) (shape={X.shape}) while a minimum of 1 is required.")


def did_you_mean(name, names):
    """Return the end of an error message that suggests the nearest of `names`, if one is near."""
    near = get_close_matches(str(name), [str(other) for other in names], n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


@contextmanager
def all_or_nothing(estimator):
    """Leave `estimator` as it was if its fit fails or is interrupted.

    ``validate_data(reset=True)`` writes ``n_features_in_`` before anything is fitted, so assigning
    attributes last is not enough.
    """
    before = dict(vars(estimator))
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise
