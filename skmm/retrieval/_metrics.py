"""How well a ranking puts what belongs to a query in front."""

import numpy as np
from sklearn.utils import check_array

from skmm._validation import Integral


def recall_at_k(y_true, y_score, *, k=10):
    """Share of the queries that have a match among their first k results.

    Parameters
    ----------
    y_true : array-like of shape (n_queries,), int, or (n_queries, n_gallery), bool
        Position of the match of each query in the gallery, or which items match it: at least one.
    y_score : array-like of shape (n_queries, n_gallery), float
        Similarities, the larger the better.
    k : int, default=10
        How many results are looked at.

    Returns
    -------
    recall : float
        From 0 to 1. Chance is about k / n_gallery where each query has one match.

    Raises
    ------
    ValueError
        If a query has no match, shapes do not fit, a score is NaN, or k is not a positive integer.

    See Also
    --------
    sklearn.metrics.top_k_accuracy_score : The same where each query has one match and scores have no ties.
    median_rank, mean_reciprocal_rank : Summaries that need no k.

    Notes
    -----
    Ties are broken in favor of the match, here and for all ranks: the rank of a query is 1 plus the number
    of items whose score is greater than that of its best match.

    Examples
    --------
    >>> from skmm.retrieval import recall_at_k
    >>> recall_at_k([0, 1], [[0.9, 0.2, 0.1], [0.5, 0.3, 0.1]], k=1)
    0.5
    """
    check_k(k)
    return float(np.mean(ranks_of_matches(y_true, y_score) <= k))


def median_rank(y_true, y_score):
    """Median over the queries of the rank of their best match, counted from 1.

    Parameters
    ----------
    y_true : array-like of shape (n_queries,), int, or (n_queries, n_gallery), bool
        Position of the match of each query in the gallery, or which items match it: at least one.
    y_score : array-like of shape (n_queries, n_gallery), float
        Similarities, the larger the better.

    Returns
    -------
    rank : float
        From 1, the best. Chance is about n_gallery / 2 where each query has one match.

    Raises
    ------
    ValueError
        If a query has no match, shapes do not fit, or a score is NaN.

    See Also
    --------
    recall_at_k : Says how ties are broken.

    Examples
    --------
    >>> from skmm.retrieval import median_rank
    >>> median_rank([0, 1], [[0.9, 0.2, 0.1], [0.5, 0.3, 0.1]])
    1.5
    """
    return float(np.median(ranks_of_matches(y_true, y_score)))


def mean_reciprocal_rank(y_true, y_score):
    """Mean over the queries of 1 / rank of their best match.

    Parameters
    ----------
    y_true : array-like of shape (n_queries,), int, or (n_queries, n_gallery), bool
        Position of the match of each query in the gallery, or which items match it: at least one.
    y_score : array-like of shape (n_queries, n_gallery), float
        Similarities, the larger the better.

    Returns
    -------
    mean : float
        From 0 to 1.

    Raises
    ------
    ValueError
        If a query has no match, shapes do not fit, or a score is NaN.

    See Also
    --------
    sklearn.metrics.label_ranking_average_precision_score : The same for one match without ties.
    recall_at_k : Says how ties are broken.

    Examples
    --------
    >>> from skmm.retrieval import mean_reciprocal_rank
    >>> mean_reciprocal_rank([0, 1], [[0.9, 0.2, 0.1], [0.5, 0.3, 0.1]])
    0.75
    """
    return float(np.mean(1 / ranks_of_matches(y_true, y_score)))


def mean_average_precision(y_true, y_score):
    """Mean over the queries of the average precision of their whole ranking.

    Parameters
    ----------
    y_true : array-like of shape (n_queries,), int, or (n_queries, n_gallery), bool
        Position of the match of each query in the gallery, or which items match it: at least one.
        Where items of the same label match, ``labels[:, np.newaxis] == labels``.
    y_score : array-like of shape (n_queries, n_gallery), float
        Similarities, the larger the better.

    Returns
    -------
    mean : float
        From 0 to 1.

    Raises
    ------
    ValueError
        If a query has no match, shapes do not fit, or a score is NaN.

    See Also
    --------
    sklearn.metrics.average_precision_score : The average precision of one query.

    Notes
    -----
    Items of equal score enter the ranking together, as in scikit-learn.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm.retrieval import mean_average_precision
    >>> labels = np.array([0, 1, 0])
    >>> matches = labels[:, np.newaxis] == labels
    >>> float(mean_average_precision(matches, [[0.9, 0.2, 0.1], [0.5, 0.3, 0.1], [0.2, 0.1, 0.7]]))
    0.777...
    """
    matches, scores = _check_matches(y_true, y_score)
    order = np.argsort(-scores, axis=1, kind="stable")
    scores = np.take_along_axis(scores, order, axis=1)
    found = np.cumsum(np.take_along_axis(matches, order, axis=1), axis=1)
    # Only the last of several equal scores is a place where the ranking can be cut.
    is_cut = np.ones(scores.shape, dtype=bool)
    is_cut[:, :-1] = scores[:, :-1] != scores[:, 1:]
    precision = found / np.arange(1, scores.shape[1] + 1)
    total = 0.0
    for query, cuts in enumerate(is_cut):
        gained = np.diff(found[query, cuts], prepend=0) / found[query, -1]
        total += gained @ precision[query, cuts]
    return float(total / len(scores))


def ranks_of_matches(y_true, y_score):
    """Rank of the best match of each query: 1 plus the number of items with a greater score.

    Parameters
    ----------
    y_true : array-like of shape (n_queries,), int, or (n_queries, n_gallery), bool
    y_score : array-like of shape (n_queries, n_gallery), float

    Returns
    -------
    ranks : ndarray of shape (n_queries,), int
    """
    matches, scores = _check_matches(y_true, y_score)
    best = np.where(matches, scores, -np.inf).max(axis=1, keepdims=True)
    return 1 + np.count_nonzero(scores > best, axis=1)


def check_k(k):
    """Refuse what is no number of results."""
    if not isinstance(k, Integral) or k < 1:
        raise ValueError(f"k={k!r}; give the number of results to look at, an integer from 1")


def _check_matches(y_true, y_score):
    """Return both as matrices, y_true of booleans."""
    scores = check_array(y_score, dtype=[np.float64, np.float32], input_name="y_score")
    given = check_array(y_true, dtype=None, ensure_2d=False, input_name="y_true")
    if given.ndim == 1:
        matches = _from_positions(given, scores.shape)
    elif given.shape == scores.shape and np.isin(given, (0, 1)).all():
        matches = given.astype(bool)
    else:
        raise ValueError(
            f"y_true has shape {given.shape}, and y_score {scores.shape}; give the position of the match "
            "of each query, or a matrix of booleans of the shape of y_score"
        )
    without = np.flatnonzero(~matches.any(axis=1))
    if len(without):
        raise ValueError(f"query {without[0]} has no match in the gallery; leave such queries out")
    return matches, scores


def _from_positions(positions, shape):
    n_queries, n_gallery = shape
    if len(positions) != n_queries:
        raise ValueError(
            f"y_true names the matches of {len(positions)} queries, and y_score has {n_queries} rows"
        )
    bad = np.flatnonzero(~np.isin(positions, np.arange(n_gallery)))
    if len(bad):
        raise ValueError(
            f"the match of query {bad[0]} is {positions[bad[0]].item()!r}; expected a position in the "
            f"gallery, from 0 to {n_gallery - 1}"
        )
    return positions[:, np.newaxis] == np.arange(n_gallery)
