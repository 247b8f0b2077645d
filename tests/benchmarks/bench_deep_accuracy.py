"""Accuracy of deep fusions beside late ones on audio-visual digits, speakers held out.

All see the same blocks and folds. The best deep fusion is to be level with stacking at least: its mean
over the folds no more than one standard error of the difference below.
"""

import sys

import pandas as pd
import skorch
import torch
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from skmm import DeepFusionClassifier, LateFusionClassifier
from tests.benchmarks.bench_fusion import standard_error
from tests.benchmarks.fusion_tasks import DATA, audio_visual_task

FUSIONS = ("concat", "sum", "gated", "attention", "low_rank", "embrace")
NOISES = (4, 6, 10)
DEEP = {"max_epochs": 40, "lr": 3e-3, "lr_schedule": "cosine", "weight_decay": 0.01}


def make_strategies(task):
    """Unfitted models by name."""
    member = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    members = [(modality, member) for modality in task.X]
    late = {rule: LateFusionClassifier(members, rule=rule) for rule in ("stacking", "product")}
    deep = {
        f"deep {fusion}": DeepFusionClassifier(fusion=fusion, random_state=0, **DEEP)
        for fusion in FUSIONS
    }
    return late | deep


def score(task):
    """Accuracy of each strategy on each fold."""
    rows = []
    for train, test in task.folds:
        X, y, groups = task.X.iloc[train], task.y[train], task.groups[train]
        rows.append(
            {
                name: clone(model).fit(X, y, groups=groups).score(task.X.iloc[test], task.y[test])
                for name, model in make_strategies(task).items()
            }
        )
    return pd.DataFrame(rows)


def main():
    if DATA is None:
        print("SKMM_DATA names no folder with real data: nothing to compare")
        return
    table, behind = {}, []
    with threadpool_limits(1):
        for noise in NOISES:
            task = audio_visual_task(noise)
            scores = score(task)
            means = scores.mean()
            best = means.filter(like="deep").idxmax()
            difference = scores[best] - scores["stacking"]
            error = standard_error(difference, task)
            table[f"noise {noise}"] = {**means.round(3), "SE of the best deep": round(error, 3)}
            print(f"noise {noise}: done", file=sys.stderr, flush=True)
            if difference.mean() < -error:
                behind.append(f"noise {noise}: {best} by {-difference.mean():.3f}")
    print(pd.DataFrame(table).T.to_string())
    print(f"torch {torch.__version__}, skorch {skorch.__version__}")
    if behind:
        raise SystemExit(f"deep fusion is behind stacking: {behind}")


if __name__ == "__main__":
    main()
