"""Accuracy of early and late fusions beside the single modalities, untuned, and what late costs.

Every strategy sees the same folds. One loses where its mean accuracy over the folds is more than one
standard error below that of the best single modality, which is picked with hindsight. The standard
error is that of the difference, as in the corrected resampled t-test of Nadeau and Bengio, 2003.
"""

import sys
import warnings
from statistics import median
from time import process_time

import joblib
import numpy as np
import pandas as pd
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.utils.metaestimators import available_if
from threadpoolctl import threadpool_limits

from skmm import LateFusionClassifier, MultimodalFusion
from skmm.fusion import ConcatFusion
from tests.benchmarks.fusion_tasks import tasks

RULES = (
    *("mean", "product", "max", "min", "median", "vote", "borda", "bayes", "evidence"),
    *("confidence", "stacking", "greedy"),
)
SCALINGS = (None, "standard", "sqrt_dim", "frobenius", "mfa")
STRATEGIES = [*(f"concat {scaling}" for scaling in SCALINGS), *RULES]
LEARNERS = {
    "LogisticRegression": LogisticRegression(),
    "kNN": KNeighborsClassifier(),
    "SVC": SVC(),
    "forest": RandomForestClassifier(50, random_state=0),
}
GUARDED = ("stacking", "greedy")  # rules that are not to lose
COST_LIMIT = 1.1  # times the fits of the members
N_REPEATS = 5

_FITTED = {}  # by what an estimator was fitted on: twelve rules share their members


def _asks(method):
    return available_if(lambda self: hasattr(self.estimator, method))


class Remembered(ClassifierMixin, BaseEstimator):
    """The same estimator is fitted on the same data once, and predicts the same data once."""

    def __init__(self, estimator):
        self.estimator = estimator

    def fit(self, X, y):
        self.key_ = joblib.hash((repr(self.estimator), X, y))
        if self.key_ not in _FITTED:
            _FITTED[self.key_] = clone(self.estimator).fit(X, y)
        self.classes_ = _FITTED[self.key_].classes_
        return self

    @_asks("predict_proba")
    def predict_proba(self, X):
        return self._ask("predict_proba", X)

    @_asks("decision_function")
    def decision_function(self, X):
        return self._ask("decision_function", X)

    def predict(self, X):
        return self._ask("predict", X)

    def _ask(self, method, X):
        key = method, self.key_, joblib.hash(X)
        if key not in _FITTED:
            _FITTED[key] = getattr(_FITTED[self.key_], method)(X)
        return _FITTED[key]


def make_member(task, modality, learner):
    """What a user would write for one modality, without tuning."""
    if modality in task.vectorizers:
        return Remembered(make_pipeline(task.vectorizers[modality], learner))
    is_forest = isinstance(learner, RandomForestClassifier)
    return Remembered(learner if is_forest else make_pipeline(StandardScaler(), learner))


def make_strategies(task, learner):
    """Unfitted models by name, the single modalities first."""
    members = [(m, make_member(task, m, learner)) for m in task.X]
    strategies = {m: LateFusionClassifier([(m, member)], rule="mean") for m, member in members}
    blocks = [(m, task.vectorizers.get(m, "passthrough")) for m in task.X]
    for scaling in SCALINGS:
        fusion = MultimodalFusion(blocks, fusion=ConcatFusion(scaling=scaling))
        strategies[f"concat {scaling}"] = make_pipeline(fusion, learner)
    for rule in RULES:
        strategies[rule] = LateFusionClassifier(members, rule=rule)
    return strategies


def score(task, strategies):
    """Accuracy of each strategy on each fold."""
    rows = []
    for train, test in task.folds:
        _FITTED.clear()
        X, y, row = task.X.iloc[train], task.y[train], {}
        for name, model in strategies.items():
            takes_groups = isinstance(model, LateFusionClassifier) and task.groups is not None
            params = {"groups": task.groups[train]} if takes_groups else {}
            fitted = clone(model).fit(X, y, **params)
            row[name] = fitted.score(task.X.iloc[test], task.y[test])
        rows.append(row)
    return pd.DataFrame(rows)


