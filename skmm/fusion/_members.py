"""Members: the (modality, estimator, columns) triples inside a fusion, and how they are run."""

from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
from joblib import effective_n_jobs
from scipy.sparse import issparse
from sklearn import config_context
from sklearn.utils import get_tags
from sklearn.utils.parallel import Parallel, delayed

from skmm._input import holds_modalities, name_columns, select_columns
from skmm._validation import (
    ModalityError,
    _BaseComposition,
    _check_method_params,
    _print_elapsed_time,
    _safe_indexing,
    _VisualBlock,
    did_you_mean,
    refuse_empty,
    validate_data,
)
from skmm.fusion._columns import column_names, read_column, refuse_null


class Member(NamedTuple):
    """One entry of ``transformers`` or ``estimators``; `columns` is the modality's name unless given."""

    modality: str
    estimator: object
    columns: object


class MemberComposition(_BaseComposition):
    """``get_params`` and ``set_params`` that reach into the members, as in ColumnTransformer.

    A subclass says in ``_members_parameter`` which of its parameters holds the members, and in
    ``_missing_hint`` what else its parameter ``missing`` could be than "error".
    """

    def get_params(self, deep=True):
        """Get the parameters, and those of the members by ``modality__parameter``.

        Parameters
        ----------
        deep : bool, default=True
            Whether to include the parameters of the members.

        Returns
        -------
        params : dict
        """
        return self._get_params("_named_members", deep=deep)

    def set_params(self, **params):
        """Set parameters; ``modality=estimator`` replaces a member.

        Parameters
        ----------
        **params : dict
            Parameters by name, as :meth:`get_params` lists them.

        Returns
        -------
        self : object
        """
        if self._members_parameter in params:  # first, for the others may reach into new members
            setattr(self, self._members_parameter, params.pop(self._members_parameter))
        try:
            return self._set_params("_named_members", **params)
        except ValueError as error:
            self._refuse_unknown_names(params, error)
            raise

    def _refuse_unknown_names(self, params, error):
        """Say which modalities there are: scikit-learn lists the parameters only."""
        members = [name for name, _ in self._named_members]
        known = [*members, *self.get_params(deep=False)]
        for key in params:
            name = key.partition("__")[0]
            if name not in known:
                raise ValueError(
                    f"Invalid parameter {key!r} for {type(self).__name__}: {name!r} is neither one of its "
                    f"modalities {members} nor one of its parameters" + did_you_mean(name, known)
                ) from error

    @property
    def _named_members(self):
        members = getattr(self, self._members_parameter)
        try:
            return [(modality, estimator) for modality, estimator, *_ in members]
        except (TypeError, ValueError, AttributeError):  # nonsense is for fit to complain about
            return members

    @_named_members.setter
    def _named_members(self, pairs):
        members = getattr(self, self._members_parameter)
        renewed = [(*pair, *columns) for pair, (_, _, *columns) in zip(pairs, members, strict=True)]
        setattr(self, self._members_parameter, renewed)

    def _check_members(self, special):
        """Validate the members; return those that are not dropped.

        `special` are the strings allowed in place of an estimator, "drop" among them.
        """
        parameter = self._members_parameter
        members = getattr(self, parameter)
        if not members:
            raise ValueError(f"{parameter} is empty; give a list of (modality, estimator) pairs")
        for member in members:
            if not isinstance(member, tuple | list) or len(member) not in (2, 3):
                raise ValueError(
                    f"{parameter} holds {member!r}; every entry is (modality, estimator) or "
                    "(modality, estimator, columns)"
                )
            if not isinstance(member[0], str):
                raise TypeError(
                    f"{parameter} holds {member!r}, and {member[0]!r} is no name; every entry "
                    "is (modality, estimator), or (name, estimator, columns) for columns by number"
                )
            if isinstance(member[1], str) and member[1] not in special:
                raise ValueError(
                    f"{parameter} holds {member[1]!r} for modality {member[0]!r}; expected an "
                    f"estimator or one of {special}"
                )
            if not isinstance(member[1], str) and not hasattr(member[1], "fit"):
                raise ValueError(
                    f"{parameter} holds {member[1]!r} for modality {member[0]!r}, which has no fit"
                )
        self._validate_names([member[0] for member in members])
        self._check_estimators_are_instances([member[1] for member in members])
        full = [
            Member(name, estimator, *(columns or [name])) for name, estimator, *columns in members
        ]
        kept = [member for member in full if not _is(member.estimator, "drop")]
        if not kept:
            raise ValueError(f"every modality is dropped; keep at least one entry of {parameter}")
        return kept

    def _all_members_accept(self, kind):
        """Whether every member's tags say that it takes ``"sparse"`` or ``"allow_nan"`` input."""
        try:
            estimators = [estimator for _, estimator in self._named_members]
            return all(
                isinstance(estimator, str) or getattr(get_tags(estimator).input_tags, kind)
                for estimator in estimators
            )
        except (TypeError, ValueError):  # nonsense is for fit to complain about
            return False

    def _read_X(self, X, members, *, reset, allow_nan):
        """Return X as a frame of modalities or as a numeric matrix (or frame), checked.

        Columns are selected by name, so their order and further ones do not matter. A numeric X
        has no such freedom: it must look as it did in fit, as everywhere in scikit-learn. A frame of
        nothing but NaN looks numeric, and what it is was seen in fit.
        """
        holds = holds_modalities(X)
        if reset:
            self._saw_modalities = holds
        if not (holds or (self._saw_modalities and isinstance(X, pd.DataFrame))):
            finite = "allow-nan" if allow_nan else True
            checked = validate_data(
                self, X, reset=reset, accept_sparse="csr", ensure_all_finite=finite
            )
            names = getattr(self, "feature_names_in_", None)
            if names is None or issparse(checked):
                return checked
            index = X.index if isinstance(X, pd.DataFrame) else None
            return pd.DataFrame(checked, columns=names, index=index, copy=False)
        wanted = column_names(self.__dict__[self._members_parameter])
        X = name_columns(X, wanted)
        used = column_names(members)
        if used is not None:
            X = select_columns(X, used)
        refuse_empty(X)
        if reset or used is None:  # else the names have just been looked at
            validate_data(self, X, reset=reset, skip_check_array=True)
        return X

    def _keep_policy(self):
        """Remember what becomes of missing modalities: a parameter set later waits for the next fit."""
        self._policy = self.missing if isinstance(self.missing, str) else None

    def _is_missing(self, policy):
        return self._policy == policy

    def _asks_for(self, policy):
        """As :meth:`_is_missing`, for the next fit."""
        return isinstance(self.missing, str) and self.missing == policy

    def _read_columns(self, X, members):
        """What each member is given; null cells are refused if ``missing="error"``."""
        columns = [read_column(X, member, len(members)) for member in members]
        if self._is_missing("error"):
            for member, column in zip(members, columns, strict=True):
                refuse_null(column, member.modality, getattr(X, "index", None), self._missing_hint)
        return columns

    def _run(self, function, members, columns, X, y=None, params=None):
        """Call `function` for every member on its present rows, several at a time if asked to.

        `params` holds the metadata of each member by modality.
        """
        message = "(%s) processing" if self.verbose else None
        tasks = (
            partial(
                run_on_present_rows,
                function,
                member,
                column,
                y,
                {} if params is None else params[member.modality],
                index=getattr(X, "index", None),
                message=message and message % member.modality,
            )
            for member, column in zip(members, columns, strict=True)
        )
        if effective_n_jobs(self.n_jobs) == 1:  # joblib takes its time to do one after the other
            return [task() for task in tasks]
        return Parallel(n_jobs=self.n_jobs)(delayed(task)() for task in tasks)

    def _sk_visual_block_(self):
        names, estimators = zip(*self._named_members, strict=True)
        members = getattr(self, self._members_parameter)
        details = [str(member[2] if len(member) > 2 else member[0]) for member in members]
        return _VisualBlock("parallel", estimators, names=names, name_details=details)


