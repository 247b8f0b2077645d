"""A map of the space that a fusion brings samples into."""

import numpy as np
import pandas as pd
from pandas.api.types import is_float_dtype
from scipy.sparse import issparse
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils.validation import check_array

from skmm._axes import open_axes
from skmm._optional import import_optional
from skmm._tensor import TensorArray
from skmm._validation import refuse_dict
from skmm.frame import presence_mask

MARKERS = "o^sDvP*X"
_MANY_CLASSES = 20  # are drawn as numbers are, by a scale of colors


class LatentMapDisplay:
    """Samples of a fused space in two dimensions, colored by what they are.

    Made by :meth:`from_estimator` or :meth:`from_codes`.

    Parameters
    ----------
    points : ndarray of shape (n_points, 2)
        Where the points are.
    y : ndarray of shape (n_points,), default=None
        Classes or numbers, for the colors.
    modality : ndarray of shape (n_points,) of str, default=None
        What each point was made of, for the markers.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    See Also
    --------
    SampleGridDisplay : Look at the samples themselves.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> from skmm.datasets import make_multimodal_classification
    >>> from skmm.fusion import CanonicalFusion
    >>> from skmm.inspection import LatentMapDisplay
    >>> X, y = make_multimodal_classification(60, modalities={"a": 6, "b": 4}, random_state=0)
    >>> display = LatentMapDisplay.from_estimator(CanonicalFusion(3).fit(X), X, y)
    >>> display.points.shape
    (60, 2)
    >>> display.ax_.get_xlabel()
    'component 1'
    """

    def __init__(self, *, points, y=None, modality=None):
        self.points = points
        self.y = y
        self.modality = modality

    @classmethod
    def from_estimator(
        cls, estimator, X, y=None, *, method="pca", random_state=0, ax=None, cmap=None
    ):
        """Map and draw what a fitted estimator makes of samples.

        Parameters
        ----------
        estimator : estimator
            With a method ``transform``, such as any block fusion, a generative fusion, a deep fusion, or
            a pipeline that ends in one; or a :class:`~skmm.retrieval.CrossModalRetriever`, whose samples
            are a point for each modality they have.
        X : DataFrame of shape (n_samples, n_modalities)
        y : array-like of shape (n_samples,), default=None
            Classes or numbers to color the points by.
        method : {"pca", "tsne"} or transformer, default="pca"
            How many dimensions become two: the axes of largest variance, neighborhoods
            (:class:`~sklearn.manifold.TSNE`), or an object with ``fit_transform``.
        random_state : int, default=0
            Seed of ``"tsne"``, and of ``"pca"`` of sparse codes.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.
        cmap : str or matplotlib Colormap, default=None
            As in :meth:`plot`.

        Returns
        -------
        display : LatentMapDisplay

        Raises
        ------
        TypeError
            If the estimator has no ``transform``, or one that keeps blocks apart, or X is a dict.
        ValueError
            If `method` is unknown, there are fewer than two samples, or `cmap` is a list of fewer colors
            than there are classes.
        """
        refuse_dict(X)
        if hasattr(estimator, "search"):  # a CrossModalRetriever; its class would bring torch
            codes, y, modality = _embed_each(estimator, X, y)
        elif hasattr(estimator, "transform"):
            codes, modality = _codes_of(estimator, X), None
        else:
            raise TypeError(
                f"{type(estimator).__name__} has no method transform, so no space to draw; give a "
                "fusion, or the steps of a pipeline before its last one: pipeline[:-1]"
            )
        options = {"method": method, "random_state": random_state, "ax": ax, "cmap": cmap}
        return cls.from_codes(codes, y, modality=modality, **options)

    @classmethod
    def from_codes(
        cls, codes, y=None, *, modality=None, method="pca", random_state=0, ax=None, cmap=None
    ):
        """Map and draw codes that are there already.

        Parameters
        ----------
        codes : {array-like, sparse matrix} of shape (n_points, n_components)
        y : array-like of shape (n_points,), default=None
            Classes or numbers to color the points by.
        modality : array-like of shape (n_points,) of str, default=None
            What each point was made of, for the markers.
        method : {"pca", "tsne"} or transformer, default="pca"
            As for :meth:`from_estimator`.
        random_state : int, default=0
            Seed of ``"tsne"``, and of ``"pca"`` of sparse codes.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.
        cmap : str or matplotlib Colormap, default=None
            As in :meth:`plot`.

        Returns
        -------
        display : LatentMapDisplay
        """
        codes = check_array(codes, accept_sparse="csr", ensure_min_samples=2)
        check_consistent_length(codes, y, modality)
        points = _to_plane(codes, method, random_state)
        y = None if y is None else column_or_1d(y)
        modality = None if modality is None else np.asarray(modality)
        return cls(points=points, y=y, modality=modality).plot(ax=ax, cmap=cmap)

    def plot(self, ax=None, *, cmap=None, size=14):
        """Draw the map.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.
        cmap : str or matplotlib Colormap, default=None
            Colors of numbers or classes. Classes get the colors of a list such as ``"Set2"`` one by one,
            and those of a scale, which has more than twenty, at equal distances. None is ``"viridis"`` for
            numbers and more than twenty classes, and ``"tab10"`` or ``"tab20"`` for fewer.
        size : float, default=14
            Area of a marker in square points.

        Returns
        -------
        self : LatentMapDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If `cmap` is a list of fewer colors than there are classes.
        """
        pyplot = import_optional("matplotlib.pyplot", extra="plots", purpose="drawing a map")
        ax = open_axes(ax, purpose="drawing a map")
        colors, names, scale = _color(pyplot, self.y, len(self.points), cmap)
        handles = {}  # labels of the axes would hide names that begin with an underscore
        for marker, name, chosen in _markers(self.modality, len(self.points)):
            style = {"s": size, "marker": marker, "alpha": 0.8, "linewidths": 0}
            ax.scatter(*self.points[chosen].T, c=colors[chosen], **style)
            if name is not None:
                handles[name] = ax.scatter([], [], marker=marker, color="0.4")
        for name, color in names.items():
            handles[str(name)] = ax.scatter([], [], color=color)
        if scale is not None:
            ax.figure.colorbar(scale, ax=ax)
        if handles:
            place = {"loc": "center left", "bbox_to_anchor": (1, 0.5), "frameon": False}
            ax.legend(handles.values(), handles, **place)
        ax.set(xlabel="component 1", ylabel="component 2", xticks=[], yticks=[])
        self.ax_ = ax
        self.figure_ = ax.figure
        return self


