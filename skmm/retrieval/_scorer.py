"""Scores of retrievers for searches and cross-validation."""

from functools import partial

import numpy as np
from sklearn.utils import check_consistent_length

from skmm._validation import Integral, Interval, StrOptions, validate_params
from skmm.retrieval._metrics import mean_average_precision
from skmm.retrieval._retriever import CrossModalRetriever
from skmm.retrieval._search import blocks_of_cosines, ranks_of_pairs

# By name, from the ranks of the partners of the queries: the larger, the better.
_OF_RANKS = {
    "recall_at_k": lambda ranks, k: np.mean(ranks <= k),
    "mean_reciprocal_rank": lambda ranks, k: np.mean(1 / ranks),
    "neg_median_rank": lambda ranks, k: -np.median(ranks),
}
METRICS = (*_OF_RANKS, "mean_average_precision")


@validate_params(
    {"metric": [StrOptions(set(METRICS))], "k": [Interval(Integral, 1, None, closed="left")]},
    prefer_skip_nested_validation=True,
)
def retrieval_scorer(metric="recall_at_k", *, k=10):
    """Make a scorer of retrievers, and of pipelines that end in one.

    Parameters
    ----------
    metric : str, default="recall_at_k"
        ``"recall_at_k"``, ``"mean_reciprocal_rank"``, ``"neg_median_rank"`` (larger is better), or
        ``"mean_average_precision"``, for which samples with the same y match.
    k : int, default=10
        Of ``"recall_at_k"``.

    Returns
    -------
    scorer : callable
        ``scorer(estimator, X, y=None)``, the mean over all directions, for ``scoring=``.

    Raises
    ------
    ValueError
        If there is no such metric.

    See Also
    --------
    CrossModalRetriever.score : Recall among the first ten, without a scorer.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.model_selection import cross_val_score
    >>> from skmm import make_frame
    >>> from skmm.retrieval import CrossModalRetriever, retrieval_scorer
    >>> rng = np.random.default_rng(0)
    >>> features = rng.normal(size=(90, 4))
    >>> X = make_frame(image=features, text=features[:, ::-1] + 0.1 * rng.normal(size=(90, 4)))
    >>> scorer = retrieval_scorer("mean_reciprocal_rank")
    >>> cross_val_score(CrossModalRetriever(), X, cv=3, scoring=scorer).min() > 0.8
    np.True_
    """
    return partial(_score, metric=metric, k=k)


def _score(estimator, X, y=None, *, metric, k):
    retriever, X = _unwrap(estimator, X)
    if metric != "mean_average_precision":
        directions = (ranks_of_pairs(*pair) for _, pair in retriever._pair_up(X))
        return float(np.mean([_OF_RANKS[metric](ranks, k) for ranks in directions]))
    if y is None:
        raise ValueError("mean_average_precision takes samples of the same y for matches; give y")
    check_consistent_length(X, y)
    y = np.asarray(y)
    return float(np.mean([_precision(y[rows], *pair) for rows, pair in retriever._pair_up(X)]))


def _unwrap(estimator, X):
    """The retriever in searches and pipelines, and X as it gets there."""
    if isinstance(estimator, CrossModalRetriever):
        return estimator, X
    if hasattr(estimator, "best_estimator_"):
        return _unwrap(estimator.best_estimator_, X)
    if hasattr(estimator, "steps"):
        before = estimator[:-1]
        return _unwrap(estimator[-1], before.transform(X) if len(before) else X)
    raise TypeError(
        f"a {type(estimator).__name__} finds nothing; give a fitted CrossModalRetriever, a pipeline that "
        "ends in one, or a search over either"
    )


def _precision(y, queries, gallery):
    """Mean average precision, without all scores in memory at once."""
    parts = [
        mean_average_precision(y[part, np.newaxis] == y, cosines) * len(cosines)
        for part, cosines in blocks_of_cosines(queries, gallery)
    ]
    return sum(parts) / len(y)