def run_on_present_rows(function, member, column, y, params, *, index, message=None):
    """Call ``function(member, rows, y, params)`` for the rows in which the modality is present.

    This is what worker processes run. Metadata and y are cut to the same rows, and the place in a
    ModalityError is translated back to X.

    Returns
    -------
    result : object
        What `function` returns; None if the modality is missing in every row.
    """
    positions = np.flatnonzero(column.present)
    if len(positions) == 0:
        return None
    n_samples = len(column.present)
    where = slice(None) if len(positions) == n_samples else positions
    rows = column.rows(where)
    y = y if y is None else _safe_indexing(y, positions)
    params = _check_method_params(np.empty((n_samples, 0)), params, indices=positions)
    try:
        # Members give arrays whatever the user wants of the outermost transformer.
        with config_context(transform_output="default"), _print_elapsed_time("skmm", message):
            return function(member, rows, y, params)
    except ModalityError as error:
        place = _place_in_X(error, positions, index)
        raise ModalityError(error.message, modality=member.modality, **place) from error.__cause__
    except (ValueError, TypeError) as error:
        if type(error) not in (ValueError, TypeError):  # a subclass may take other arguments
            raise
        raise type(error)(f"modality {member.modality!r}: {error}{_advise(error, rows)}") from error


def _advise(error, rows):
    """What to add to an error of scikit-learn if a member was given strings in place of numbers."""
    if not isinstance(rows, pd.Series) or not str(error).startswith("could not convert string"):
        return ""
    return (
        ". Its cells are strings, and the estimator takes numbers; put before it what makes some of them: "
        "make_pipeline(BagOfWordsVectorizer(), estimator) for texts, HOGExtractor() for paths of pictures, "
        f"or OneHotEncoder() for categories, with the column in a list: (name, pipeline, [{rows.name!r}])"
    )


def _place_in_X(error, positions, index):
    """Row and label in X of a sample that the member knows by its row among `positions`.

    A member may split its rows once more. Then only the label tells which sample it was.
    """
    if error.row is None:
        return {"row": None, "index": None}
    row = positions[error.row] if error.row < len(positions) else None
    label = None if index is None or row is None else index[row]
    if error.index is None or index is None or error.index == label:
        return {"row": row, "index": label}
    matches = np.flatnonzero(index == error.index)
    return {"row": matches[0] if len(matches) == 1 else None, "index": error.index}


def _is(value, word):
    return isinstance(value, str) and value == word
