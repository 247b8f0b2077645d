"""The table of a comparison: each model against the best single modality."""

import numpy as np
import pandas as pd

from skmm.model_selection._statistics.pairs import compare_pair

FUSION, SINGLE, BEST_SINGLE = "fusion", "single modality", "best single modality"
COSTS = ["fit_time", "score_time", "search_time", "n_extractions", "model_size"]
_TESTED = ["difference", "p_value", "p_worse", "p_equivalent", "p_better"]


def pivot_scores(results):
    """Scores by fold and model, in the order of the results.

    Parameters
    ----------
    results : DataFrame
        Columns ``model``, ``fold`` and ``score``; model by model.

    Returns
    -------
    scores : DataFrame of shape (n_folds, n_models)
    """
    by_model = results.groupby("model", sort=False)
    scores = pd.DataFrame({name: rows["score"].to_numpy() for name, rows in by_model})
    return scores.rename_axis(index="fold", columns="model")


def make_table(results, singles, test_over_train, rope):
    """Summarize the folds, one row per model.

    Parameters
    ----------
    results : DataFrame
        Columns ``model``, ``fold``, ``score`` and the costs; model by model.
    singles : collection of str
        The models that use a single modality; may be empty.
    test_over_train : float
        Size of the test folds over the size of their training sets.
    rope : float
        Largest difference that is of no consequence.

    Returns
    -------
    table : DataFrame
        As in :class:`~skmm.model_selection.FusionComparison`.
    """
    scores = pivot_scores(results)
    means = scores.mean()
    best = means[list(singles)].idxmax() if len(singles) else None
    tested = [_compare_with(scores, name, best, test_over_train, rope) for name in scores]
    table = pd.DataFrame(
        {
            "kind": [_kind(name, singles, best) for name in scores],
            "mean_score": means,
            "std_score": scores.std(ddof=1),
        }
    ).join(pd.DataFrame(tested, index=scores.columns, columns=_TESTED))
    return table.join(results.groupby("model", sort=False)[COSTS].mean())


def _kind(name, singles, best):
    if name not in singles:
        return FUSION
    return BEST_SINGLE if name == best else SINGLE


def _compare_with(scores, name, best, test_over_train, rope):
    if best is None:
        return dict.fromkeys(_TESTED, np.nan)
    if name == best:
        return {"difference": 0.0}
    return compare_pair(scores[name], scores[best], test_over_train, rope)
