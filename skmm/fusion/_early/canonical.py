"""Directions in which modalities agree, and the code that they share."""

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from skmm._input import select_columns
from skmm._threads import one_thread
from skmm._validation import Integral, Interval, Real, StrOptions, did_you_mean
from skmm.frame import make_frame
from skmm.fusion._early.block_fusion import (
    BlockFusion,
    as_matrices,
    common_dtype,
    read_blocks,
    value_of_each,
)
from skmm.fusion._early.blocks import Block, check_shape
from skmm.fusion._early.canonical_weights import canonical_weights
from skmm.fusion._early.row_products import row_products
from skmm.fusion._early.scales import ColumnScale, apply_scale, column_scale


class CanonicalFusion(BlockFusion):
    r"""Keep what modalities agree on: canonical correlation analysis of any number of blocks.

    Each block :math:`X_m` is centered and gets directions :math:`W_m`, so that the scores
    :math:`T_m = X_m W_m` of all modalities agree as much as they can; their mean is the fused block.
    With S the covariance of all columns, D its diagonal blocks, and w the stacked directions,

    .. math:: (S - D)\, w = \lambda\, D_k\, w, \qquad D_k = (1 - k)\, D + k\, I .

    For two modalities and k = 0 the eigenvalues :math:`\lambda` are the canonical correlations [1]_;
    for more the sum of all correlations between scores is largest [2]_.

    Parameters
    ----------
    n_components : int, default=10
        Number of components, at most the second largest rank of the blocks: beyond it no two
        modalities could agree.
    method : {"mcca", "rcca", "pls", "gcca"}, default="rcca"
        Which problem is solved:

        - ``"mcca"``: the one above with k = 0, which needs many more rows than columns;
        - ``"rcca"``: k = `regularization` [3]_;
        - ``"pls"``: k = 1, the directions of largest covariance, as partial least squares;
        - ``"gcca"``: a consensus G close to what each modality can say of it [4]_: the first
          eigenvectors of :math:`\sum_m X_m (X_m' X_m + k I)^{-1} X_m'`, with
          :math:`W_m = (X_m' X_m + k I)^{-1} X_m' G`.
    regularization : float in [0, 1] or dict, default=0.1
        The k of ``"rcca"`` and ``"gcca"``, for all modalities or by modality. With ``"gcca"`` it adds
        to sums over rows, so it counts less the more rows there are.
    scale : bool, default=True
        Whether to divide columns by their standard deviation; k means little without it.
    merge : {"mean", "sum", "concat"}, default="mean"
        What becomes of the scores: their mean over the modalities present, that mean times M, or all
        side by side.

    Attributes
    ----------
    eigenvalues_ : ndarray of shape (n_components,)
        The :math:`\lambda`, from the largest.
    correlations_ : ndarray of shape (n_components, n_modalities, n_modalities)
        Correlations between the scores of the modalities, by component, in the training rows that
        have both; 0 where a score does not vary.
    weights_ : dict of ndarray of shape (n_columns, n_components)
        The :math:`W_m` by modality; they multiply centered (and scaled) columns.
    means_, scales_ : dict of ndarray of shape (n_columns,)
        What is subtracted from the columns, and what they are divided by then. The scale of a
        constant column is infinite.
    output_slices_ : dict
        The columns of each modality in the output; only with ``merge="concat"``.
    n_features_in_, feature_names_in_
        Number of columns of X, and their names.

    See Also
    --------
    ConcatFusion : Keeps what only one modality knows as well.
    sklearn.cross_decomposition.CCA : Two blocks without missing cells, one of them as y.

    Notes
    -----
    Directions are scaled to :math:`w' D_k w = M`, which for two modalities and k = 0 makes the
    variance of all scores 1. The sign is that which makes the largest entry of w positive.

    *Missing cells.* Means, scales and the blocks of D come from the rows that have the modality,
    covariances between modalities from the rows that have both. Rows of ``"gcca"`` count where they
    are present, with weights M over the number of modalities present. A score that is missing is left
    out of the mean, and is 0 in ``merge="concat"``; without any modality a row is 0, the code of an
    average row, and teaches nothing.

    *One modality* has nothing to agree with. Its components are its principal axes, scaled as above:
    whitened for k = 0, plain scores of :class:`~sklearn.decomposition.PCA` for k = 1.

    What only one modality knows is dropped, by design. Compare with :class:`ConcatFusion` before use in
    a classifier.

    References
    ----------
    .. [1] H. Hotelling, "Relations between two sets of variates", Biometrika 28, 1936.
    .. [2] J. R. Kettenring, "Canonical analysis of several sets of variables", Biometrika 58(3), 1971.
    .. [3] H. D. Vinod, "Canonical ridge and econometrics of joint production", Journal of Econometrics
       4(2), 1976.
    .. [4] J. D. Carroll, "Generalization of canonical correlation analysis to three or more sets of
       variables", Proceedings of the American Psychological Association, 1968.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm import make_frame
    >>> from skmm.fusion import CanonicalFusion
    >>> rng = np.random.default_rng(0)
    >>> shared = rng.normal(size=(100, 1))
    >>> blocks = make_frame(
    ...     image=np.hstack([shared, rng.normal(size=(100, 4))]),
    ...     audio=np.hstack([rng.normal(size=(100, 3)), shared]),
    ... )
    >>> fusion = CanonicalFusion(1).fit(blocks)
    >>> code = fusion.transform(blocks)
    >>> bool(abs(np.corrcoef(code[:, 0], shared[:, 0])[0, 1]) > 0.99)
    True
    >>> np.abs(fusion.weights_["image"][:, 0]).argmax(), np.abs(fusion.weights_["audio"][:, 0]).argmax()
    (np.int64(0), np.int64(3))
    """

    _parameter_constraints = {
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "method": [StrOptions({"mcca", "rcca", "pls", "gcca"})],
        "regularization": [Interval(Real, 0, 1, closed="both"), dict],
        "scale": ["boolean"],
        "merge": [StrOptions({"mean", "sum", "concat"})],
    }

    def __init__(
        self, n_components=10, *, method="rcca", regularization=0.1, scale=True, merge="mean"
    ):
        self.n_components = n_components
        self.method = method
        self.regularization = regularization
        self.scale = scale
        self.merge = merge

    def transform_modality(self, X, modality):
        """Compute the scores of one modality, which needs no other.

        Parameters
        ----------
        X : DataFrame with a column of that name, or the block itself, (n_samples, n_features)
            A block is a TensorArray, a Series, or an array.
        modality : str or None
            Name of the modality; None where the fusion was fitted on a plain matrix.

        Returns
        -------
        scores : ndarray of shape (n_samples, n_components)
            0 where the modality is missing.

        Raises
        ------
        ValueError
            If there is no such modality.
        """
        check_is_fitted(self)
        if modality not in self.weights_:
            raise ValueError(
                f"no modality {modality!r}, they are {list(self.weights_)}"
                + did_you_mean(modality, self.weights_)
            )
        if modality is None:
            blocks = self._read(X, reset=False)
        else:
            X = X if isinstance(X, pd.DataFrame) else make_frame(**{modality: X})
            blocks = read_blocks(select_columns(X, [modality]), self._block_specs)
            check_shape(blocks[modality], self._block_specs[modality].shape, modality)
        blocks = as_matrices(blocks)
        return self._scores(blocks)[modality].astype(common_dtype(blocks), copy=False)

    def get_feature_names_out(self, input_features=None):
        """Name the output columns ``canonicalfusion0``..., or ``modality__0``... side by side.

        Parameters
        ----------
        input_features : Ignored

        Returns
        -------
        feature_names_out : ndarray of str objects
        """
        check_is_fitted(self)
        numbers = range(len(self.eigenvalues_))
        prefixes = ["canonicalfusion"]
        if self._is_side_by_side():
            prefixes = [f"{modality}__" for modality in self.weights_]
        return np.array([f"{prefix}{k}" for prefix in prefixes for k in numbers], dtype=object)

    def _is_side_by_side(self):
        return self.merge == "concat" and None not in self.weights_

    def _learn(self, blocks, y):
        self._column_scales = {
            modality: _scale_columns(block.values[block.present], self.scale)
            for modality, block in blocks.items()
        }
        given = {"mcca": 0.0, "pls": 1.0}.get(self.method, self.regularization)
        shrinkage = value_of_each(given, list(blocks), "regularization")
        _check_shrinkage(shrinkage)
        with one_thread():
            self.eigenvalues_, self.weights_ = canonical_weights(
                self._scaled(blocks),
                self.method,
                {modality: shrinkage[modality] for modality in blocks},
                self.n_components,
            )
        self.means_ = {modality: scale.center for modality, scale in self._column_scales.items()}
        with np.errstate(divide="ignore"):
            self.scales_ = {m: 1 / scale.factor for m, scale in self._column_scales.items()}
        self.correlations_ = _correlations(self._scores(blocks), blocks)
        vars(self).pop("output_slices_", None)  # of an earlier fit
        if self.merge == "concat":
            self.output_slices_ = {
                modality: slice(number * self.n_components, (number + 1) * self.n_components)
                for number, modality in enumerate(blocks)
            }
        return self

    def _fuse(self, blocks):
        scores = self._scores(blocks)
        if self.merge == "concat":
            fused = np.hstack(list(scores.values()))
        else:
            n_present = np.sum([block.present for block in blocks.values()], axis=0)
            fused = sum(scores.values()) / np.maximum(n_present, 1)[:, np.newaxis]
            fused = fused * len(blocks) if self.merge == "sum" else fused
        return fused.astype(common_dtype(blocks), copy=False)

    def _scaled(self, blocks):
        """Centered float64 blocks, 0 where a modality is missing."""
        return {
            modality: Block(
                apply_scale(
                    Block(block.values.astype(np.float64), block.present),
                    self._column_scales[modality],
                ),
                block.present,
            )
            for modality, block in blocks.items()
        }

    def _scores(self, blocks):
        with one_thread():
            return {
                modality: row_products(block.values, self.weights_[modality])
                for modality, block in self._scaled(blocks).items()
            }


