"""Put blocks side by side after making them comparable."""

import numpy as np
from scipy import sparse
from sklearn.utils.validation import check_is_fitted

from skmm._validation import StrOptions
from skmm.fusion._early.block_fusion import BlockFusion
from skmm.fusion._early.scales import apply_scale, column_scale
from skmm.fusion._early.skill import skill_of_block
from skmm.fusion._weights import check_weights, share_gains


class ConcatFusion(BlockFusion):
    r"""Put the blocks of all modalities side by side, on comparable scales.

    Raw blocks differ by orders of magnitude (gradients in [0, 1], cepstra in hundreds), and a plain
    concatenation then serves the loudest. Each column is standardized, each block :math:`X_m`
    divided by a number :math:`c_m` of its own, and weighted:
    :math:`Z = [\sqrt{w_1} X_1 / c_1 \mid \ldots \mid \sqrt{w_M} X_M / c_M]`. With the root, the linear
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
        cross-validation (balanced accuracy of logistic regression, or R2 of ridge regression where y
        holds numbers). A search over weights is one over ``multimodalfusion__fusion__weights``.

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

    For ``weights="cv"``, a y of floats is read as numbers, unless it holds at most 20 different whole
    ones, which are classes as those of any other type are. Where no class has five samples, there are
    fewer folds.

    The folds of ``weights="cv"`` tear groups, such as speakers, apart unless `fit` is given them.
    Groups are requested by default, so with ``sklearn.set_config(enable_metadata_routing=True)`` they
    come from ``cross_validate(..., params={"groups": groups})`` through any pipeline; without it,
    groups of an outer split stay outside.

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

    # The folds of weights="cv" get groups whenever they are routed; who forgets to ask would leak.
    __metadata_request__fit = {"groups": True}

    def __init__(self, *, scaling="standard", weights=None):
        self.scaling = scaling
        self.weights = weights

    def fit(self, X, y=None, groups=None):
        """Learn the scales, and the weights where they are to be learned.

        Parameters
        ----------
        X : DataFrame of tensor columns, or {array-like, sparse matrix} of shape (n_samples, n_features)
            Blocks by modality, or one block.
        y : array-like of shape (n_samples,), default=None
            Targets; only ``weights="cv"`` needs them.
        groups : array-like of shape (n_samples,), default=None
            Group of each sample, such as its speaker; the folds of ``weights="cv"`` keep groups whole.

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
        return self._fit(X, y, groups=groups)

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
        return super().transform(X)

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
        names = [name for modality in self._block_specs for name in self._column_names(modality)]
        return np.array(names, dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.target_tags.required = isinstance(self.weights, str)
        return tags

    def _learn(self, blocks, y, groups=None):
        present = {modality: block.values[block.present] for modality, block in blocks.items()}
        scores = None
        if isinstance(self.weights, str):
            scores = {
                modality: skill_of_block(rows, y, groups, blocks[modality].present)
                for modality, rows in present.items()
            }
        weights = self._resolve_weights(list(blocks), scores)
        self.block_scales_, self._column_scales, self.output_slices_ = {}, {}, {}
        start = 0
        for modality, rows in present.items():
            weight = 1.0 if weights is None else weights[modality]
            scale, divisor = column_scale(rows, self.scaling, weight)
            self.block_scales_[modality], self._column_scales[modality] = divisor, scale
            self.output_slices_[modality] = slice(start, start := start + rows.shape[1])
        self.weights_ = weights
        vars(self).pop("scores_", None)  # of an earlier fit
        if scores is not None:
            self.scores_ = {modality: score for modality, (score, _) in scores.items()}
        return self

    def _fuse(self, blocks):
        scaled = [apply_scale(block, self._column_scales[m]) for m, block in blocks.items()]
        if any(sparse.issparse(values) for values in scaled):
            return sparse.hstack([sparse.csr_array(values) for values in scaled], format="csr")
        return scaled[0] if len(scaled) == 1 else np.concatenate(scaled, axis=1)

    def _resolve_weights(self, modalities, scores):
        """Weights by modality with sum 1, or None."""
        if self.weights is None:
            return None
        if scores is not None:
            gains = {modality: score - chance for modality, (score, chance) in scores.items()}
            return share_gains(gains, f"no modality predicts y better than chance ({scores})")
        return share_gains(check_weights(self.weights, modalities))
