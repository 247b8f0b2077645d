"""Accuracy behind each imputer where half of one view of handwritten digits is missing.

Beside them the same learner with nothing missing, and a deep fusion with masks, which is another learner.
The gain is that over the training mean on the same splits, with its standard deviation over them; the error
is that of what is filled in in the test rows, in variances of the view (1 is as bad as the mean); the time
is that of the processor to fit all.
"""

import sys
from time import process_time

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


def find_error(imputer, gone, whole, gaps):
    """Squared error of what is filled in, in variances of the view."""
    truth, absent = whole[gone].array.tensor, ~gaps[gone].array.present
    filled = imputer.transform(gaps)[gone].array.tensor
    errors = np.square(filled - truth)[absent].mean(axis=0)
    varies = truth.var(axis=0) > 0
    return (errors[varies] / truth.var(axis=0)[varies]).mean()


def score(views, gone, data):
    """Accuracy, error and time of each model, by split."""
    y = data["y"]
    whole = make_frame(**{view: data[view].astype(float) for view in views})
    gaps = drop_modalities(whole, gone, rate=0.5, random_state=0)
    rows = []
    splits = StratifiedShuffleSplit(3, test_size=0.5, random_state=0).split(y, y)
    for split, (train, test) in enumerate(splits):
        models = make_models(views)
        for name, model in models.items():
            start = process_time()
            model.fit(gaps.iloc[train], y[train])
            row = {"split": split, "model": name, "seconds": process_time() - start}
            row["accuracy"] = model.score(gaps.iloc[test], y[test])
            if name in METHODS:
                row["error"] = find_error(model[0].fill_, gone, whole.iloc[test], gaps.iloc[test])
            rows.append(row)
        complete = models["mean"].fit(whole.iloc[train], y[train])
        accuracy = complete.score(whole.iloc[test], y[test])
        rows.append({"split": split, "model": "nothing missing", "accuracy": accuracy})
        print(f"{gone}, split {split + 1}: done", file=sys.stderr, flush=True)
    return pd.DataFrame(rows)


def summarize(rows):
    """Means over splits, by model."""
    table = rows.groupby("model", sort=False)[["accuracy", "error", "seconds"]].mean()
    accuracy = rows.pivot(index="split", columns="model", values="accuracy")
    gains = accuracy.sub(accuracy["mean"], axis=0)
    return table.assign(gain=gains.mean(), sd=gains.std())


def main():
    if DATA is None:
        print("SKMM_DATA names no folder with real data: nothing to fill in")
        return
    data = np.load(DATA / "mfeat" / "mfeat.npz")
    with threadpool_limits(1):
        for task, views in TASKS.items():
            table = summarize(score(views, task.split()[0], data))
            print(f"half of {task}\n{table.round(4).to_string()}", flush=True)


if __name__ == "__main__":
    main()