def _codes_of(estimator, X):
    codes = estimator.transform(X)
    if isinstance(codes, pd.DataFrame) and any(
        isinstance(codes[name].array, TensorArray) for name in codes
    ):
        raise TypeError(
            f"{type(estimator).__name__} keeps the blocks {list(codes)} apart, so there is no common space "
            "to draw; give one that fuses them"
        )
    return codes


def _embed_each(retriever, X, y):
    """Embed every modality where it is present; rows are repeated for each."""
    present = presence_mask(X)
    names = [name for name in retriever.modalities_ if name in X.columns]
    rows = {name: np.flatnonzero(present[name].to_numpy()) for name in names}
    codes = [retriever.embed(X[name].iloc[rows[name]], name) for name in names]
    where = np.concatenate(list(rows.values()))
    modality = np.repeat(names, [len(some) for some in rows.values()])
    return np.concatenate(codes), None if y is None else column_or_1d(y)[where], modality


def _to_plane(codes, method, random_state):
    if hasattr(method, "fit_transform"):
        return np.asarray(method.fit_transform(codes))[:, :2]
    if issparse(codes) and min(codes.shape) <= 2:  # fewer than a sparse solver works with
        codes = codes.toarray()
    if method == "tsne":
        neighbors = min(30.0, (codes.shape[0] - 1) / 3)
        init = "random" if issparse(codes) else "pca"
        return TSNE(perplexity=neighbors, init=init, random_state=random_state).fit_transform(codes)
    if method != "pca":
        raise ValueError(
            f"method is {method!r}; expected 'pca', 'tsne' or an object with fit_transform"
        )
    if codes.shape[1] == 1:
        return np.column_stack([codes, np.zeros(len(codes))])
    solver = "arpack" if issparse(codes) else "full"
    return PCA(2, svd_solver=solver, random_state=random_state).fit_transform(codes)


def _color(pyplot, y, n_points, cmap):
    """Color of each point, colors by class for a legend, and a scale for numbers."""
    if y is None:
        return np.full(n_points, "tab:blue", dtype=object), {}, None
    codes, classes = pd.factorize(y, sort=True)
    if cmap is not None and not is_float_dtype(y):
        _refuse_few_colors(pyplot.get_cmap(cmap), len(classes))
    if is_float_dtype(y) or len(classes) > _MANY_CLASSES:
        values = np.asarray(y, dtype=float) if is_float_dtype(y) else codes
        limits = pyplot.Normalize(np.min(values), np.max(values))
        scale = pyplot.cm.ScalarMappable(limits, cmap or "viridis")
        return scale.to_rgba(values), {}, scale
    palette = _palette(pyplot, cmap, len(classes))
    return palette[codes], dict(zip(classes, palette, strict=True)), None


def _refuse_few_colors(cmap, n_classes):
    if cmap.N <= _MANY_CLASSES and n_classes > cmap.N:
        raise ValueError(
            f"cmap {cmap.name!r} has {cmap.N} colors, and y {n_classes} classes, some of which would look "
            "the same; choose one of more colors, or a scale, such as 'viridis'"
        )


def _palette(pyplot, cmap, n_classes):
    """A color for each class, of shape (n_classes, 4)."""
    cmap = pyplot.get_cmap(cmap or ("tab10" if n_classes <= 10 else "tab20"))
    if cmap.N <= _MANY_CLASSES:  # a list of colors that differ, and not a scale
        return cmap(np.arange(n_classes))
    return cmap(np.linspace(0, 1, n_classes))


def _markers(modality, n_points):
    if modality is None:
        yield "o", None, np.arange(n_points)
        return
    for position, name in enumerate(dict.fromkeys(modality)):
        yield MARKERS[position % len(MARKERS)], name, np.flatnonzero(modality == name)
