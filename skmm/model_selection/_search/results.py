"""What a search found, as tables."""

import numpy as np
import pandas as pd

from skmm.model_selection._comparison.result import FusionComparison

_MEANS = {"mean_test_score": "score", "mean_fit_time": "fit_time", "mean_score_time": "score_time"}


def tabulate(outcomes, n_folds):
    """One row per candidate, with the names that the searches of scikit-learn have.

    Parameters
    ----------
    outcomes : list of Outcome
    n_folds : int

    Returns
    -------
    table : DataFrame
        As ``cv_results_`` of :class:`FusionSearchCV`.
    """
    table = pd.DataFrame([_row(outcome, n_folds) for outcome in outcomes])
    complete = table["mean_test_score"].where(table["status"] == "complete")
    table["rank_test_score"] = complete.rank(ascending=False, method="min")
    return table


def _row(outcome, n_folds):
    records = pd.DataFrame(outcome.records, columns=["score", "fit_time", "score_time"])
    scores = records["score"].tolist()
    row = {
        "strategy": outcome.candidate.name,
        "status": outcome.status,
        "reason": outcome.reason,
        "n_folds": len(records),
    }
    row |= {name: records[column].mean() for name, column in _MEANS.items()}
    row["std_test_score"] = records["score"].std(ddof=0)  # as scikit-learn has it
    splits = [*scores, *[np.nan] * (n_folds - len(scores))]
    return row | {f"split{number}_test_score": score for number, score in enumerate(splits)}


def compare_complete(outcomes, **options):
    """The comparison of those candidates that were scored on all folds.

    Parameters
    ----------
    outcomes : list of Outcome
    **options : dict
        Keyword arguments of :class:`FusionComparison`.

    Returns
    -------
    comparison : FusionComparison

    Raises
    ------
    ValueError
        If there is none.
    """
    complete = [outcome for outcome in outcomes if outcome.status == "complete"]
    if not complete:
        reasons = "; ".join(f"{o.candidate.name}: {o.status}, {o.reason}" for o in outcomes)
        raise ValueError(f"no strategy could be scored on all folds. {reasons}")
    complete.sort(
        key=lambda outcome: not outcome.candidate.is_single
    )  # as compare_fusions has them
    records = [record for outcome in complete for record in outcome.records]
    results = pd.DataFrame(records).drop(columns="candidate")
    results["params"] = [{} for _ in records]
    singles = [outcome.candidate.name for outcome in complete if outcome.candidate.is_single]
    return FusionComparison(results, singles, **options)
