"""What each modality contributes to what a model predicts of each sample."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skmm._validation import (
    HasMethods,
    Integral,
    Interval,
    StrOptions,
    draw_seed,
    validate_params,
)
from skmm.inspection._coalitions.coalitions import find_coalition, plan_shapley
from skmm.inspection._coalitions.modalities import check_samples, read_modalities, searched
from skmm.inspection._coalitions.readings import Readings
from skmm.inspection._coalitions.removal import explain_nulls


@dataclass(frozen=True, eq=False)
class SampleContributions:
    """What :func:`sample_contributions` found.

    Parameters
    ----------
    contributions : DataFrame of shape (n_samples, n_modalities)
        What each modality adds to the output for each sample. A row sums to its output minus its
        base.
    output : Series of shape (n_samples,)
        What the model gives with all modalities: the probability of `target`, or the prediction.
    base : Series of shape (n_samples,)
        The same without any modality.
    target : Series of shape (n_samples,) or None, default=None
        The class in question; None of a regressor.

    Attributes
    ----------
    shares : DataFrame of shape (n_samples, n_modalities)
        Absolute contributions over their sum, the MM-SHAP of each sample [1]_; 0 in a row to which
        nothing contributes. Their mean over the samples says how much the model leans on each
        modality.

    See Also
    --------
    sample_contributions : Makes it.
    ModalityImportanceDisplay : Draws the shares.

    References
    ----------
    .. [1] L. Parcalabescu and A. Frank, "MM-SHAP: A performance-agnostic metric for measuring
       multimodal contributions in vision and language models and tasks", ACL 2023.

    Examples
    --------
    >>> import pandas as pd
    >>> from skmm.inspection import SampleContributions
    >>> contributions = pd.DataFrame({"image": [0.3, 0.0], "text": [-0.1, 0.0]})
    >>> base = pd.Series([0.5, 0.5])
    >>> found = SampleContributions(contributions, base + contributions.sum(axis=1), base)
    >>> found.shares
       image  text
    0   0.75  0.25
    1   0.00  0.00
    """

    contributions: pd.DataFrame
    output: pd.Series
    base: pd.Series
    target: pd.Series | None = None

    @property
    def shares(self):
        """Absolute contributions over their sum."""
        sizes = self.contributions.abs()
        total = sizes.sum(axis=1)
        return sizes.div(total.where(total > 0, 1), axis=0)


@validate_params(
    {
        "estimator": [HasMethods(["fit", "predict"])],
        "modalities": [dict, list, None],
        "removal": [StrOptions({"mask", "permute", "mean"})],
        "n_repeats": [Interval(Integral, 1, None, closed="left")],
        "n_orders": [Interval(Integral, 4, None, closed="left"), None],
        "n_jobs": [Integral, None],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def sample_contributions(
    estimator,
    X,
    *,
    target=None,
    modalities=None,
    removal="mask",
    n_repeats=5,
    n_orders=None,
    n_jobs=None,
    random_state=None,
):
    """Tell what each modality contributes to the prediction for each sample.

    The contributions are the Shapley values of the output of the model for that sample: the
    probability of a class, or the predicted number. They sum to the output minus what the model
    gives without any modality.

    Parameters
    ----------
    estimator : fitted classifier or regressor
        A classifier without ``predict_proba`` is asked for its ``decision_function``. Features are
        computed once, as in :func:`modality_importance`.
    X : DataFrame of shape (n_samples, n_columns), or ndarray of numbers
        Samples.
    target : label, array-like of shape (n_samples,), or None, default=None
        The class in question, one for all samples or one each, such as the true classes. None is the
        class that the model finds most probable with all modalities. Only for classifiers.
    modalities : dict {name: column or columns}, list of columns, or None, default=None
        What is taken away as one, as in :func:`modality_importance`.
    removal : {"mask", "permute", "mean"}, default="mask"
        How modalities are taken away, as in :func:`modality_importance`.
    n_repeats : int, default=5
        How often to permute; the contributions are means.
    n_orders : int, default=None
        Number of random orders, at least 4, drawn in pairs. None takes all sets of up to 8
        modalities, and 32 orders of more.
    n_jobs : int, default=None
        Number of processes. Results do not depend on it.
    random_state : int, RandomState instance or None, default=None
        Decides the permutations and the orders.

    Returns
    -------
    result : SampleContributions
        With ``contributions``, ``shares``, ``output``, ``base`` and ``target``.

    Raises
    ------
    ValueError
        If a target is no class of the model, or there is none to choose; the model predicts several
        targets, or decides on pairs of classes; or the estimator cannot take null cells and
        ``removal="mask"``.
    ModalityError
        If a modality has no mean and ``removal="mean"``.

    See Also
    --------
    modality_importance : What each modality is worth for the score.
    ModalityImportanceDisplay : Draw the shares.

    Notes
    -----
    With ``removal="mask"`` or ``"mean"`` a sample's contributions depend on no other sample but by
    the mean. A modality that is missing in a sample contributes exactly 0 under ``"mask"``.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skmm import LateFusionClassifier
    >>> from skmm.datasets import make_multimodal_classification
    >>> from skmm.inspection import sample_contributions
    >>> X, y = make_multimodal_classification(
    ...     100, modalities={"image": 12, "audio": 8}, missing={"audio": 0.3}, random_state=0
    ... )
    >>> late = LateFusionClassifier([(m, LogisticRegression()) for m in X.columns], rule="mean")
    >>> found = sample_contributions(late.fit(X, y), X[:3])
    >>> found.contributions.round(2)
       image  audio
    0   0.51  -0.20
    1   0.07  -0.02
    2   0.44  -0.29
    """
    X = check_samples(X)
    check_is_fitted(estimator)
    seed = draw_seed(random_state)
    modalities = read_modalities(estimator, X, modalities)
    plan = plan_shapley(len(modalities), n_orders, check_random_state(seed))
    readings = Readings(estimator, X, modalities, removal, n_repeats=n_repeats, seed=seed)
    everything = np.ones((1, len(modalities)), dtype=bool)
    whole = readings.over(everything, _respond)[0, 0]
    labels, columns = _choose_class(estimator, whole, target)
    outputs = readings.over(plan.coalitions, partial(_respond, columns=columns), n_jobs)
    outputs = outputs.mean(axis=1)
    nothing = find_coalition(plan.coalitions, ~everything[0])
    index = getattr(X, "index", None)
    return SampleContributions(
        pd.DataFrame(plan.effects(outputs).T, index, list(modalities)),
        pd.Series(outputs[find_coalition(plan.coalitions, everything[0])], index),
        pd.Series(outputs[nothing], index),
        None if labels is None else pd.Series(labels, index),
    )


def _respond(estimator, X, *, is_masked, columns=None):
    """What a model gives, (n_samples, n_outputs), or of each row the number in its column."""
    with explain_nulls(estimator, is_masked):
        if not is_classifier(estimator):
            given = estimator.predict(X)
        elif hasattr(estimator, "predict_proba"):
            given = estimator.predict_proba(X)
        else:
            given = estimator.decision_function(X)
    if isinstance(given, list) or np.ndim(given) > 2:
        _refuse_several(estimator)
    given = np.asarray(given, dtype=np.float64).reshape(len(given), -1)
    if is_classifier(estimator) and given.shape[1] == 1:  # the decision for the second class
        given = np.hstack([-given, given])
    return given if columns is None else given[np.arange(len(given)), columns]


def _choose_class(estimator, whole, target):
    """The class in question of each sample, None of a regressor; and its column."""
    n_samples, n_outputs = whole.shape
    if is_classifier(estimator) and _decides_on_pairs(estimator):
        raise ValueError(
            f"{type(estimator).__name__} gives a decision for each pair of classes, which is none for a "
            'class; set decision_function_shape="ovr", or give a classifier with predict_proba'
        )
    classes = estimator.classes_ if is_classifier(estimator) else [None]
    if (isinstance(classes, list) and is_classifier(estimator)) or len(classes) != n_outputs:
        _refuse_several(estimator)
    if target is None:
        columns = whole.argmax(axis=1)
        return (classes[columns], columns) if is_classifier(estimator) else (None, columns)
    if not is_classifier(estimator):
        raise ValueError(
            f"target={target!r} is a class, and {type(estimator).__name__} is no classifier; leave it out"
        )
    labels = np.asarray(target)
    if labels.ndim > 1 or (labels.ndim == 1 and len(labels) != n_samples):
        raise ValueError(
            f"target has shape {labels.shape}; give one class for all, or one for each of the "
            f"{n_samples} samples"
        )
    labels = np.broadcast_to(labels, n_samples)
    unknown = set(labels.tolist()) - set(classes.tolist())
    if unknown:
        raise ValueError(f"target {unknown.pop()!r} is none of the classes {classes.tolist()}")
    return labels, np.searchsorted(classes, labels)


def _decides_on_pairs(estimator):
    """Whether its decisions are on pairs of more than two classes."""
    if hasattr(estimator, "predict_proba") or len(estimator.classes_) == 2:
        return False
    model = searched(estimator)
    while isinstance(model, Pipeline):
        model = searched(model.steps[-1][1])
    return getattr(model, "decision_function_shape", None) == "ovo"


def _refuse_several(estimator):
    raise ValueError(
        f"{type(estimator).__name__} predicts several targets, and contributions are to one; fit a "
        "model for it"
    )
