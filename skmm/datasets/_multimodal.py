"""Data with a known share of redundant, unique and synergistic information."""

import numpy as np

from skmm._validation import Integral, Interval, Real, validate_params
from skmm.datasets._latents import draw

_CONSTRAINTS = {
    "n_samples": [Interval(Integral, 1, None, closed="left")],
    "modalities": [dict, None],
    "redundant": [Interval(Real, 0, None, closed="left")],
    "unique": [Interval(Real, 0, None, closed="left"), dict],
    "synergistic": [Interval(Real, 0, None, closed="left")],
    "noise": [Interval(Real, 0, None, closed="left"), dict],
    "missing": [Interval(Real, 0, 1, closed="both"), dict],
    "random_state": ["random_state"],
}


@validate_params(
    _CONSTRAINTS
    | {
        "n_classes": [Interval(Integral, 2, None, closed="left")],
        "weights": ["array-like", None],
    },
    prefer_skip_nested_validation=True,
)
def make_multimodal_classification(
    n_samples=200,
    *,
    modalities=None,
    n_classes=3,
    redundant=1.0,
    unique=1.0,
    synergistic=0.0,
    noise=1.0,
    missing=0.0,
    weights=None,
    random_state=None,
):
    r"""Make classes that modalities tell apart together, each alone, or only in combination.

    The classes are consecutive ranges of the target of :func:`make_multimodal_regression`, whose
    notes say what the dials do.

    Parameters
    ----------
    n_samples : int, default=200
        Number of samples.
    modalities : dict {str: int or tuple of int}, default=None
        Shape of one sample of each modality: a number of features, or a shape such as
        ``(channels, height, width)`` or ``(steps, features)``, of at least 4 values in all. None is
        ``{"image": (1, 8, 8), "audio": (20, 6), "vector": 10}``.
    n_classes : int, default=3
        Number of classes.
    redundant : float, default=1.0
        How much the target depends on what every modality carries.
    unique : float or dict {modality: float}, default=1.0
        How much the target depends on what only one modality carries. A number counts for each
        modality; what a dict does not name gets 0.
    synergistic : float, default=0.0
        How much the target depends on what only all modalities together tell.
    noise : float or dict {modality: float}, default=1.0
        Standard deviation of the noise in every value of a block, in units of that of the signal.
        A large block can average it away. What a dict does not name gets 0.
    missing : float or dict {modality: float}, default=0.0
        Share of missing cells, in [0, 1]; what a dict does not name is complete. A row never loses
        everything: it keeps one modality, drawn at random.
    weights : array-like of shape (n_classes,), default=None
        Shares of the classes, with sum 1. None makes them equal.
    random_state : int, RandomState instance or None, default=None
        Seed of all that is drawn. For one seed, X depends on `modalities`, `noise` and `missing`
        only: the dials change y.

    Returns
    -------
    X : DataFrame of shape (n_samples, n_modalities)
        One tensor column per modality, float32.
    y : ndarray of shape (n_samples,), int
        Classes from 0 to ``n_classes - 1``.

    Raises
    ------
    ValueError
        If a modality has fewer than 4 values, a dict names an unknown modality or a level out of
        range, `weights` are not shares, all dials are 0, or `synergistic` is above 0 with a single
        modality.

    See Also
    --------
    make_multimodal_regression : The same with a continuous target.
    make_keypad_digits : Pictures, sounds and words of real digits.

    Examples
    --------
    >>> from skmm.datasets import make_multimodal_classification
    >>> X, y = make_multimodal_classification(
    ...     100,
    ...     modalities={"image": (3, 8, 8), "vector": 5},
    ...     weights=[0.5, 0.3, 0.2],
    ...     random_state=0,
    ... )
    >>> X["image"].array.tensor.shape, X["vector"].array.tensor.shape
    ((100, 3, 8, 8), (100, 5))
    >>> [int((y == k).sum()) for k in range(3)]
    [50, 30, 20]
    """
    shares = _check_shares(weights, n_classes)
    X, target = draw(
        n_samples, modalities, redundant, unique, synergistic, noise, missing, random_state
    )
    return X, _cut_into_classes(target, shares)


