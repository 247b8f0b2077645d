"""One kernel per modality, added with weights."""

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin

from skmm._threads import one_thread
from skmm._validation import Interval, Real, StrOptions
from skmm.fusion._early.base_kernels import divide_by_roots, kernel_matrix, self_kernel
from skmm.fusion._early.block_fusion import BlockFusion, value_of_each
from skmm.fusion._early.blocks import Block, fill
from skmm.fusion._early.kernel_weights import alignment, easymkl_gains
from skmm.fusion._early.target_columns import encode_targets
from skmm.fusion._weights import check_weights, share_gains

KERNELS = ("linear", "rbf", "cosine", "poly")


class KernelFusion(ClassNamePrefixFeaturesOutMixin, BlockFusion):
    r"""Add one kernel per modality, for a learner of precomputed kernels.

    :math:`K = \sum_m w_m K_m`, where :math:`\sum_m w_m = 1`: multiple kernel learning [1]_. The output
    has one column per training sample, for ``SVC(kernel="precomputed")`` as the next step of a
    pipeline, and for kernel ridge regression or Gaussian processes alike.

    Parameters
    ----------
    method : {"mean", "cka", "easymkl"}, default="mean"
        Where the weights come from:

        - ``"mean"``: they are given by `weights`, or equal, which is hard to beat;
        - ``"cka"``: how well each kernel agrees with that of the targets, Y (one column of zeros and
          ones per class, or numbers as they are), by centered alignment [2]_:
          :math:`\langle H K_m H, H Y Y' H \rangle / (|H K_m H|\, |H Y Y' H|)`, :math:`H = I - 11'/n`;
        - ``"easymkl"``: how far each kernel keeps the classes apart [3]_,
          :math:`(Yg)' K_m (Yg)` for the :math:`g \ge 0` that sums to 1 on each class and minimizes
          :math:`(1 - r)\, g' Y (\sum_m K_m) Y g + r\, g'g`, Y the labels -1 and 1 on a diagonal and
          r = `reg`; of more than two classes each against the rest, and the weights averaged.
    kernel : {"linear", "rbf", "cosine", "poly"} or dict, default="rbf"
        The kernel, for all modalities or by modality: :math:`\langle x, x' \rangle`,
        :math:`\exp(-\gamma |x - x'|^2)`, the cosine, or :math:`(\gamma \langle x, x' \rangle + 1)^3`.
    gamma : "scale", float above 0, or dict, default="scale"
        The :math:`\gamma` of ``"rbf"`` and ``"poly"``, for all modalities or by modality; ``"scale"``
        is one over the number of columns times the variance of the block.
    weights : dict or array-like of shape (n_modalities,), default=None
        Weights of the modalities for ``method="mean"``, at least 0; they are divided by their sum.
        None is equal weights.
    normalize : bool, default=True
        Whether kernels, and their sum, are divided by the roots of self-kernels,
        :math:`K_{ij} / \sqrt{K_{ii} K_{jj}}`, so that no modality counts more for its size. A zero
        self-kernel gives zeros.
    reg : float in (0, 1], default=0.1
        The r of ``"easymkl"``; with 1 all samples of a class count alike.

    Attributes
    ----------
    weights_ : dict of float
        Weights by modality, with sum 1.
    gammas_ : dict of float
        The :math:`\gamma` by modality.
    n_features_in_, feature_names_in_
        Number of columns of X, and their names.

    See Also
    --------
    ConcatFusion : With weights w, its linear kernel is the weighted sum of linear kernels.
    sklearn.svm.SVC : Takes the output with ``kernel="precomputed"``.

    Notes
    -----
    A y of floats is read as numbers, unless it holds at most 20 different whole ones, which are classes
    as those of any other type are.

    Scale the columns first, by a scaler in each member. The training samples are kept, and the fused
    block has as many columns; X itself is no kernel, so the tag `pairwise` is False. It is float64
    whatever the blocks are. A row does not depend on its batch, to the bit: kernels are found row by
    row, in about four times the time of :func:`sklearn.metrics.pairwise.rbf_kernel`.

    *Missing cells.* A missing modality is a zero vector: with A the presence of modalities,
    :math:`K_{ij} = \sum_m w_m A_{im} A_{jm} K_{m,ij}`, normalized afterwards, which is positive
    semidefinite like any kernel; a mean over the modalities that two samples share is not. A row
    without any modality is 0. Alignments are those of the rows that have the modality.

    References
    ----------
    .. [1] M. Goenen and E. Alpaydin, "Multiple kernel learning algorithms", JMLR 12, 2011.
    .. [2] C. Cortes, M. Mohri and A. Rostamizadeh, "Algorithms for learning kernels based on centered
       alignment", JMLR 13, 2012.
    .. [3] F. Aiolli and M. Donini, "EasyMKL: a scalable multiple kernel learning algorithm",
       Neurocomputing 169, 2015.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.svm import SVC
    >>> from skmm import make_frame
    >>> from skmm.fusion import KernelFusion
    >>> rng = np.random.default_rng(0)
    >>> y = np.arange(60) % 2
    >>> blocks = make_frame(
    ...     image=rng.normal(size=(60, 5)) + 2 * y[:, None], audio=rng.normal(size=(60, 8))
    ... )
    >>> model = make_pipeline(KernelFusion(method="cka"), SVC(kernel="precomputed"))
    >>> model.fit(blocks[:40], y[:40]).score(blocks[40:], y[40:]) > 0.9
    True
    >>> model[0].transform(blocks[40:]).shape
    (20, 40)
    >>> bool(model[0].weights_["image"] > 0.8)
    True
    """

    _parameter_constraints = {
        "method": [StrOptions({"mean", "cka", "easymkl"})],
        "kernel": [StrOptions(set(KERNELS)), dict],
        "gamma": [StrOptions({"scale"}), Interval(Real, 0, None, closed="neither"), dict],
        "weights": [dict, "array-like", None],
        "normalize": ["boolean"],
        "reg": [Interval(Real, 0, 1, closed="right")],
    }

    def __init__(
        self,
        *,
        method="mean",
        kernel="rbf",
        gamma="scale",
        weights=None,
        normalize=True,
        reg=0.1,
    ):
        self.method = method
        self.kernel = kernel
        self.gamma = gamma
        self.weights = weights
        self.normalize = normalize
        self.reg = reg

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = self.method != "mean"
        tags.transformer_tags.preserves_dtype = []
        return tags

    @property
    def _n_features_out(self):
        return len(next(iter(self._training.values())).present)

    def _learn(self, blocks, y):
        kernels = value_of_each(self.kernel, list(blocks), "kernel")
        gammas = value_of_each(self.gamma, list(blocks), "gamma")
        for modality in blocks:
            _check_kernel(modality, kernels[modality], gammas[modality])
        self._kernels = {modality: kernels[modality] for modality in blocks}
        self._training = _without_gaps(blocks)
        self.gammas_ = {m: _resolve_gamma(gammas[m], block) for m, block in self._training.items()}
        with one_thread():
            self.weights_ = self._learn_weights(y)
        return self

    def _fuse(self, blocks):
        blocks = _without_gaps(blocks)
        with one_thread():
            fused = sum(
                self.weights_[modality] * self._kernel_of(block, modality)
                for modality, block in blocks.items()
            )
        if not self.normalize:
            return fused
        return divide_by_roots(fused, self._sizes(blocks), self._sizes(self._training))

    def _learn_weights(self, y):
        modalities = list(self._training)
        if self.method == "mean":
            weights = dict.fromkeys(modalities, 1.0) if self.weights is None else self.weights
            return share_gains(check_weights(weights, modalities))
        if self.weights is not None:
            raise ValueError(
                f'weights are given, and method="{self.method}" learns its own; leave them out, or set '
                'method="mean"'
            )
        if y is None:
            raise ValueError(
                f'KernelFusion(method="{self.method}") requires y to be passed, but the target y is '
                'None; give y, or set method="mean"'
            )
        kernels = {m: self._kernel_of(block, m) for m, block in self._training.items()}
        if self.method == "easymkl":
            gains = easymkl_gains(list(kernels.values()), y, self.reg)
            return share_gains(dict(zip(modalities, gains, strict=True)))
        gains = {m: self._alignment(kernel, m, y) for m, kernel in kernels.items()}
        return share_gains(gains, f"no kernel is aligned with y ({gains})")

    def _alignment(self, kernel, modality, y):
        present = self._training[modality].present
        targets = encode_targets(y)[present]
        return alignment(kernel[np.ix_(present, present)], targets)

    def _kernel_of(self, block, modality):
        """Kernel of a block with the training rows, 0 where one of them lacks the modality."""
        training, name = self._training[modality], self._kernels[modality]
        gamma = self.gammas_[modality]
        kernel = kernel_matrix(name, block.values, training.values, gamma)
        if self.normalize:
            row_sizes = self_kernel(name, block.values, gamma)
            column_sizes = self_kernel(name, training.values, gamma)
            kernel = divide_by_roots(kernel, row_sizes, column_sizes)
        kernel[~block.present] = 0
        kernel[:, ~training.present] = 0
        return kernel

    def _sizes(self, blocks):
        """Self-kernels of the rows by the weighted sum."""
        sizes = 0.0
        for modality, block in blocks.items():
            own = self_kernel(self._kernels[modality], block.values, self.gammas_[modality])
            own = (own > 0).astype(np.float64) if self.normalize else own
            sizes = sizes + self.weights_[modality] * np.where(block.present, own, 0.0)
        return sizes


def _without_gaps(blocks):
    """Blocks in float64, 0 where a modality is missing; sums over rows need them one after the other."""
    return {
        modality: Block(
            np.ascontiguousarray(fill(block, 0).values, dtype=np.float64), block.present
        )
        for modality, block in blocks.items()
    }


def _check_kernel(modality, kernel, gamma):
    if kernel not in KERNELS:
        raise ValueError(
            f"kernel of modality {modality!r} is {kernel!r}; expected one of {KERNELS}"
        )
    if not (gamma == "scale" or (isinstance(gamma, Real) and gamma > 0)):
        raise ValueError(
            f'gamma of modality {modality!r} is {gamma!r}; expected "scale" or a number above 0'
        )


def _resolve_gamma(gamma, block):
    """As scikit-learn's SVC resolves "scale"."""
    if gamma != "scale":
        return float(gamma)
    rows = block.values[block.present]
    variance = rows.var()
    return 1 / (rows.shape[1] * variance) if variance > 0 else 1.0
