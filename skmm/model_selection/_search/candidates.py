"""The strategies that a search tries: each modality alone, early, late and deep fusions."""

from typing import NamedTuple

from sklearn.base import is_regressor
from sklearn.decomposition import TruncatedSVD
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.pipeline import make_pipeline
from sklearn.tree import BaseDecisionTree

from skmm.fusion import (
    ConcatFusion,
    LateFusionClassifier,
    LateFusionRegressor,
    MultimodalFusion,
)
from skmm.fusion._folds import N_FOLDS

KINDS = ("early", "late", "deep")
SCALINGS = ("standard", "sqrt_dim", "mfa")
DEEP_FUSIONS = ("gated", "low_rank")
DEEP = {"max_epochs": 40, "lr": 3e-3, "lr_schedule": "cosine", "weight_decay": 0.01}
SECONDS_PER_SAMPLE = 5e-5  # and epoch: about as much as vectors take on one core
WIDTH_OF_SPARSE = 100  # components of a sparse block that a network is given
_BLIND_TO_SCALE = (
    BaseDecisionTree,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)


class Candidate(NamedTuple):
    """A model to try, and what it costs as far as that can be told before it is tried."""

    name: str
    model: object
    is_single: bool = False
    parts: tuple = ()  # names of the single modalities that are fitted for it; () is not known
    n_fits: int = 1  # how often each of them is
    seconds: float = 0.0  # a guess, where there are no parts


def make_candidates(features, learners, strategies, *, deep_features=None, gaps=False, n_samples=0):
    """Make all candidates, the cheap ones first.

    Parameters
    ----------
    features : list of Feature
    learners : list of (name, estimator)
    strategies : collection of str, or dict {str: estimator}
        Which of ``KINDS``, or the fusions themselves.
    deep_features : list of (modality, transformer) or (modality, transformer, columns), default=None
        What networks are given instead of `features`.
    gaps : bool, default=False
        Whether modalities are missing, which networks prepare for.
    n_samples : int, default=0
        To guess what a network will take.

    Returns
    -------
    candidates : list of Candidate

    Raises
    ------
    ValueError
        If two have the same name.
    """
    kinds = strategies if len(features) > 1 and not isinstance(strategies, dict) else ()
    candidates = []
    for learner in learners:
        candidates += _make_singles(features, learner, learners)
        if "early" in kinds:
            candidates += _make_early(features, learner, learners)
        if "late" in kinds:
            candidates.append(_make_product(features, learner, learners))
    if "late" in kinds:
        candidates += _make_stackings(features, learners)
    if "deep" in kinds:
        blocks = [_dense(f) for f in features] if deep_features is None else deep_features
        seconds = SECONDS_PER_SAMPLE * DEEP["max_epochs"] * n_samples
        candidates += _make_deep(blocks, is_regressor(learners[0][1]), gaps, seconds)
    if isinstance(strategies, dict):
        candidates += [Candidate(name, model) for name, model in strategies.items()]
    names = [candidate.name for candidate in candidates]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"two strategies are called {twice[0]!r}; rename a strategy or a modality")
    return candidates


def _name(strategy, learner, learners):
    return strategy if len(learners) == 1 else f"{strategy}, {learner[0]}"


def _late_fusion(learner):
    return LateFusionRegressor if is_regressor(learner) else LateFusionClassifier


def _member(feature, learner):
    """A model of one modality; sparse blocks, of words mostly, keep the weights they came with."""
    fusion = ConcatFusion(scaling=None if feature.is_sparse else "standard")
    block = MultimodalFusion([feature.inside], fusion=fusion, missing="mean")
    return make_pipeline(block, learner)


def _make_singles(features, learner, learners):
    """Late fusions of one: rows without the modality get what is known of y alone."""
    for feature in features:
        member = feature.modality, _member(feature, learner[1]), feature.given
        model = _late_fusion(learner[1])([member], rule="mean")
        yield Candidate(_name(feature.modality, learner, learners), model, is_single=True)


def _make_early(features, learner, learners):
    parts = tuple(_name(feature.modality, learner, learners) for feature in features)
    for scaling in SCALINGS[: 1 if isinstance(learner[1], _BLIND_TO_SCALE) else None]:
        fusion = MultimodalFusion(
            [feature.member for feature in features],
            fusion=ConcatFusion(scaling=scaling),
            missing="mean",
        )
        model = make_pipeline(fusion, _with_probabilities(learner[1]))
        yield Candidate(_name(f"early {scaling}", learner, learners), model, parts=parts)


def _with_probabilities(learner):
    """A learner that gives probabilities: if it has none, as a late fusion of one does."""
    if is_regressor(learner) or hasattr(learner, "predict_proba"):
        return learner
    return LateFusionClassifier([("fused", learner, slice(None))], rule="mean")


def _make_product(features, learner, learners):
    rule = "mean" if is_regressor(learner[1]) else "product"
    name = _name(f"late {rule}", learner, learners)
    return _late(features, [learner], learners, rule, name)


def _make_stackings(features, learners):
    for learner in learners:
        name = _name("late stacking", learner, learners)
        yield _late(features, [learner], learners, "stacking", name)
    if len(learners) > 1:
        yield _late(features, learners, learners, "stacking", "late stacking, all")


def _late(features, chosen, learners, rule, name):
    members, parts = [], []
    for learner in chosen:
        for feature in features:
            part = _name(feature.modality, learner, chosen)
            members.append((part, _member(feature, learner[1]), feature.given))
            parts.append(_name(feature.modality, learner, learners))
    model = _late_fusion(chosen[0][1])(members, rule=rule)
    n_fits = 1 + N_FOLDS if rule == "stacking" else 1
    return Candidate(name, model, parts=tuple(parts), n_fits=n_fits)


def _dense(feature):
    """What a network is given: a sparse block reduced to a few components."""
    if not feature.is_sparse:
        return feature.member
    n_components = max(1, min(WIDTH_OF_SPARSE, feature.width // 2))
    reduced = make_pipeline(feature.transformer, TruncatedSVD(n_components))
    return feature.modality, reduced, feature.columns


def _make_deep(blocks, regression, gaps, seconds):
    from skmm.nn import DeepFusionClassifier, DeepFusionRegressor  # brings torch

    estimator = DeepFusionRegressor if regression else DeepFusionClassifier
    for fusion in DEEP_FUSIONS:
        features = MultimodalFusion(blocks, fusion=None, missing="nan")
        net = estimator(fusion=fusion, modality_dropout=0.2 if gaps else 0.0, **DEEP)
        yield Candidate(f"deep {fusion}", make_pipeline(features, net), seconds=seconds)
