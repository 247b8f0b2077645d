"""Fill in missing modalities."""

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from skmm._input import check_names, holds_modalities, name_columns, select_columns
from skmm._threads import one_thread
from skmm._validation import (
    Integral,
    Interval,
    ModalityError,
    Options,
    Real,
    StrOptions,
    all_or_nothing,
    draw_seed,
    refuse_empty,
    validate_data,
)
from skmm.frame import presence_mask
from skmm.fusion._early.block_fusion import as_matrices, read_blocks
from skmm.fusion._early.blocks import Block, as_dtype, check_shape, spec_of, to_frame
from skmm.generative._gan_filler import GanFiller
from skmm.generative._vae_filler import VaeFiller
from skmm.impute import MeanFiller, NeighborFiller, RidgeFiller, Scales


class CrossModalImputer(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Fill in missing modalities from those that are present.

    It takes and returns a frame of blocks, and fills its null cells; cells that are present stay as they
    are, to the bit. It works alone, as a step before any fusion, and as ``missing=`` of
    :class:`~skmm.fusion.MultimodalFusion`, :class:`~skmm.fusion.LateFusionClassifier` and
    :class:`~skmm.fusion.LateFusionRegressor`, which fit it on their training rows only.

    Parameters
    ----------
    method : {"mean", "knn", "ridge", "vae", "gan"}, default="ridge"
        What is put into the null cells of a modality:

        - ``"mean"``: its training mean;
        - ``"knn"``: the mean of the nearest training samples that have it; with
          ``n_neighbors=1`` the block of another sample [2]_;
        - ``"ridge"``: what a ridge regression predicts from all others;
        - ``"vae"``: what :class:`VariationalFusion`, a model of all modalities at once, expects given
          those that are there: sources that are missing are left out;
        - ``"gan"``: what a network makes of all others and noise, trained by the squared error and by
          a discriminator that tells it from what was seen [1]_. Slow, and of use where several
          answers are likely and `n_imputations` of them are wanted.
    n_neighbors : int, default=5
        How many samples ``"knn"`` looks at. The distance is the mean, over the modalities that two samples
        share, of the mean squared difference of standardized columns.
    alpha : float, default=1.0
        Penalty of ``"ridge"``, on columns of mean 0 and variance 1 / width of their block.
    adversarial_weight : float, default=0.01
        Weight of the adversarial loss of ``"gan"`` beside the squared error. At 0 there is no noise,
        and the network is a plain regression.
    n_components : int, default=16
        Width of the code of ``"vae"``.
    hidden_dims : tuple of int, default=(64,)
        Widths of the hidden layers of ``"vae"`` and ``"gan"``.
    noise_dim : int, default=8
        How many numbers of noise ``"gan"`` reads.
    n_imputations : int, default=1
        How often ``"vae"`` and ``"gan"`` draw: :meth:`transform` returns the mean, :meth:`impute` each.
        ``"vae"`` draws from 2 on; 1 is what it expects.
    max_epochs : int, default=100
        How often the networks see every sample.
    batch_size : int, default=64
        Samples per step; -1 takes all.
    lr : float, default=1e-3
        Learning rate of Adam.
    random_state : int, RandomState instance or None, default=None
        Seed of weights, batches and noise. Noise comes from what a sample holds: the same sample again,
        or another one with equal sources, gets the same, so that rows do not depend on each other.

    Attributes
    ----------
    n_features_in_, feature_names_in_
        Number and names of the columns in `fit`.

    See Also
    --------
    skmm.frame.drop_modalities : Make modalities missing, to see what an imputer is worth.
    sklearn.impute.KNNImputer : What ``"knn"`` is for single columns.

    Notes
    -----
    Of a plain matrix of numbers, each column is a modality, and NaN is missing.

    Sources that are missing themselves count as their training mean, but with ``"vae"``. A sample
    without any modality gets about the training means. Filled numbers are rounded where a block holds
    integers, such as pixels. Token ids and sequences of several lengths cannot be filled in.

    Masks (a deep fusion with ``modality_dropout``) are worth a try before imputation: what is filled in
    says nothing that was not known, and a learner cannot tell it from what was seen.

    References
    ----------
    .. [1] I. Goodfellow et al., "Generative adversarial nets", NeurIPS 2014.
    .. [2] O. Troyanskaya et al., "Missing value estimation methods for DNA microarrays",
       Bioinformatics 17(6), 2001.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm import make_frame
    >>> from skmm.generative import CrossModalImputer
    >>> image = np.random.default_rng(0).normal(size=(50, 3))
    >>> X = make_frame(image=image, text=[*(2 * image[:40]), *[None] * 10])
    >>> filled = CrossModalImputer(alpha=1e-6).fit_transform(X)
    >>> bool(np.allclose(filled["text"].array.tensor[40:], 2 * image[40:], atol=1e-3))
    True
    """

    _parameter_constraints = {
        "method": [StrOptions({"mean", "knn", "ridge", "vae", "gan"})],
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "adversarial_weight": [Interval(Real, 0, None, closed="left")],
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "hidden_dims": [tuple, list],
        "noise_dim": [Interval(Integral, 1, None, closed="left")],
        "n_imputations": [Interval(Integral, 1, None, closed="left")],
        "max_epochs": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [Interval(Integral, 1, None, closed="left"), Options(Integral, {-1})],
        "lr": [Interval(Real, 0, None, closed="neither")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        method="ridge",
        *,
        n_neighbors=5,
        alpha=1.0,
        adversarial_weight=0.01,
        n_components=16,
        hidden_dims=(64,),
        noise_dim=8,
        n_imputations=1,
        max_epochs=100,
        batch_size=64,
        lr=1e-3,
        random_state=None,
    ):
        self.method = method
        self.n_neighbors = n_neighbors
        self.alpha = alpha
        self.adversarial_weight = adversarial_weight
        self.n_components = n_components
        self.hidden_dims = hidden_dims
        self.noise_dim = noise_dim
        self.n_imputations = n_imputations
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.lr = lr
        self.random_state = random_state

    def fit(self, X, y=None):
        """Learn what modalities tell of each other.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_modalities), or array of shape (n_samples, n_features)
            Blocks, as ``MultimodalFusion(..., fusion=None)`` returns them, with null cells; or numbers
            with NaN.
        y : Ignored

        Returns
        -------
        self : object

        Raises
        ------
        ModalityError
            If a modality is missing in every row, or a cell cannot be used.
        ValueError
            If a block cannot be filled in, such as token ids.
        """
        self._validate_params()
        with all_or_nothing(self):
            blocks = self._read(X, reset=True)
            matrices = as_matrices(blocks)
            scales = Scales().fit(matrices)
            with one_thread():
                filler = self._make_filler().fit(scales.apply(matrices))
            self._block_specs = {name: spec_of(block) for name, block in blocks.items()}
            self._scales, self._filler = scales, filler
        return self

    def transform(self, X):
        """Fill in what is missing.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_modalities), or array of shape (n_samples, n_features)
            As in `fit`. Columns of a frame are found by name.

        Returns
        -------
        X_filled : DataFrame or ndarray of the same shape
            Tensor columns of the dtypes of X, with its index.
        """
        return self._fill_all(X)

    def impute(self, X):
        """Fill in what is missing, several times where the method is not sure.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_modalities), or array of shape (n_samples, n_features)
            As in `fit`. Columns of a frame are found by name.

        Returns
        -------
        imputations : list of DataFrame or ndarray
            `n_imputations` of them, of networks as many as in `fit`; of methods without noise all are
            equal. How they differ tells how much is not known.
        """
        check_is_fitted(self)
        n_draws = getattr(self._filler, "n_draws", self.n_imputations)
        return [self._fill_all(X, draw) for draw in range(n_draws)]

    def _make_filler(self):
        if self.method == "mean":
            return MeanFiller()
        if self.method == "knn":
            return NeighborFiller(self.n_neighbors)
        if self.method == "ridge":
            return RidgeFiller(self.alpha)
        if not all(isinstance(width, Integral) and width >= 1 for width in self.hidden_dims):
            raise ValueError(
                f"hidden_dims={self.hidden_dims!r}; expected the widths of the layers, integers from 1"
            )
        training = {
            "hidden_dims": tuple(self.hidden_dims),
            "max_epochs": self.max_epochs,
            "batch_size": self.batch_size,
            "lr": self.lr,
            "seed": draw_seed(self.random_state),
        }
        if self.method == "vae":
            return VaeFiller(n_components=self.n_components, n_draws=self.n_imputations, **training)
        return GanFiller(
            noise_dim=self.noise_dim,
            adversarial_weight=self.adversarial_weight,
            n_draws=self.n_imputations,
            **training,
        )

    def _fill_all(self, X, draw=None):
        """Return X without gaps: filled by a draw, or by the mean of all of them."""
        check_is_fitted(self)
        blocks = self._read(X, reset=False)
        for name, block in blocks.items():
            check_shape(block, self._block_specs[name].shape, name)
        scaled = self._scales.apply(as_matrices(blocks))
        filled = {name: self._fill(blocks, scaled, name, draw) for name in blocks}
        if not self._is_frame:
            return np.hstack([block.values for block in filled.values()])
        return to_frame(filled, getattr(X, "index", None))

    def _fill(self, blocks, scaled, name, draw):
        """Return a block without gaps."""
        values, present = blocks[name]
        rows = np.flatnonzero(~present)
        if len(rows) == 0:
            return blocks[name]
        with one_thread():
            if draw is None or not hasattr(self._filler, "draw"):
                found = self._filler.fill(scaled, name, rows)
            else:
                found = self._filler.draw(scaled, name, rows, draw)
        found = self._scales.undo(found, name).reshape(-1, *values.shape[1:])
        whole = values.copy()
        whole[rows] = as_dtype(found, values.dtype)
        return Block(whole, np.ones(len(whole), dtype=bool))

    def _read(self, X, reset):
        """Blocks by name; of a matrix each column is one."""
        is_frame = holds_modalities(X)
        if not reset and self._is_frame:  # one without a single sample looks like numbers
            is_frame |= isinstance(X, pd.DataFrame)
        if not reset and is_frame != self._is_frame:
            kinds = ("a plain matrix", "a frame of blocks")
            raise ValueError(
                f"{type(self).__name__} was fitted on {kinds[not is_frame]}, and X is {kinds[is_frame]}"
            )
        if not is_frame:
            return self._read_matrix(X, reset)
        X = name_columns(X, None if reset else self.feature_names_in_)
        X = X if reset else select_columns(X, self.feature_names_in_)
        validate_data(self, X, reset=reset, skip_check_array=True)
        if reset:
            refuse_empty(X)
            check_names(X)
            self._is_frame = True
            present = presence_mask(X)
            for name in X:
                _refuse_absent(present[name].to_numpy(), name)
        return read_blocks(X, None if reset else self._block_specs)

    def _read_matrix(self, X, reset):
        X = validate_data(
            self, X, reset=reset, dtype=[np.float64, np.float32], ensure_all_finite="allow-nan"
        )
        names = list(getattr(self, "feature_names_in_", [f"x{j}" for j in range(X.shape[1])]))
        present = ~np.isnan(X)
        if reset:
            self._is_frame = False
            for column, name in enumerate(names):
                _refuse_absent(present[:, column], name)
        return {
            name: Block(X[:, [column]], present[:, column]) for column, name in enumerate(names)
        }

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def _refuse_absent(present, name):
    if not present.any():
        raise ModalityError(
            "missing in every sample, so there is nothing to learn it from; leave the column out",
            modality=name,
        )