def standard_error(differences, task):
    n_train, n_test = np.mean([[len(part) for part in fold] for fold in task.folds], axis=0)
    variance = differences.var(ddof=1)
    return np.sqrt((1 / len(differences) + n_test / n_train) * variance)


def compare(name, task, learner):
    """One row per strategy: mean accuracy, gain over the best single modality, its standard error."""
    strategies = make_strategies(task, clone(learner))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of solvers that did not converge: nothing is tuned
        scores = score(task, strategies)
    means = scores.mean()
    best = means[list(task.X)].idxmax()
    gains = scores.sub(scores[best], axis=0)
    return pd.DataFrame(
        {
            "accuracy": means,
            "gain": gains.mean(),
            "standard error": [standard_error(gains[s], task) for s in scores],
        }
    ).assign(best=best)


def cost_of_late_fusion():
    """CPU time of fitting a late fusion by the mean, against fitting its members in a loop."""
    _, task = next(iter(tasks()))
    learner = LogisticRegression()
    members = [(m, make_member(task, m, learner).estimator) for m in task.X]
    columns = {m: task.X[m] if m in task.vectorizers else task.X[m].array.tensor for m in task.X}

    def loop():
        return [clone(model).fit(columns[m], task.y) for m, model in members]

    def late():
        return LateFusionClassifier(members, rule="mean").fit(task.X, task.y)

    times = []
    for _ in range(N_REPEATS):
        times.append([cpu_seconds(function) for function in (loop, late)])
    plain, ours = (median(column) for column in zip(*times, strict=True))
    return median(b / a for a, b in times), plain, ours


def cpu_seconds(function):
    start = process_time()
    function()
    return process_time() - start


def main(names=tuple(LEARNERS)):
    """Print a table per learner, and say which guarded rules lose."""
    results, lost = {}, []
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ratio, plain, ours = cost_of_late_fusion()
        print(f"late fusion {ours:.2f} s, its members {plain:.2f} s: {ratio:.2f}x", flush=True)
        for task_name, task in tasks():
            for learner in names:
                table = compare(task_name, task, LEARNERS[learner])
                results[task_name, learner] = table
                for rule in GUARDED:
                    row = table.loc[rule]
                    if row["gain"] < -row["standard error"]:
                        lost.append(f"{rule} on {task_name} with {learner}")
                print(f"{task_name}, {learner}\n{row_of(table)}", file=sys.stderr, flush=True)
    for learner in names:
        chosen = {task: t for (task, name), t in results.items() if name == learner}
        rows = {task: row_of(table) for task, table in chosen.items()}
        print(f"\n{learner}: mean accuracy\n{pd.DataFrame(rows).T.to_string()}")
    gains = pd.DataFrame({key: t["gain"] for key, t in results.items()})
    common = gains.loc[STRATEGIES]
    summary = pd.DataFrame(
        {
            "mean gain": common.mean(axis=1),
            "worst gain": common.min(axis=1),
            "worst on": common.idxmin(axis=1).map(", ".join),
        }
    )
    print(
        f"\ngain over the best single modality, over all tasks and learners\n{summary.round(3).to_string()}"
    )
    print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}")
    if lost or ratio > COST_LIMIT:
        raise SystemExit(f"loses: {lost}; cost {ratio:.2f}x")


def row_of(table):
    """Accuracies of one task as text, starred where more than one standard error below the best."""
    best = table["best"].iloc[0]
    row = {"best single": f"{table.loc[best, 'accuracy']:.3f} {best}"}
    for name in STRATEGIES:
        loses = table.loc[name, "gain"] < -table.loc[name, "standard error"]
        row[name] = f"{table.loc[name, 'accuracy']:.3f}" + ("*" if loses else "")
    return row


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or tuple(LEARNERS))
