"""How scores fall when modalities go missing."""

from functools import partial

import numpy as np
from sklearn.metrics import get_scorer_names

from skmm._validation import Integral, Interval, StrOptions, validate_params
from skmm.frame import drop_modalities
from skmm.model_selection._robustness.curve import RobustnessCurve
from skmm.model_selection._robustness.damaged_scores import (
    check_baseline,
    check_data,
    check_estimators,
    check_levels,
    choose_modalities,
    name_scores,
    score_damaged,
)

ALMOST_ALL = np.nextafter(1.0, 0.0)


@validate_params(
    {
        "modality": [str, list, None],
        "scoring": [StrOptions(set(get_scorer_names())), callable, None],
        "n_repeats": [Interval(Integral, 1, None, closed="left")],
        "baseline": [str, None],
        "random_state": ["random_state"],
        "n_jobs": [Integral, None],
    },
    prefer_skip_nested_validation=True,
)
def missing_modality_curve(
    estimator,
    X,
    y,
    *,
    modality=None,
    rates=(0, 0.25, 0.5, 0.75, 1),
    scoring=None,
    n_repeats=5,
    baseline=None,
    random_state=None,
    n_jobs=None,
):
    """Score fitted models while modalities go missing in more and more samples.

    All models see the same gaps. In one repeat, what is missing at one rate is also missing at any
    higher one.

    Parameters
    ----------
    estimator : estimator or dict {str: estimator}
        Fitted models, which must bear null cells: late and deep fusions do, early ones with another
        ``missing=`` than "error". A dict compares several.
    X : DataFrame of shape (n_samples, n_modalities)
        Data that they were not fitted on. It is not changed.
    y : array-like of shape (n_samples,)
        The target.
    modality : str or list of str, default=None
        The modalities that go missing, independently of each other. None is all of them, but each sample
        keeps one: at rate 1 one that is drawn at random.
    rates : array-like of shape (n_levels,), default=(0, 0.25, 0.5, 0.75, 1)
        Probabilities that a cell goes missing, ascending: the shares of samples without a modality that is
        named. Where each sample keeps one, fewer are missing. What is missing in X already stays so.
    scoring : str, callable or None, default=None
        One score, where greater is better, as in :func:`~sklearn.model_selection.cross_validate`.
        None is the models' own ``score``.
    n_repeats : int, default=5
        How often gaps are drawn.
    baseline : str, default=None
        Name of the model that effective robustness compares the others with, such as a late fusion.
    random_state : int, RandomState instance or None, default=None
        Decides where the gaps are. An integer gives the same gaps in every call.
    n_jobs : int, default=None
        Number of processes; each scores all models on one version of X at a time.

    Returns
    -------
    curve : RobustnessCurve
        The scores in ``scores``, their summary in ``table``, and ``plot()``.

    Raises
    ------
    TypeError
        If X is not a DataFrame, or an estimator is none.
    ValueError
        If a rate, a modality or the baseline is not there, X has a single modality and it is not named,
        or a model cannot be scored: the message names the model and the rate.
    NotFittedError
        If a model is not fitted.

    See Also
    --------
    noise_curve : Modalities that are there, but worse.
    skmm.frame.drop_modalities : Makes the gaps.
    RobustnessCurveDisplay : The picture.

    Notes
    -----
    At rate 1 a late fusion by a fixed rule scores as one without the modality. One that learned how to
    combine, or a deep one, may do worse than if it had never seen the modality: train with
    ``modality_dropout``, and see here.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skmm.datasets import make_multimodal_classification
    >>> from skmm.fusion import LateFusionClassifier
    >>> from skmm.model_selection import missing_modality_curve
    >>> X, y = make_multimodal_classification(
    ...     400, modalities={"image": 12, "audio": 8}, random_state=0
    ... )
    >>> late = LateFusionClassifier([(m, LogisticRegression()) for m in X], rule="mean")
    >>> late.fit(X[:200], y[:200])
    LateFusionClassifier(...)
    >>> curve = missing_modality_curve(late, X[200:], y[200:], modality="audio", random_state=0)
    >>> curve.mean_scores.round(2)
           LateFusionClassifier
    level
    0.00                   0.56
    0.25                   0.56
    0.50                   0.55
    0.75                   0.53
    1.00                   0.51
    """
    check_data(X, y)
    estimators = check_estimators(estimator)
    check_baseline(baseline, estimators)
    chosen = choose_modalities(X, modality)
    if modality is None and len(chosen) == 1:
        raise ValueError(
            f"X has the single modality {chosen[0]!r}, and each sample keeps one; name it "
            f"(modality={chosen[0]!r}) to have it go missing"
        )
    scores = score_damaged(
        estimators,
        X,
        y,
        check_levels(rates, "rates", highest=1),
        partial(_drop, None if modality is None else chosen),
        scoring=scoring,
        n_repeats=n_repeats,
        random_state=random_state,
        n_jobs=n_jobs,
    )
    what = "modalities" if modality is None else " and ".join(map(str, chosen))
    return RobustnessCurve(
        scores,
        score_name=name_scores(scoring, estimators),
        level_name=f"share of samples without {what}"
        if modality is not None
        else "rate of missing cells, of which each sample keeps one",
        baseline=baseline,
    )


def _drop(chosen, X, rate, seed):
    if chosen is None:  # at 1 itself nothing is drawn, and so nothing is kept
        return drop_modalities(X, rate=min(rate, ALMOST_ALL), random_state=seed)
    return drop_modalities(X, chosen, rate=rate, keep_one=False, random_state=seed)
