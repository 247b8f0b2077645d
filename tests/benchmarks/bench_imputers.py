"""Accuracy behind each imputer where half of one view of handwritten digits is missing.

Beside them the same learner with nothing missing, and a deep fusion with masks, which is another learner.
"""

import sys

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits

from skmm import DeepFusionClassifier, MultimodalFusion, make_frame
from skmm.frame import drop_modalities
from skmm.generative import CrossModalImputer
from tests.benchmarks.fusion_tasks import DATA

TASKS = {
    "zer of three views": ["fou", "mor", "zer"],
    "fac of six": ["fac", "fou", "kar", "mor", "pix", "zer"],
}
METHODS = ("mean", "knn", "ridge", "vae", "gan")


def make_models(views):
    """Unfitted models by name."""
    members = [(view, "passthrough") for view in views]
    imputers = {method: CrossModalImputer(method, random_state=0) for method in METHODS}
    models = {
        name: make_pipeline(
            MultimodalFusion(members, missing=imputer), LogisticRegression(max_iter=500)
        )
        for name, imputer in imputers.items()
    }
    return models | {"masks": DeepFusionClassifier(modality_dropout=0.2, random_state=0)}


def score(views, gone, data):
    """Mean accuracy of each model over three splits."""
    y = data["y"]
    whole = make_frame(**{view: data[view].astype(float) for view in views})
    gaps = drop_modalities(whole, gone, rate=0.5, random_state=0)
    rows = []
    for train, test in StratifiedShuffleSplit(3, test_size=0.5, random_state=0).split(y, y):
        models = make_models(views)
        row = {
            name: model.fit(gaps.iloc[train], y[train]).score(gaps.iloc[test], y[test])
            for name, model in models.items()
        }
        complete = models["mean"].fit(whole.iloc[train], y[train])
        rows.append(row | {"nothing missing": complete.score(whole.iloc[test], y[test])})
        print(f"{gone}, split {len(rows)}: done", file=sys.stderr, flush=True)
    return pd.DataFrame(rows).mean()


def main():
    if DATA is None:
        print("SKMM_DATA names no folder with real data: nothing to fill in")
        return
    data = np.load(DATA / "mfeat" / "mfeat.npz")
    with threadpool_limits(1):
        table = {
            task: score(views, task.split()[0], data).round(3) for task, views in TASKS.items()
        }
    print(pd.DataFrame(table).T.to_string())


if __name__ == "__main__":
    main()
