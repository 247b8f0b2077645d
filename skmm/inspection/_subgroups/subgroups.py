"""For whom a model works: its scores by group, and by what is missing."""

import warnings
from dataclasses import dataclass
from itertools import chain, count
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.base import is_classifier
from sklearn.metrics import get_scorer_names
from sklearn.utils import check_consistent_length

from skmm._shown import ShownAsTable
from skmm._validation import (
    HasMethods,
    Interval,
    Real,
    StrOptions,
    _safe_indexing,
    make_rng,
    validate_params,
)
from skmm.inspection._coalitions.intervals import N_BLOCKS, jackknife, t_interval
from skmm.inspection._coalitions.modalities import check_samples, read_modalities
from skmm.inspection._coalitions.scoring import Replay, needs_samples, read_scoring
from skmm.inspection._subgroups.attributes import MISSING, missing_patterns, read_attributes
from skmm.inspection._subgroups.fairness import fairness_differences, group_rates


@dataclass(frozen=True, eq=False, repr=False)
class SubgroupReport(ShownAsTable):
    """What :func:`subgroup_report` found.

    Parameters
    ----------
    table : DataFrame
        One row per score, attribute and group, with the columns

        - ``n_samples``: how many samples the group has;
        - ``score``: their score; NaN where it is not defined, as the ROC AUC of one class;
        - ``difference``: the score minus that of all samples;
        - ``low``, ``high``: confidence interval of the difference; NaN of a single sample, and where
          leaving samples out makes the score undefined.
    overall : Series
        The scores of all samples.
    differences : DataFrame
        One row per attribute: the largest score of a group minus the smallest; of a classifier with a
        positive class also ``demographic_parity_difference`` and ``equalized_odds_difference`` [1]_.
    rates : DataFrame or None
        Share of samples that are predicted to be positive, by attribute and group: of all
        (``selection_rate``), of the positive ones (``true_positive_rate``) and of the others
        (``false_positive_rate``); None without a positive class.

    See Also
    --------
    subgroup_report : Makes it.

    References
    ----------
    .. [1] M. Hardt, E. Price and N. Srebro, "Equality of opportunity in supervised learning", NeurIPS
       2016.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from skmm.inspection import subgroup_report
    >>> X, y = [[0]] * 4, [0, 1, 1, 1]
    >>> report = subgroup_report(DummyClassifier().fit(X, y), X, y, ["a", "a", "b", "b"])
    >>> report.overall
    accuracy    0.75
    dtype: float64
    """

    table: pd.DataFrame
    overall: pd.Series
    differences: pd.DataFrame
    rates: pd.DataFrame | None


