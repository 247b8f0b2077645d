"""Put blocks side by side after making them comparable."""

import warnings

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_consistent_length
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted

from skmm._input import holds_modalities, name_columns, select_columns
from skmm._validation import StrOptions, all_or_nothing, validate_data
from skmm.fusion._blocks import Block, check_finite, check_shape, frame_to_blocks, is_token_ids
from skmm.fusion._scales import apply_scale, column_scale
from skmm.fusion._weights import check_weights


class ConcatFusion(TransformerMixin, BaseEstimator):
    r"""Put the blocks of all modalities side by side, on comparable scales.

    Raw blocks differ by orders of magnitude (gradients in [0, 1], cepstra in hundreds), and a plain
    concatenation then serves the loudest. Each column is standardized, each block :math:`X_m`
    divided by a number :math:`c_m` of its own, and weighted:
    :math:`Z = [\sqrt{w_1} X_1 / c_1 \mid \dots \mid \sqrt{w_M} X_M / c_M]`. With the root, the linear
    kernel of Z is :math:`\sum_m w_m K_m`.

    Parameters
    ----------
    scaling : {"standard", "sqrt_dim", "frobenius", "mfa"} or None, default="standard"
        What :math:`c_m` is, for a block of n present rows and d columns:

        - ``"standard"``: 1, so every column has variance 1; for linear models;
        - ``"sqrt_dim"``: the root of d, so every block has total variance 1;
        - ``"frobenius"``: the Frobenius norm over the root of n; as ``"sqrt_dim"``, but constant
          columns do not count;
        - ``"mfa"``: the largest singular value over the root of n, as in multiple factor analysis
          [1]_, so that no block owns the first axis; for neighbors and radial kernels.

        ``None`` leaves the blocks as they are. Sparse blocks are scaled but not centered.
    weights : dict, array-like of shape (n_modalities,) or "cv", default=None
        Weights of the modalities, at least 0; they are divided by their sum. None does not weight.
        ``"cv"`` takes what each modality is worth alone: its score minus chance in 5-fold
        cross-validation (balanced accuracy of logistic regression, or R2 of ridge regression).

    Attributes
    ----------
    weights_ : dict or None
        Weights by modality, with sum 1.
    scores_ : dict
        Cross-validated score of each modality alone; only with ``weights="cv"``.
    block_scales_ : dict
        The :math:`c_m` by modality.
    output_slices_ : dict
        The columns of each modality in the output.
    n_features_in_, feature_names_in_
        Number of columns of X, and their names.

    See Also
    --------
    MultimodalFusion : Make the blocks and fuse them.

    Notes
    -----
    Statistics are computed in float64 from the rows in which the modality is present. A missing cell
    becomes the training mean of its block, which is 0 after centering. A block of more than two
    dimensions is flattened. In a plain numeric X all columns are one block.

    References
    ----------
    .. [1] B. Escofier and J. Pages, "Multiple factor analysis (AFMULT package)", Computational
       Statistics & Data Analysis 18(1), 1994.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm import make_frame
    >>> from skmm.fusion import ConcatFusion
    >>> blocks = make_frame(image=np.eye(4, 3), audio=[[1e3, 1e4], [2e3, 0], None, [0, 5e4]])
    >>> ConcatFusion(scaling="sqrt_dim").fit_transform(blocks).round(1)
    array([[ 1. , -0.3, -0.3,  0. , -0.3],
           [-0.3,  1. , -0.3,  0.9, -0.7],
           [-0.3, -0.3,  1. ,  0. ,  0. ],
           [-0.3, -0.3, -0.3, -0.9,  1. ]])
    """

    _parameter_constraints = {
        "scaling": [StrOptions({"standard", "sqrt_dim", "frobenius", "mfa"}), None],
        "weights": [dict, "array-like", StrOptions({"cv"}), None],
    }

    def __init__(self, *, scaling="standard", weights=None):
        self.scaling = scaling
        self.weights = weights

    def fit(self, X, y=None):
        """Learn the scales, and the weights where they are to be learned.

        Parameters
        ----------
        X : DataFrame of tensor columns, or {array-like, sparse matrix} of shape (n_samples, n_features)
            Blocks by modality, or one block.
        y : array-like of shape (n_samples,), default=None
            Targets; only ``weights="cv"`` needs them.

        Returns
        -------
        self : object

        Raises
        ------
        ModalityError
            If a modality is missing in every row, or a present cell holds NaN or infinity.
        ValueError
            If the weights do not fit the modalities.
        """
        self._validate_params()
        with all_or_nothing(self):
            return self._fit_blocks(self._read(X, reset=True), y)

    def transform(self, X):
        """Scale the blocks and put them side by side.

        Parameters
        ----------
        X : DataFrame of tensor columns, or {array-like, sparse matrix} of shape (n_samples, n_features)
            Blocks by modality, or one block.

        Returns
        -------
        Z : {ndarray, CSR array} of shape (n_samples, n_features_out)
            The fused block: float32 if every block is, else float64; sparse if any block is.
        """
        check_is_fitted(self)
        return self._transform_blocks(self._read(X, reset=False))

    def get_feature_names_out(self, input_features=None):
        """Name the output columns ``modality__column``; those of a plain X keep their names.

        Parameters
        ----------
        input_features : Ignored

        Returns
        -------
        feature_names_out : ndarray of str objects
        """
        check_is_fitted(self)
        if list(self.output_slices_) == [None]:
            names = [f"x{column}" for column in range(self.n_features_in_)]
            return np.asarray(getattr(self, "feature_names_in_", names), dtype=object)
        return np.array(
            [
                f"{modality}__{column}"
                for modality, part in self.output_slices_.items()
                for column in range(part.stop - part.start)
            ],
            dtype=object,
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.target_tags.required = isinstance(self.weights, str)
        return tags

    def _read(self, X, reset):
        is_frame = holds_modalities(X)
        if not reset and is_frame == (None in self.output_slices_):
            kinds = ("a plain matrix", "a frame of blocks")
            raise ValueError(
                f"ConcatFusion was fitted on {kinds[not is_frame]}, and X is {kinds[is_frame]}"
            )
        if not is_frame:
            X = validate_data(
                self, X, reset=reset, accept_sparse="csr", dtype=[np.float64, np.float32]
            )
            return {None: Block(X, np.ones(X.shape[0], dtype=bool))}
        X = name_columns(X, None if reset else self.feature_names_in_)
        X = X if reset else select_columns(X, self.feature_names_in_)
        validate_data(self, X, reset=reset, skip_check_array=True)
        blocks = frame_to_blocks(X)
        for modality, block in blocks.items():
            check_finite(block, modality, X.index)
        return blocks

    def _fit_blocks(self, blocks, y):
        """Fit on blocks by name; MultimodalFusion comes in here, for tensor columns cannot be sparse."""
        if y is not None:
            check_consistent_length(next(iter(blocks.values())).present, y)
        present = {
            modality: _as_matrix(block, modality)[block.present]
            for modality, block in blocks.items()
        }
        scores = None
        if isinstance(self.weights, str):
            scores = {m: _skill(rows, y, blocks[m].present) for m, rows in present.items()}
        weights = self._resolve_weights(list(blocks), scores)
        self.block_scales_, self._column_scales, self.output_slices_ = {}, {}, {}
        self._block_shapes = {m: block.values.shape[1:] for m, block in blocks.items()}
        start = 0
        for modality, rows in present.items():
            weight = 1.0 if weights is None else weights[modality]
            scale, divisor = column_scale(rows, self.scaling, weight)
            self.block_scales_[modality], self._column_scales[modality] = divisor, scale
            self.output_slices_[modality] = slice(start, start := start + rows.shape[1])
        self.weights_ = weights
        if scores is not None:
            self.scores_ = {modality: score for modality, (score, _) in scores.items()}
        return self

    def _transform_blocks(self, blocks):
        for modality, block in blocks.items():
            check_shape(block, self._block_shapes[modality], modality)
        scaled = [
            apply_scale(Block(_as_matrix(block, m), block.present), self._column_scales[m])
            for m, block in blocks.items()
        ]
        if any(sparse.issparse(values) for values in scaled):
            return sparse.hstack([sparse.csr_array(values) for values in scaled], format="csr")
        return scaled[0] if len(scaled) == 1 else np.concatenate(scaled, axis=1)

    def _resolve_weights(self, modalities, scores):
        """Weights by modality with sum 1, or None."""
        if self.weights is None:
            return None
        if scores is not None:
            return _weights_of_skill(scores)
        weights = check_weights(self.weights, modalities)
        total = sum(weights.values())
        return {modality: weight / total for modality, weight in weights.items()}


def _weights_of_skill(scores):
    gain = {modality: max(0.0, score - chance) for modality, (score, chance) in scores.items()}
    total = sum(gain.values())
    if total == 0:
        warnings.warn(
            f"no modality predicts y better than chance ({scores}); all weights are equal",
            stacklevel=4,
        )
        return dict.fromkeys(gain, 1 / len(gain))
    return {modality: value / total for modality, value in gain.items()}


def _skill(rows, y, present):
    """Cross-validated score of one block alone, and the score of knowing nothing."""
    if y is None:
        raise ValueError('weights="cv" learns from y, and y is None; give y, or other weights')
    y = np.asarray(y)[present]
    scaler = StandardScaler(with_mean=not sparse.issparse(rows))
    if type_of_target(y) == "continuous":
        model, scoring, chance = Ridge(), "r2", 0.0
    else:
        model, scoring = LogisticRegression(max_iter=1000), "balanced_accuracy"
        chance = 1 / len(np.unique(y))
    scores = cross_val_score(make_pipeline(scaler, model), rows, y, cv=5, scoring=scoring)
    return float(scores.mean()), chance


def _as_matrix(block, modality):
    """A block as an (n, d) matrix of floats."""
    values = block.values
    if not sparse.issparse(values):
        if values.ndim == 3 and np.isnan(values[block.present]).any():
            raise ValueError(
                f"modality {modality!r} gives sequences of several lengths, padded with NaN, and a "
                "concatenation needs features of one width; summarize them (pool= of the extractor), "
                "or keep the blocks apart for a deep estimator (fusion=None)"
            )
        if is_token_ids(values):
            raise ValueError(
                f"modality {modality!r} gives integers, which are token ids and have no scale; use a "
                "bag of words here, keep the ids for a deep estimator (fusion=None), or make counts "
                "floats"
            )
        values = values.reshape(len(values), int(np.prod(values.shape[1:])))
    return values if values.dtype.kind == "f" else values.astype(np.float64)