def _scale_columns(rows, scale):
    rows = rows.astype(np.float64)
    if not scale:
        mean = rows.mean(axis=0)
        return ColumnScale(mean, mean, np.ones_like(mean))
    learned, _ = column_scale(rows, "standard", 1.0)
    # With the divisor n - 1, so that D is 1 on its diagonal.
    return learned._replace(factor=learned.factor * np.sqrt((len(rows) - 1) / len(rows)))


def _check_shrinkage(shrinkage):
    for modality, k in shrinkage.items():
        if not (isinstance(k, Real) and 0 <= k <= 1):
            raise ValueError(
                f"regularization of modality {modality!r} is {k!r}; give a number from 0 to 1"
            )


def _correlations(scores, blocks):
    """Correlations between the scores of modalities, (n_components, M, M)."""
    matrices = list(scores.values())
    present = [block.present for block in blocks.values()]
    found = np.empty((matrices[0].shape[1], len(matrices), len(matrices)))
    for i, one in enumerate(matrices):
        for j, other in enumerate(matrices[: i + 1]):
            shared = present[i] & present[j]
            found[:, i, j] = found[:, j, i] = _correlate(one[shared], other[shared])
    return found


def _correlate(one, other):
    """Correlations of columns with columns, 0 where one is constant."""
    if len(one) == 0:
        return np.zeros(one.shape[1])
    one, other = one - one.mean(axis=0), other - other.mean(axis=0)
    product = (one * other).sum(axis=0)
    norm = np.sqrt(np.square(one).sum(axis=0) * np.square(other).sum(axis=0))
    return np.divide(product, norm, out=np.zeros_like(product), where=norm > 0)