@validate_params(
    {
        "estimator": [HasMethods(["fit", "predict"])],
        "groups": ["array-like", dict, None],
        "scoring": [StrOptions(set(get_scorer_names())), callable, list, None],
        "intersections": ["boolean"],
        "missingness": ["boolean"],
        "sample_weight": ["array-like", None],
        "confidence_level": [Interval(Real, 0, 1, closed="neither"), None],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def subgroup_report(
    estimator,
    X,
    y,
    groups=None,
    *,
    scoring=None,
    pos_label=None,
    intersections=False,
    missingness=True,
    sample_weight=None,
    confidence_level=0.95,
    random_state=None,
):
    """Score a model on groups of samples, and where modalities are missing.

    Parameters
    ----------
    estimator : fitted classifier or regressor
        It predicts X once.
    X : DataFrame of shape (n_samples, n_columns), or array-like of numbers
        Samples that the estimator was not fitted on.
    y : array-like of shape (n_samples,)
        Targets.
    groups : array-like of shape (n_samples,), Series, DataFrame, dict or None, default=None
        Group of each sample, such as the age band of its speaker; several attributes as a DataFrame or
        dict, one column each, in the order of the rows of X. Null values are a group of their own.
    scoring : str, callable, list of them, or None, default=None
        Scores, where greater is better; a second one of the same name is numbered. None is the accuracy
        of classifiers, and the negative mean absolute error of regressors: an R2 compares with the
        spread within each group.
    pos_label : label, default=None
        The class that is good to get, for the rates; None is the second of two classes, and none of
        more.
    intersections : bool, default=False
        Whether to add groups that share the values of all attributes.
    missingness : bool, default=True
        Whether to add the attribute ``"missing"``, whose groups lack the same modalities, if cells of X
        are null. A modality of several columns is missing where all of them are null.
    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the samples in scores and rates.
    confidence_level : float in (0, 1) or None, default=0.95
        Level of the intervals; None does without.
    random_state : int, RandomState instance or None, default=None
        Decides which samples the intervals leave out together.

    Returns
    -------
    report : SubgroupReport
        With ``table``, ``overall``, ``differences`` and ``rates``.

    Raises
    ------
    ValueError
        If there is no attribute to report on, one has more than 50 groups or another length than X, or
        `pos_label` is no class.

    See Also
    --------
    modality_importance : Which modalities the scores are owed to.

    Notes
    -----
    The intervals are about this model on other samples like those in X, with groups of the same size.
    Samples are dealt at random into 20 blocks, or as many as the group has samples, each with its share
    of every group; the difference is computed without each block in turn (jackknife), and the interval
    is that of Student's t. They are not corrected for the number of groups: of twenty groups that are
    treated alike, one is expected to stand out.

    Demographic parity and equalized odds are computed as in fairlearn, but a group without samples of
    a class has no rate, where fairlearn counts it as 0. Which of them matters, if any, is no question
    of statistics.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skmm import LateFusionClassifier
    >>> from skmm.datasets import make_multimodal_classification
    >>> from skmm.inspection import subgroup_report
    >>> X, y = make_multimodal_classification(
    ...     600, modalities={"image": 12, "audio": 8}, missing={"audio": 0.3}, random_state=0
    ... )
    >>> late = LateFusionClassifier([(m, LogisticRegression()) for m in X.columns])
    >>> late = late.fit(X[:300], y[:300])
    >>> report = subgroup_report(late, X[300:], y[300:], random_state=0)
    >>> report.table.loc["accuracy", ["n_samples", "score", "difference"]].round(2)
                     n_samples  score  difference
    attribute group
    missing   none         210   0.68        0.05
              audio         90   0.51       -0.12
    """
    X = check_samples(X)
    y = np.asarray(y)
    weight = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    check_consistent_length(X, y, weight)
    attributes = read_attributes(groups, len(X), intersections=intersections)
    if missingness:
        attributes = _add_missingness(attributes, estimator, X)
    if not len(attributes.columns):
        raise ValueError(
            "there is nothing to report on: give groups, or X with null cells and missingness=True"
        )
    model = Replay(estimator, X, is_masked=False)
    scorers = _read_scorers(estimator, scoring)
    parts = {name: _Part(scorer, model, X, y, weight) for name, scorer in scorers.items()}
    everybody = np.arange(len(y))
    overall = pd.Series({name: part.score(everybody) for name, part in parts.items()})
    table = pd.DataFrame(
        [
            {"scoring": name, "attribute": attribute, "group": group, **row}
            for name, part in parts.items()
            for attribute, column in attributes.items()
            for group, row in _compare(part, column, overall[name], confidence_level, random_state)
        ]
    ).set_index(["scoring", "attribute", "group"])
    differences = _ranges(table["score"], attributes)
    rates = _read_rates(model, y, attributes, weight, pos_label)
    if rates is not None:
        differences = differences.join(fairness_differences(rates))
    return SubgroupReport(table, overall, differences, rates)


class _Part(NamedTuple):
    """One score of some of the rows."""

    scorer: object
    model: Replay
    X: object
    y: np.ndarray
    weight: np.ndarray | None

    def score(self, rows):
        given = {} if self.weight is None else {"sample_weight": self.weight[rows]}
        if needs_samples(self.scorer):
            X = _safe_indexing(self.X, rows)
            return self.scorer(self.model._estimator, X, self.y[rows], **given)
        return self.scorer(self.model, rows, self.y[rows], **given)

    def score_if_defined(self, rows):
        """NaN where a score has no meaning for so few rows; errors of all rows were raised before."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # UndefinedMetricWarning is one
            try:
                return self.score(rows)
            except ValueError:
                return np.nan


def _add_missingness(attributes, estimator, X):
    patterns = missing_patterns(X, read_modalities(estimator, X))
    if patterns is None:
        return attributes
    if MISSING in attributes:
        raise ValueError(
            f"groups has an attribute {MISSING!r}, which is the name of that of missing modalities; "
            "rename it, or set missingness=False"
        )
    return attributes.assign(**{MISSING: patterns})


def _read_scorers(estimator, scoring):
    if scoring is None:
        scoring = "accuracy" if is_classifier(estimator) else "neg_mean_absolute_error"
    scoring = scoring if isinstance(scoring, list) else [scoring]
    scorers = {}
    for one in scoring:
        scorer, name = read_scoring(estimator, one)
        numbered = (f"{name}_{number}" for number in count(2))
        scorers[next(new for new in chain([name], numbered) if new not in scorers)] = scorer
    return scorers


def _compare(part, column, overall, level, random_state):
    """Rows of the table for one attribute: each group beside all samples."""
    codes = column.cat.codes.to_numpy()
    random_state = make_rng(random_state)
    parts_of = {}
    for code, group in enumerate(column.cat.categories):
        members = np.flatnonzero(codes == code)
        score = part.score_if_defined(members)
        row = {"n_samples": len(members), "score": score, "difference": score - overall}
        row |= {"low": np.nan, "high": np.nan}
        if level is not None and len(members) > 1:
            n_blocks = min(N_BLOCKS, len(members))
            if n_blocks not in parts_of:
                parts_of[n_blocks] = _leave_blocks_out(part, codes, n_blocks, random_state)
            without, overall_without = parts_of[n_blocks]
            of_group = [part.score_if_defined(rows[codes[rows] == code]) for rows in without]
            error = jackknife(np.subtract([of_group], [overall_without]))
            row["low"], row["high"] = t_interval(row["difference"], error, n_blocks - 1, level)[0]
        yield group, row


def _leave_blocks_out(part, codes, n_blocks, random_state):
    """The rows without each block, and their scores."""
    blocks = _deal_within(codes, n_blocks, random_state)
    without = [np.flatnonzero(blocks != block) for block in range(n_blocks)]
    return without, [part.score_if_defined(rows) for rows in without]


def _deal_within(codes, n_blocks, random_state):
    """Blocks of rows, each with as many of every group, give or take one."""
    blocks = np.empty(len(codes), dtype=int)
    for code in np.unique(codes):
        members = random_state.permutation(np.flatnonzero(codes == code))
        blocks[members] = (np.arange(len(members)) + random_state.randint(n_blocks)) % n_blocks
    return blocks


def _ranges(scores, attributes):
    """Largest minus smallest score of a group, by attribute and score."""
    by_attribute = scores.groupby(level=["attribute", "scoring"], sort=False)
    ranges = (by_attribute.max() - by_attribute.min()).unstack("scoring")
    return ranges.loc[list(attributes)].rename_axis(columns=None)


def _read_rates(model, y, attributes, weight, pos_label):
    if not is_classifier(model) or y.ndim > 1:
        return None
    classes = np.asarray(model.classes_).tolist()
    if pos_label is None and len(classes) != 2:
        return None
    positive = classes[1] if pos_label is None else pos_label
    if positive not in classes:
        raise ValueError(f"pos_label={pos_label!r} is none of the classes {classes}")
    predicted = model.predict(np.arange(len(y)))
    return group_rates(y == positive, predicted == positive, attributes, weight)