@validate_params(_CONSTRAINTS, prefer_skip_nested_validation=True)
def make_multimodal_regression(
    n_samples=200,
    *,
    modalities=None,
    redundant=1.0,
    unique=1.0,
    synergistic=0.0,
    noise=1.0,
    missing=0.0,
    random_state=None,
):
    r"""Make a target that modalities tell together, each alone, or only in combination.

    Parameters
    ----------
    n_samples : int, default=200
        Number of samples.
    modalities : dict {str: int or tuple of int}, default=None
        Shape of one sample of each modality: a number of features, or a shape such as
        ``(channels, height, width)`` or ``(steps, features)``, of at least 4 values in all. None is
        ``{"image": (1, 8, 8), "audio": (20, 6), "vector": 10}``.
    redundant : float, default=1.0
        :math:`\rho`, the weight of what every modality carries.
    unique : float or dict {modality: float}, default=1.0
        :math:`\upsilon_m`, the weight of what only modality m carries. A number counts for each
        modality; what a dict does not name gets 0.
    synergistic : float, default=0.0
        :math:`\sigma`, the weight of what only all modalities together tell.
    noise : float or dict {modality: float}, default=1.0
        :math:`\nu_m`, the standard deviation of the noise in every value of a block, in units of
        that of the signal. A large block can average it away. What a dict does not name gets 0.
    missing : float or dict {modality: float}, default=0.0
        Share of missing cells, in [0, 1]; what a dict does not name is complete. A row never loses
        everything: it keeps one modality, drawn at random.
    random_state : int, RandomState instance or None, default=None
        Seed of all that is drawn. For one seed, X depends on `modalities`, `noise` and `missing`
        only: the dials change y.

    Returns
    -------
    X : DataFrame of shape (n_samples, n_modalities)
        One tensor column per modality, float32.
    y : ndarray of shape (n_samples,), float64
        The target, of mean 0 and variance :math:`\rho^2 + \sum_m \upsilon_m^2 + \sigma^2`.

    Raises
    ------
    ValueError
        If a modality has fewer than 4 values, a dict names an unknown modality or a level out of
        range, all dials are 0, or `synergistic` is above 0 with a single modality.

    See Also
    --------
    make_multimodal_classification : The same with classes.

    Notes
    -----
    A sample has a shared latent :math:`s`, and in each of the M modalities a latent :math:`z_m` of
    its own, all standard normal, and an angle :math:`\varphi_m`, uniform on the circle; all of them
    are independent. The target is

    .. math:: y = \rho s + \sum_m \upsilon_m z_m
        + \sigma \sqrt{2} \cos(\varphi_1 + \ldots + \varphi_M),

    and block m shows :math:`s`, :math:`z_m`, :math:`\sqrt{2} \cos \varphi_m` and
    :math:`\sqrt{2} \sin \varphi_m` through a random projection with orthogonal directions, plus
    normal noise, which is all that blurs the target.

    - Redundant: every modality shows :math:`s`, so a second one helps against noise only.
    - Unique: :math:`z_m` is independent of all other modalities.
    - Synergistic: a sum of angles is independent of any M - 1 of them, so nothing but all
      modalities together tells anything at all. This is exclusive or on a circle: for two
      modalities :math:`\cos \varphi_1 \cos \varphi_2 - \sin \varphi_1 \sin \varphi_2`. No
      sum of functions of single modalities can learn it; products across modalities can.

    Examples
    --------
    >>> from skmm.datasets import make_multimodal_regression
    >>> X, y = make_multimodal_regression(50, modalities={"left": 6, "right": 9}, random_state=0)
    >>> X.shape, X["right"].array.tensor.shape, y.shape
    ((50, 2), (50, 9), (50,))
    """
    return draw(n_samples, modalities, redundant, unique, synergistic, noise, missing, random_state)


def _cut_into_classes(target, shares):
    """Classes 0, 1, ... as consecutive ranges of the target that hold the given shares."""
    ranks = np.argsort(np.argsort(target, kind="stable"), kind="stable")
    last_ranks = np.round(np.cumsum(shares)[:-1] * len(target))
    return np.searchsorted(last_ranks, ranks, side="right")


def _check_shares(weights, n_classes):
    if weights is None:
        return np.full(n_classes, 1 / n_classes)
    shares = np.asarray(weights, dtype=float)
    if shares.shape != (n_classes,) or not (shares > 0).all() or not np.isclose(shares.sum(), 1):
        raise ValueError(
            f"weights is {weights!r}; expected {n_classes} shares above 0 with sum 1, one per class"
        )
    return shares
