"""One transformer per modality, and their blocks fused into one."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn import config_context
from sklearn.base import TransformerMixin, clone
from sklearn.utils import Bunch, check_consistent_length, indexable
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.validation import check_is_fitted

from skmm._extractor import Extractor
from skmm._validation import (
    HasMethods,
    Integral,
    ModalityError,
    StrOptions,
    _raise_for_params,
    all_or_nothing,
)
from skmm.fusion._columns import refuse_absent
from skmm.fusion._early.block_fusion import block_fusions_in
from skmm.fusion._early.blocks import (
    Block,
    as_values,
    check_finite,
    check_shape,
    empty_block,
    leave_out_nan,
    spec_of,
    spread,
    to_frame,
)
from skmm.fusion._early.concat import ConcatFusion
from skmm.fusion._early.missing import fill_blocks, learn_fill
from skmm.fusion._members import MemberComposition

INDICATOR = "missingindicator"


class Extracted(NamedTuple):
    """Blocks of samples; a fusion takes it in place of the samples.

    Inspection keeps it while it takes modalities away.
    """

    blocks: dict  # Block by modality, with its gaps
    index: pd.Index | None


class MultimodalFusion(TransformerMixin, MemberComposition):
    """Turn every modality into a block of features, and fuse the blocks.

    The multimodal ColumnTransformer: each member is fitted on the column of its modality, in the rows
    where that modality is present, and never sees a null cell.

    Parameters
    ----------
    transformers : list of (modality, transformer) or (modality, transformer, columns)
        `modality` is a name; it is also the name of the column unless `columns` says otherwise, with
        a name, a number, a slice, or a list of names or numbers; a modality of several columns is
        missing where all of them are null. `transformer` is an extractor of
        skmm, any scikit-learn transformer, ``"drop"`` or ``"passthrough"``. A transformer gets the
        samples of a tensor column as an ndarray, several columns as a DataFrame, anything else
        as a Series.
    fusion : "concat", transformer of blocks, or None, default="concat"
        ``"concat"`` is ``ConcatFusion()``: standardized columns side by side. A transformer of blocks,
        such as :class:`CanonicalFusion` or ``make_pipeline(ConcatFusion(), PCA(10))``, is given a
        DataFrame of tensor columns; its parameters are ``fusion__...``. None keeps the blocks apart, as
        the columns of a DataFrame, for a deep estimator.
    missing : {"error", "mean", "zero", "nan"} or imputer of blocks, default="error"
        What becomes of a missing modality: an error; the training mean of its block; zeros; or NaN,
        which for ``fusion=None`` and for transformers of blocks means that the cell stays null: the
        block fusions of skmm mask it. An imputer is a transformer from a DataFrame of blocks to one
        without null cells.
    add_indicator : bool, default=False
        Whether to append one column per modality that is 1 where it is missing.
    n_jobs : int, default=None
        Number of members to run at the same time. Results do not depend on it.
    verbose : bool, default=False
        Whether to print the time that each member takes.

    Attributes
    ----------
    transformers_ : list of tuple
        The fitted members, in the form of `transformers`, without those that are dropped.
    named_transformers_ : Bunch
        Fitted transformers by modality.
    fusion_ : object or None
        The fitted fusion.
    output_slices_ : dict
        The columns of each modality in the output; only where they can be told apart, with
        ``fusion="concat"``, None, or a fusion that has them.
    n_features_in_, feature_names_in_
        Number and names of the columns that are used.

    See Also
    --------
    LateFusionClassifier : One classifier per modality instead.
    skmm.nn.DeepFusionClassifier : Takes the blocks of ``fusion=None``.

    Notes
    -----
    Columns are selected by name, so X may have them in any order, and more of them. A plain numeric X
    works as well: give the columns of each modality by number, or one modality for all of them.
    A sparse block stays sparse in a concatenation, which then is sparse as a whole.

    A sample that an extractor with ``on_error="missing"`` cannot use is a missing modality; the
    ``failures_`` of the fitted extractor tell why.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skmm import MultimodalFusion
    >>> from skmm.datasets import make_keypad_digits
    >>> from skmm.image import HOGExtractor
    >>> from skmm.text import BagOfWordsVectorizer
    >>> X, y = make_keypad_digits(100, missing={"text": 0.1}, random_state=0)
    >>> fusion = MultimodalFusion(
    ...     [("image", HOGExtractor(size=(32, 32))), ("text", BagOfWordsVectorizer())], missing="mean"
    ... )
    >>> fusion.fit_transform(X[:70]).shape
    (70, 361)
    >>> early = make_pipeline(fusion, LogisticRegression()).fit(X[:70], y[:70])
    >>> early.score(X[70:], y[70:]) > 0.5
    True
    """

    _members_parameter = "transformers"
    _missing_hint = (
        'set missing="mean" or "zero", or "nan" for an estimator that takes NaN or masks null cells'
    )
    _parameter_constraints = {
        "transformers": [list],
        "fusion": [StrOptions({"concat"}), HasMethods(["fit", "transform"]), None],
        "missing": [
            StrOptions({"error", "mean", "zero", "nan"}),
            HasMethods(["fit", "transform"]),
        ],
        "add_indicator": ["boolean"],
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        transformers,
        *,
        fusion="concat",
        missing="error",
        add_indicator=False,
        n_jobs=None,
        verbose=False,
    ):
        self.transformers = transformers
        self.fusion = fusion
        self.missing = missing
        self.add_indicator = add_indicator
        self.n_jobs = n_jobs
        self.verbose = verbose

    def fit(self, X, y=None, **params):
        """Fit the members, each on the rows that have its modality, and the fusion.

        Parameters
        ----------
        X : DataFrame with one column per modality, or {array-like, sparse matrix} of numbers
        y : array-like of shape (n_samples,), default=None
            Targets, given to every member and to the fusion.
        **params : dict
            Metadata for the members and the fusion that request it; needs metadata routing.
            :class:`ConcatFusion` requests ``groups``.

        Returns
        -------
        self : object

        Raises
        ------
        ModalityError
            If a modality is missing in every row, a sample cannot be used, or a cell is null and
            ``missing="error"``.
        """
        self._fit(X, y, params)
        return self

    def fit_transform(self, X, y=None, **params):
        """Fit, and return the fused training samples; the features are computed once.

        Parameters
        ----------
        X : DataFrame with one column per modality, or {array-like, sparse matrix} of numbers
        y : array-like of shape (n_samples,), default=None
        **params : dict
            Metadata as in :meth:`fit`.

        Returns
        -------
        Z : ndarray, CSR array or DataFrame of n_samples rows
            See :meth:`transform`.
        """
        return self._fit(X, y, params)

    def transform(self, X):
        """Turn every modality into its block, and fuse them.

        Parameters
        ----------
        X : DataFrame with one column per modality, or {array-like, sparse matrix} of numbers

        Returns
        -------
        Z : ndarray, CSR array or DataFrame of n_samples rows
            What the fusion makes of the blocks. With ``fusion=None`` a DataFrame with one tensor
            column per modality and the index of X.
        """
        check_is_fitted(self)
        blocks, index = X if isinstance(X, Extracted) else self._extract(X)
        return self._fuse(blocks, fill_blocks(self.fill_, blocks), index)

    def get_feature_names_out(self, input_features=None):
        """Name the output columns: ``modality__feature``, or the modalities with ``fusion=None``.

        Parameters
        ----------
        input_features : Ignored

        Returns
        -------
        feature_names_out : ndarray of str objects
        """
        check_is_fitted(self)
        if self.fusion_ is None:
            return np.array(list(self.output_slices_), dtype=object)
        names = list(self.fusion_.get_feature_names_out())
        if self.add_indicator:
            names += [f"{INDICATOR}_{member.modality}" for member in self.transformers_]
        return np.array(names, dtype=object)

    @property
    def named_transformers_(self):
        """Fitted transformers by modality."""
        check_is_fitted(self)
        return Bunch(**{member.modality: member.estimator for member in self.transformers_})

    def get_metadata_routing(self):
        """Say which metadata goes where: to members and fusion, in ``fit`` and ``fit_transform``.

        Returns
        -------
        routing : MetadataRouter
        """
        router = MetadataRouter(owner=self)
        mapping = MethodMapping().add(caller="fit", callee="fit")
        mapping.add(caller="fit_transform", callee="fit")
        for modality, transformer in self._named_members:
            if not isinstance(transformer, str):
                router.add(**{modality: transformer}, method_mapping=mapping)
        if not (self.fusion is None or isinstance(self.fusion, str)):
            router.add(fusion=self.fusion, method_mapping=mapping)
        return router

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = self._all_members_accept("sparse")
        passes_nan = self._asks_for("nan") and self._all_members_accept("allow_nan")
        tags.input_tags.allow_nan = passes_nan
        return tags

    def _fit(self, X, y, params):
        self._validate_params()
        _raise_for_params(params, self, "fit")
        with all_or_nothing(self):
            self._keep_policy()
            members = self._check_members(("drop", "passthrough"))
            _refuse_predictors(members)
            self._check_indicator(members)
            X = self._read_X(X, members, reset=True, allow_nan=not self._is_missing("error"))
            columns = self._read_columns(X, members)
            for member, column in zip(members, columns, strict=True):
                refuse_absent(column, member.modality)
            if y is not None:
                (y,) = indexable(y)
                check_consistent_length(columns[0].present, y)
            routed = process_routing(self, "fit", **params)
            fit_params = {
                member.modality: {}
                if isinstance(member.estimator, str)
                else routed[member.modality]["fit"]
                for member in members
            }
            fitted = self._run(_fit_transform_rows, members, columns, X, y, fit_params)
            transformers, values = zip(*fitted, strict=True)
            self.transformers_ = [
                member._replace(estimator=transformer)
                for member, transformer in zip(members, transformers, strict=True)
            ]
            self._block_specs = None
            blocks = self._collect(self.transformers_, values, columns, X)
            self._block_specs = {modality: spec_of(block) for modality, block in blocks.items()}
            self.fill_ = learn_fill(self.missing, blocks)
            filled = fill_blocks(self.fill_, blocks)
            self._fit_fusion(blocks, filled, y, X, routed)
            return self._fuse(blocks, filled, getattr(X, "index", None))

    def _check_indicator(self, members):
        if self.add_indicator and any(member.modality == INDICATOR for member in members):
            raise ValueError(
                f"no modality can be called {INDICATOR!r} with add_indicator=True, which adds columns of "
                "that name"
            )

    def _read_columns(self, X, members):
        """As the base, but whole numbers of a plain matrix that are passed through become floats."""
        columns = super()._read_columns(X, members)
        return [
            column.as_floats() if isinstance(member.estimator, str) else column
            for member, column in zip(members, columns, strict=True)
        ]

    def _extract(self, X):
        """What the members make of X: what is costly in transform."""
        check_is_fitted(self)
        members = self.transformers_
        X = self._read_X(X, members, reset=False, allow_nan=not self._is_missing("error"))
        columns = self._read_columns(X, members)
        values = self._run(_transform_rows, members, columns, X)
        return Extracted(self._collect(members, values, columns, X), getattr(X, "index", None))

    def _collect(self, members, values, columns, X):
        """Blocks of all rows by modality; one missing everywhere takes the form it had in fit."""
        blocks = {}
        for member, rows, column in zip(members, values, columns, strict=True):
            if rows is None:
                block = empty_block(self._block_specs[member.modality], len(column.present))
            else:
                block = spread(rows, column.present)
                if _passes_over_bad_samples(member.estimator):
                    block = leave_out_nan(block)
                    self._refuse_bad_samples(block, column, member.modality, X)
                if self._block_specs is not None:
                    check_shape(block, self._block_specs[member.modality].shape, member.modality)
            if not self._is_missing("nan"):
                check_finite(block, member.modality, getattr(X, "index", None))
            blocks[member.modality] = block
        return blocks

    def _refuse_bad_samples(self, block, column, modality, X):
        """Say that a sample which a member passed over is missing, if no cell may be."""
        bad = np.flatnonzero(column.present & ~block.present)
        if len(bad) and self._is_missing("error"):
            index = getattr(X, "index", None)
            raise ModalityError(
                f'the sample cannot be used and counts as missing, and missing="error"; '
                f"{self._missing_hint}",
                modality=modality,
                row=bad[0],
                index=None if index is None else index[bad[0]],
            )

    def _fit_fusion(self, blocks, filled, y, X, routed):
        vars(self).pop("output_slices_", None)  # of an earlier fit
        if self.fusion is None:
            self.fusion_ = None
            names = [*blocks, INDICATOR] if self.add_indicator else blocks
            self.output_slices_ = {name: slice(j, j + 1) for j, name in enumerate(names)}
            return
        is_default = isinstance(self.fusion, str)
        self.fusion_ = ConcatFusion() if is_default else clone(self.fusion)
        params = {} if is_default else routed["fusion"]["fit"]
        for part in block_fusions_in(self.fusion_):
            part._keep_modalities(list(blocks), [name for name, _ in self._named_members])
        if isinstance(self.fusion_, ConcatFusion):
            # Gaps and all: scales come from present rows only.
            self.fusion_._fit_blocks(blocks, y, **params)
        else:
            with config_context(transform_output="default"):
                self.fusion_.fit(to_frame(filled, getattr(X, "index", None)), y, **params)
        for part in block_fusions_in(self.fusion_):
            part._name_columns({m.modality: self._feature_names(m) for m in self.transformers_})
        if hasattr(self.fusion_, "output_slices_"):
            self.output_slices_ = self.fusion_.output_slices_

    def _fuse(self, blocks, filled, index):
        missing = np.column_stack([~block.present for block in blocks.values()])
        if self.fusion_ is None:
            if self.add_indicator:
                indicator = missing.astype(np.float32)
                filled = {**filled, INDICATOR: Block(indicator, np.ones(len(missing), dtype=bool))}
            return to_frame(filled, index)
        if isinstance(self.fusion_, ConcatFusion):
            fused = self.fusion_._transform_blocks(filled)
            if self._is_missing("nan"):
                fused = _put_nan(fused, blocks, self.output_slices_)
        else:
            with config_context(transform_output="default"):
                fused = self.fusion_.transform(to_frame(filled, index))
        return _append_columns(fused, missing) if self.add_indicator else fused

    def _feature_names(self, member):
        width = int(np.prod(self._block_specs[member.modality].shape))
        try:
            names = member.estimator.get_feature_names_out()
        except AttributeError:  # a step of a pipeline may know no names
            names = []
        if len(names) != width:  # a block of images is one column
            names = range(width)
        return [f"{member.modality}__{name}" for name in names]


def _refuse_predictors(members):
    for modality, estimator, _ in members:
        # Some have fit_transform only, such as TSNE.
        gives_a_block = hasattr(estimator, "transform") or hasattr(estimator, "fit_transform")
        if not (isinstance(estimator, str) or gives_a_block):
            raise ValueError(
                f"modality {modality!r}: {type(estimator).__name__} has no transform, so it gives no block "
                "of features; put classifiers and regressors behind the fusion, as in "
                "make_pipeline(MultimodalFusion(transformers), classifier), or into a late fusion"
            )


def _fit_transform_rows(member, rows, y, params):
    if member.estimator == "passthrough":
        return "passthrough", _pass_through(rows)
    transformer = clone(member.estimator)
    if hasattr(transformer, "fit_transform"):
        output = transformer.fit_transform(rows, y, **params)
    else:
        output = transformer.fit(rows, y, **params).transform(rows)
    return transformer, as_values(output, rows.shape[0])


def _transform_rows(member, rows, y, params):
    if member.estimator == "passthrough":
        return _pass_through(rows)
    output = member.estimator.transform(rows)
    return as_values(output, rows.shape[0])


def _passes_over_bad_samples(estimator):
    """Whether a member, or a step of it, has ``on_error="missing"``."""
    if isinstance(estimator, Extractor):  # which has no steps, and get_params takes its time
        return getattr(estimator, "on_error", None) == "missing"
    params = {} if isinstance(estimator, str) else estimator.get_params()
    return any(
        name.rpartition("__")[2] == "on_error" and isinstance(value, str) and value == "missing"
        for name, value in params.items()
    )


def _pass_through(rows):
    if isinstance(rows, pd.Series):  # numbers and tensors come as arrays
        raise ValueError(
            "it is passed through, and its cells are no features yet; give it an extractor or "
            "vectorizer"
        )
    return as_values(rows, rows.shape[0])


def _put_nan(fused, blocks, slices):
    for modality, block in blocks.items():
        if block.present.all():
            continue
        if sparse.issparse(fused):
            raise ValueError(
                f"modality {modality!r} is missing in some rows, and a sparse concatenation cannot "
                'hold NaN; set missing="mean" or "zero", or reduce the sparse block first'
            )
        fused[~block.present, slices[modality]] = np.nan
    return fused


def _append_columns(fused, columns):
    if sparse.issparse(fused):
        return sparse.hstack([fused, sparse.csr_array(columns.astype(fused.dtype))], format="csr")
    return np.hstack([fused, columns.astype(fused.dtype)])
