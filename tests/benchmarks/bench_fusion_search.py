"""Accuracy of FusionSearchCV beside the best pipeline that was built by hand, on real tasks.

For each task the best of 68 pipelines in docs/evidence.md is fitted again, picked with hindsight, and
both see the same three outer folds, one core each. The search knows the features only, and has a fixed
time for each. It misses where its mean accuracy is more than one standard error of the difference below.
On two cores it takes half an hour.
"""

import sys
import warnings
from collections import Counter
from time import process_time

import numpy as np
import pandas as pd
import sklearn
from joblib import Parallel, delayed
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from skmm.fusion import LateFusionClassifier
from skmm.model_selection import FusionSearchCV
from tests.benchmarks.bench_fusion import LEARNERS, make_strategies, standard_error
from tests.benchmarks.fusion_tasks import DATA, real_tasks

TIME_BUDGET = 120  # seconds for each search
N_FOLDS = 3
BEST_BY_HAND = {  # strategy and learner
    "emoji, HOG + tags": ("stacking", "forest"),
    "emoji, CNN + name": ("concat standard", "LogisticRegression"),
    "mfeat, six views": ("stacking", "forest"),
    "mfeat, weak views": ("stacking", "forest"),
    "audio-visual digits, noise 4": ("concat mfa", "SVC"),
    "audio-visual digits, noise 6": ("concat mfa", "SVC"),
    "audio-visual digits, noise 10": ("concat mfa", "SVC"),
}


def make_search(task):
    """The search, which is told nothing but how texts become words."""
    features = [(m, task.vectorizers.get(m, "passthrough")) for m in task.X]
    return FusionSearchCV(features, time_budget=TIME_BUDGET, random_state=0)


def search_fold(task, by_hand, fold):
    """Accuracies, the choice, what it cost, and how many were out of time."""
    train, test = fold
    X, y = task.X.iloc[train], task.y[train]
    groups = None if task.groups is None else task.groups[train]
    takes_groups = groups is not None and isinstance(by_hand, LateFusionClassifier)
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of solvers that did not converge: nothing is tuned
        start = process_time()
        search = make_search(task).fit(X, y, groups=groups)
        seconds = process_time() - start
        hand = clone(by_hand).fit(X, y, **({"groups": groups} if takes_groups else {}))
    return {
        "search": search.score(task.X.iloc[test], task.y[test]),
        "by hand": hand.score(task.X.iloc[test], task.y[test]),
        "strategy": search.best_strategy_,
        "CPU s": seconds,
        "out of time": (search.cv_results_["status"] == "out of time").sum(),
    }


def search_folds(task, by_hand):
    """One row per fold."""
    folds = task.folds[:N_FOLDS]
    searches = (delayed(search_fold)(task, by_hand, fold) for fold in folds)
    return pd.DataFrame(Parallel(n_jobs=-1, batch_size=1)(searches))


def main():
    """Print a row per task, and say where the search is behind."""
    if DATA is None:
        print("SKMM_DATA names no folder with real data: nothing to compare")
        return
    table, behind = {}, []
    for name, task in real_tasks():
        strategy, learner = BEST_BY_HAND[name]
        by_hand = make_strategies(task, clone(LEARNERS[learner]))[strategy]
        folds = search_folds(task, by_hand)
        differences = folds["search"] - folds["by hand"]
        error = standard_error(differences, task)
        table[name] = {
            "by hand": f"{folds['by hand'].mean():.3f} {strategy}, {learner}",
            "search": f"{folds['search'].mean():.3f}",
            "difference": f"{differences.mean():+.3f}",
            "SE": f"{error:.3f}",
            "chosen": ", ".join(f"{n} x {c}" for c, n in Counter(folds["strategy"]).items()),
            "CPU s": round(folds["CPU s"].mean()),
            "out of time": f"{folds['out of time'].mean():.0f}",
        }
        print(name, table[name], file=sys.stderr, flush=True)
        if differences.mean() < -error:
            behind.append(f"{name} by {-differences.mean():.3f}")
    print(pd.DataFrame(table).T.to_string())
    print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}")
    if behind:
        raise SystemExit(f"the search is behind the best pipeline built by hand: {behind}")


if __name__ == "__main__":
    main()
