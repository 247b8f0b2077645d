"""Find samples of one modality by those of another."""

from itertools import permutations
from types import SimpleNamespace

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d

from skmm._input import holds_modalities, select_columns
from skmm._targets import check_targets
from skmm._validation import (
    Integral,
    Interval,
    ModalityError,
    Options,
    Real,
    StrOptions,
    all_or_nothing,
    did_you_mean,
)
from skmm.frame import make_frame, presence_mask
from skmm.fusion._early.block_fusion import as_matrices
from skmm.fusion._early.block_fusion import read_blocks as read_dense_blocks
from skmm.nn._estimator import check_length
from skmm.nn._inputs.blocks import read_block, read_blocks
from skmm.nn._training.schedules import SCHEDULES
from skmm.nn._training.training import OPTIMIZERS
from skmm.retrieval._canonical import CanonicalEmbedder
from skmm.retrieval._hnsw import HnswIndex
from skmm.retrieval._metrics import check_k
from skmm.retrieval._search import ExactIndex, ranks_of_pairs
from skmm.retrieval._semantic import ClassPosteriors
from skmm.retrieval._towers import Towers

_INDEX_TYPES = {"exact": ExactIndex, "hnsw": HnswIndex}


class CrossModalRetriever(BaseEstimator):
    """Embed all modalities in one space, and search in it for samples of one by those of another.

    Trained on samples that have several modalities, such as pictures with captions, it finds pictures
    by texts, and texts by pictures. Near means a large cosine. What was given to `fit` can be searched
    at once; :meth:`index` replaces it by another gallery, and :meth:`partial_index` adds to it.

    Parameters
    ----------
    method : {"cca", "hinge", "infonce", "siglip"}, default="cca"
        How the space is learned:

        - ``"cca"``: canonical correlations, each score multiplied by its correlation; no network, and
          a sound choice for features of networks that are trained already;
        - ``"hinge"``: networks for which a pair is nearer than others by a margin [1]_;
        - ``"infonce"``: networks that pick the partner out of the batch [2]_;
        - ``"siglip"``: networks that tell for each entry of the batch whether it is a pair [3]_.
    n_components : int, default=64
        Dimension of the space; ``"cca"`` has as many as modalities can agree on, at most.
    regularization : float in [0, 1] or dict, default=0.1
        That of :class:`skmm.fusion.CanonicalFusion`, for ``"cca"``.
    semantic : {None, "features", "embeddings"}, default=None
        Whether to compare probabilities of classes, which `fit` learns from y by logistic regression,
        instead of embeddings [4]_: those seen in the features of a modality (semantic matching, which
        leaves `method` aside), or in its embeddings (semantic correlation matching).
    index_type : {"exact", "hnsw"}, default="exact"
        How galleries are searched that are indexed from now on: ``"exact"`` compares a query with
        everything; ``"hnsw"`` walks along a graph of neighbors [5]_ and may miss some, and needs faiss
        (``pip install 'skmm[ann]'``). It pays in a gallery of 100,000 samples and more that is searched
        often: to build the graph takes about as long as 100,000 exact searches.
    ef_search : int, default=64
        How many candidates ``"hnsw"`` keeps in mind: more find more, and take longer. It can be set
        anew before any search.
    margin : float, default=0.2
        Of ``"hinge"``: by how much the cosine of a pair should be larger.
    hard_negatives : bool, default=False
        Whether ``"hinge"`` looks at the worst other sample of the batch only, or adds up all, which
        is safer where pairs tell little: all embeddings at one point make the worst no worse.
    encoders : "auto" or dict, default="auto"
        Encoders of the networks by modality, as in :class:`skmm.nn.DeepFusionClassifier`: a kind, a
        pair of a kind and options, or a torch module.
    embed_dim : int, default=512
        Width of what an encoder returns, before it is projected.
    dropout : float, default=0.5
        Share of the units of encoders that is dropped in training, in [0, 1).
    max_epochs : int, default=30
        How often the networks see every pair.
    batch_size : int, default=128
        Pairs per step, among which partners are told from others; -1 takes all.
    lr : float, default=1e-3
        Learning rate.
    lr_schedule : {"cosine", "linear", "one_cycle", "plateau"} or None, default=None
        As in :class:`skmm.nn.DeepFusionClassifier`.
    optimizer : {"adamw", "adam", "sgd"}, default="adamw"
        AdamW, Adam, or stochastic gradient descent.
    weight_decay : float, default=1e-4
        L2 penalty, as the optimizer defines it; temperature and offset are learned without.
    max_grad_norm : float, default=2.0
        Gradients with a larger norm are scaled down to it; None leaves them as they are.
    early_stopping : bool, default=False
        Whether to hold out a part of the pairs, stop when the loss on it no longer falls, and keep the
        weights of the best epoch.
    validation_fraction : float, default=0.1
        Share of the pairs to hold out for early stopping, in (0, 1).
    patience : int, default=10
        Epochs without improvement after which training stops early.
    device : str, default="auto"
        ``"cpu"``, ``"cuda"`` or ``"cuda:1"``; ``"auto"`` takes a GPU where there is one.
    precision : {"float32", "float64", "bfloat16"}, default="float32"
        Numbers the networks compute with.
    random_state : int, RandomState instance or None, default=None
        Seed of weights, batches, dropout, and what is held out.
    verbose : int, default=0
        1 prints a line per epoch, 2 shows a bar.

    Attributes
    ----------
    modalities_ : list of str
        Names of the modalities.
    n_indexed_ : int
        Number of rows of the gallery.
    history_ : DataFrame
        Losses by epoch; only of methods that train networks.
    n_features_in_, feature_names_in_
        Number and names of the columns in `fit`.

    See Also
    --------
    recall_at_k : What :meth:`score` is the mean of.
    retrieval_scorer : Other scores for `GridSearchCV` and `cross_val_score`.
    skmm.fusion.MultimodalFusion : With ``fusion=None, missing="nan"`` it makes blocks of raw samples.

    Notes
    -----
    Only samples with at least two modalities train. With more than two modalities, all pairs of them
    count equally. Samples of a batch with equal content, such as the same caption twice, are not
    taken for different.

    Exact search cuts the space in blocks, whose products stay in the cache of the processor; the
    cosines of what is found are computed one by one, so that a query finds the same whatever else is
    asked. Embeddings of networks depend on other samples of the batch in their last digits.

    A graph for approximate search is built by one thread and saved with the model. It finds nearly
    all where embeddings lie along few directions, as those of paired samples do, and less where they
    fill the space like noise. :meth:`partial_index` copies the graph and grows it, and grown in
    parts it is another one than made at once. :meth:`score` is exact whatever `index_type` says.

    References
    ----------
    .. [1] F. Faghri et al., "VSE++: improving visual-semantic embeddings with hard negatives",
       BMVC 2018.
    .. [2] A. Radford et al., "Learning transferable visual models from natural language supervision",
       ICML 2021.
    .. [3] X. Zhai et al., "Sigmoid loss for language image pre-training", ICCV 2023.
    .. [4] N. Rasiwasia et al., "A new approach to cross-modal multimedia retrieval", ACM Multimedia
       2010.
    .. [5] Y. Malkov, D. Yashunin, "Efficient and robust approximate nearest neighbor search using
       hierarchical navigable small world graphs", IEEE Transactions on Pattern Analysis and Machine
       Intelligence 42(4), 2020.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm import make_frame
    >>> from skmm.retrieval import CrossModalRetriever
    >>> rng = np.random.default_rng(0)
    >>> meaning = rng.normal(size=(200, 3))
    >>> X = make_frame(
    ...     image=meaning @ rng.normal(size=(3, 8)) + 0.1 * rng.normal(size=(200, 8)),
    ...     text=meaning @ rng.normal(size=(3, 5)) + 0.1 * rng.normal(size=(200, 5)),
    ... )
    >>> retriever = CrossModalRetriever().fit(X[:150])
    >>> retriever.score(X[150:]) > 0.9  # recall among the first ten, both ways
    True
    >>> distances, rows = retriever.index(X[150:]).search(X["text"][150:], source="text", k=3)
    >>> bool(np.mean(rows[:, 0] == np.arange(50)) > 0.5)
    True
    """

    _parameter_constraints = {
        "method": [StrOptions({"cca", "hinge", "infonce", "siglip"})],
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "regularization": [Interval(Real, 0, 1, closed="both"), dict],
        "semantic": [StrOptions({"features", "embeddings"}), None],
        "index_type": [StrOptions(set(_INDEX_TYPES))],
        "ef_search": [Interval(Integral, 1, None, closed="left")],
        "margin": [Interval(Real, 0, None, closed="left")],
        "hard_negatives": ["boolean"],
        "encoders": [StrOptions({"auto"}), dict],
        "embed_dim": [Interval(Integral, 1, None, closed="left")],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "max_epochs": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [
            Interval(Integral, 2, None, closed="left"),
            Options(Integral, {-1}),
        ],
        "lr": [Interval(Real, 0, None, closed="neither")],
        "lr_schedule": [StrOptions(set(SCHEDULES)), None],
        "optimizer": [StrOptions(set(OPTIMIZERS))],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "max_grad_norm": [Interval(Real, 0, None, closed="neither"), None],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "patience": [Interval(Integral, 1, None, closed="left")],
        "device": [str],
        "precision": [StrOptions({"float32", "float64", "bfloat16"})],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        method="cca",
        *,
        n_components=64,
        regularization=0.1,
        semantic=None,
        index_type="exact",
        ef_search=64,
        margin=0.2,
        hard_negatives=False,
        encoders="auto",
        embed_dim=512,
        dropout=0.5,
        max_epochs=30,
        batch_size=128,
        lr=1e-3,
        lr_schedule=None,
        optimizer="adamw",
        weight_decay=1e-4,
        max_grad_norm=2.0,
        early_stopping=False,
        validation_fraction=0.1,
        patience=10,
        device="auto",
        precision="float32",
        random_state=None,
        verbose=0,
    ):
        self.method = method
        self.n_components = n_components
        self.regularization = regularization
        self.semantic = semantic
        self.index_type = index_type
        self.ef_search = ef_search
        self.margin = margin
        self.hard_negatives = hard_negatives
        self.encoders = encoders
        self.embed_dim = embed_dim
        self.dropout = dropout
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.lr = lr
        self.lr_schedule = lr_schedule
        self.optimizer = optimizer
        self.weight_decay = weight_decay
        self.max_grad_norm = max_grad_norm
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.device = device
        self.precision = precision
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X, y=None):
        """Learn the space, and index X as the gallery.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_modalities)
            Blocks: at least two columns of arrays, such as ``MultimodalFusion(..., fusion=None)``
            returns. Null cells are missing modalities.
        y : array-like of shape (n_samples,), default=None
            Classes, for `semantic`; ignored without.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If X has fewer than two modalities, or two that no two samples share, or y is needed and not
            there.
        ModalityError
            If a modality is missing in every row, or a cell cannot be used.
        """
        self._validate_params()
        with all_or_nothing(self):
            if not holds_modalities(X) or np.shape(X)[1] < 2:
                raise ValueError(
                    f"X is a {type(X).__name__} of shape {np.shape(X)}; give a DataFrame with a column "
                    "of arrays for each of at least two modalities, as make_frame builds it, without "
                    "NaN"
                )
            blocks = read_blocks(self, X, reset=True)
            X = pd.DataFrame(X, columns=self.modalities_)
            self.embedder_ = self._fit_space(X, blocks)
            self.posteriors_ = None
            if self.semantic is not None:
                self.posteriors_ = self._fit_posteriors(X, y)
            return self.index(X)

    def embed(self, X, modality):
        """Embed samples of one modality.

        Parameters
        ----------
        X : DataFrame with a column of that name, or the samples: Series, TensorArray or array
        modality : str

        Returns
        -------
        embeddings : ndarray of shape (n_samples, n_components), float32
            Rows of length 1; of length 0 only where nothing is known of a sample.

        Raises
        ------
        ModalityError
            If a cell is null, or cannot be used.
        ValueError
            If there is no such modality.
        """
        check_is_fitted(self)
        self._check_name(modality)
        if not isinstance(X, pd.DataFrame):
            index = X.index if isinstance(X, pd.Series) else None
            X = make_frame(**{modality: X})
            X = X if index is None else X.set_axis(index)
        column = select_columns(X, [modality])[modality]
        null = np.flatnonzero(~presence_mask(column).to_numpy())
        if len(null):
            raise ModalityError(
                "the cell is null, and cannot be embedded; leave it out, as in "
                f"X[X[{modality!r}].notna()]",
                modality=modality,
                row=null[0],
                index=column.index[null[0]],
            )
        return self._embed(column, modality)

    def index(self, X):
        """Replace the gallery.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_modalities)
            Has at least one of the modalities; null cells cannot be found.

        Returns
        -------
        self : object

        Raises
        ------
        ImportError
            If `index_type` needs faiss, which is not installed.
        """
        check_is_fitted(self)
        self._validate_params()
        make_index = _INDEX_TYPES[self.index_type]
        found = self._embed_gallery(X).items()
        gallery = {name: (make_index(embeddings), rows) for name, (embeddings, rows) in found}
        self.gallery_, self.n_indexed_ = gallery, len(X)
        return self

    def partial_index(self, X):
        """Add to the gallery; the numbers of its rows go on.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_modalities)
            Has at least one of the modalities; null cells cannot be found.

        Returns
        -------
        self : object

        Raises
        ------
        ImportError
            If `index_type` needs faiss, which is not installed.
        """
        check_is_fitted(self)
        self._validate_params()
        make_index, gallery = _INDEX_TYPES[self.index_type], dict(self.gallery_)
        for name, (embeddings, rows) in self._embed_gallery(X).items():
            rows = rows + self.n_indexed_
            if name in gallery:
                index, before = gallery[name]
                gallery[name] = index.extended(embeddings), np.concatenate([before, rows])
            else:
                gallery[name] = make_index(embeddings), rows
        self.gallery_, self.n_indexed_ = gallery, self.n_indexed_ + len(X)
        return self

    def search(self, X, *, source=None, target=None, k=10):
        """Find the samples of the gallery that are nearest to each query.

        Parameters
        ----------
        X : DataFrame with a column for `source`, or the queries: Series, TensorArray or array
        source : str, default=None
            Modality of the queries; None is the other one of two.
        target : str, default=None
            Modality to search in; None is the other one of two.
        k : int, default=10
            How many samples to find.

        Returns
        -------
        distances : ndarray of shape (n_queries, k), float64
            One minus the cosine, from the nearest.
        rows : ndarray of shape (n_queries, k), int
            Positions in the gallery, counted over everything that was indexed. Of samples at the same
            distance the first comes first.

        Raises
        ------
        ValueError
            If a modality is unknown or not said, or the gallery has fewer than k samples.
        ModalityError
            If a query is null, or cannot be used.
        """
        check_is_fitted(self)
        source, target = self._choose_direction(source, target)
        self._validate_params()
        index, rows = self.gallery_.get(target, (None, ()))
        if not isinstance(k, Integral) or not 1 <= k <= len(rows):
            raise ValueError(
                f"k={k!r}, and the gallery has {len(rows)} samples of modality {target!r}; give an "
                "integer from 1 to as many, or index more"
            )
        queries = self.embed(X, source)
        similarities, positions = index.search(queries, int(k), ef_search=self.ef_search)
        return np.maximum(1 - similarities, 0), rows[positions]

    def score(self, X, y=None, *, k=10):
        """Mean recall among the first k results, over all directions.

        The samples of X that have both modalities of a direction are queries and gallery; what was
        indexed does not matter. Of samples that are as near as the partner, half count as nearer.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_modalities)
        y : Ignored
        k : int, default=10
            How many results are looked at.

        Returns
        -------
        recall : float

        Raises
        ------
        ValueError
            If no sample has two modalities, or k is not a positive integer.
        """
        check_k(k)
        ranks = [ranks_of_pairs(*embeddings) for _, embeddings in self._pair_up(X)]
        return float(np.mean([np.mean(of_one <= k) for of_one in ranks]))

    @property
    def history_(self):
        """Losses by epoch."""
        check_is_fitted(self)
        if not hasattr(self.embedder_, "history"):
            raise AttributeError("no network was trained: there is no history_")
        return pd.DataFrame(self.embedder_.history)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.allow_nan = True
        return tags

    def _fit_space(self, X, blocks):
        """Train on the rows that have at least two modalities."""
        if self.semantic == "features":
            return None
        n_present = np.sum([block.present for block in blocks.values()], axis=0)
        rows = np.flatnonzero(n_present > 1)
        if len(rows) < 2:
            raise ValueError(
                f"{len(rows)} of {len(X)} samples have two modalities; at least 2 such samples are "
                "needed to learn from"
            )
        for block in blocks.values():
            if not block.present[rows].any():
                raise block.error("never together with another modality; leave the column out")
        if self.method == "cca":
            embedder = CanonicalEmbedder(self.n_components, self.regularization)
            return embedder.fit(X.iloc[rows])
        # What else a net could be told in other estimators.
        others = {"l1": 0.0, "callbacks": None, "net_params": None}
        settings = SimpleNamespace(**self.get_params(deep=False), **others)
        return Towers(settings).fit(blocks, rows)

    def _fit_posteriors(self, X, y):
        if y is None:
            raise ValueError(f"semantic={self.semantic!r} learns classes, and y is None; give y")
        check_length(y, len(X))
        y = column_or_1d(check_targets(y, estimator=self))
        check_classification_targets(y)
        present = presence_mask(X)
        features = {name: self._describe(X.loc[present[name].to_numpy(), name], name) for name in X}
        classes = {name: y[present[name].to_numpy()] for name in X}
        return ClassPosteriors().fit(features, classes)

    def _describe(self, column, name):
        """Features of one modality that classes are learned from, (n, d), or embeddings."""
        if self.embedder_ is not None:
            return self.embedder_.embed(name, column)
        return as_matrices(read_dense_blocks(column.to_frame(name)))[name].values

    def _embed(self, column, name):
        """Embed a column without null cells."""
        block = read_block(column, self.cell_shapes_[name])
        described = self._describe(column, name)
        if self.posteriors_ is not None:
            described = self.posteriors_.embed(name, described)
        described = np.asarray(described, dtype=np.float64)
        length = np.sqrt(np.square(described).sum(axis=1, keepdims=True))
        bad = np.flatnonzero(~np.isfinite(length[:, 0]))
        if len(bad):
            raise block.error(
                "its embedding is not finite; expected values of the size of those in fit", bad[0]
            )
        unit = np.divide(described, length, out=np.zeros_like(described), where=length > 0)
        return unit.astype(np.float32)

    def _embed_gallery(self, X):
        """Embeddings and positions of the samples present, by modality."""
        if not isinstance(X, pd.DataFrame):
            raise TypeError(f"the gallery is a {type(X).__name__}; give a DataFrame of modalities")
        names = [name for name in self.modalities_ if name in X.columns]
        if not names:
            raise ValueError(
                f"X has the columns {list(X.columns)}, and none of the modalities {self.modalities_}"
            )
        gallery = {}
        for name in names:
            rows = np.flatnonzero(presence_mask(X[name]).to_numpy())
            if len(rows):
                gallery[name] = self._embed(X[name].iloc[rows], name), rows
        return gallery

    def _pair_up(self, X):
        """Yield, for each direction, the rows that have both modalities, and their embeddings."""
        check_is_fitted(self)
        gallery = self._embed_gallery(X)
        n_pairs = 0
        for source, target in permutations(gallery, 2):
            rows, here, there = np.intersect1d(
                gallery[source][1], gallery[target][1], return_indices=True
            )
            n_pairs += len(rows)
            if len(rows):
                yield rows, (gallery[source][0][here], gallery[target][0][there])
        if n_pairs == 0:
            raise ValueError(
                "no sample of X has two modalities, and a score compares pairs; give some"
            )

    def _choose_direction(self, source, target):
        for name in (source, target):
            if name is not None:
                self._check_name(name)
        if len(self.modalities_) == 2:
            one, other = self.modalities_
            another = {one: other, other: one}
            source = another.get(target) if source is None else source
            target = another.get(source) if target is None else target
        if source is None or target is None:
            raise ValueError(
                f"source={source!r} and target={target!r}; say which of the modalities "
                f"{self.modalities_} the queries are, and which are searched"
            )
        return source, target

    def _check_name(self, name):
        if name not in self.modalities_:
            raise ValueError(
                f"no modality {name!r}, they are {self.modalities_}"
                + did_you_mean(name, self.modalities_)
            )
