"""The table of a comparison: each model against the best single modality."""

import numpy as np
import pandas as pd

from skmm.model_selection._corrected_ttest import corrected_ttest

FUSION, SINGLE, BEST_SINGLE = "fusion", "single modality", "best single modality"


def make_table(results, baselines, test_over_train):
    """Summarize the folds, one row per model.

    Parameters
    ----------
    results : DataFrame
        Columns ``model``, ``fold``, ``score``, ``fit_time`` and ``score_time``; model by model.
    baselines : collection of str
        The models that use a single modality; may be empty.
    test_over_train : float
        Size of the test folds over the size of their training sets.

    Returns
    -------
    table, scores : DataFrame
        As in :class:`~skmm.model_selection.FusionComparison`.
    """
    by_model = results.groupby("model", sort=False)
    scores = pd.DataFrame({name: rows["score"].to_numpy() for name, rows in by_model})
    means = by_model[["score", "fit_time", "score_time"]].mean()
    best = means["score"][list(baselines)].idxmax() if baselines else None
    differences = means["score"] - (np.nan if best is None else means["score"][best])
    table = pd.DataFrame(
        {
            "kind": [_kind(name, baselines, best) for name in means.index],
            "mean_score": means["score"],
            "std_score": by_model["score"].std(ddof=1),
            "difference": differences,
            "p_value": [_p_value(scores, name, best, test_over_train) for name in means.index],
            "fit_time": means["fit_time"],
            "score_time": means["score_time"],
        }
    )
    return table, scores.rename_axis(index="fold", columns="model")


def _kind(name, baselines, best):
    if name not in baselines:
        return FUSION
    return BEST_SINGLE if name == best else SINGLE


def _p_value(scores, name, best, test_over_train):
    if best is None or name == best:
        return np.nan
    return corrected_ttest(scores[name] - scores[best], test_over_train).p_value
