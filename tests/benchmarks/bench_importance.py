"""Shapley values of four modalities against bare predictions with the same sixteen sets of them.

And how often the intervals hold what they should.
"""

import platform
import sys
import tempfile
import warnings
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np
import sklearn
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits

from skmm import LateFusionClassifier, MultimodalFusion, make_frame
from skmm.datasets import make_multimodal_classification
from skmm.frame import drop_modalities
from skmm.inspection import modality_importance
from skmm.inspection._coalitions.coalitions import all_coalitions
from tests.tiny_extractors import Spied

LIMIT = 1.5  # times the bare predictions
MODALITIES = {"image": 324, "audio": 40, "text": 100, "sensor": 30}
N_TRAIN, N_TEST = 1000, 2000
N_REPEATS = 7
SMALL = {"a": 8, "b": 6, "c": 5}
N_SIMULATED = 100


def models():
    parts = [(name, "passthrough") for name in MODALITIES]
    early = MultimodalFusion(parts, missing="mean")
    members = [(name, LogisticRegression()) for name in MODALITIES]
    return {
        "early, logistic regression": make_pipeline(early, LogisticRegression(max_iter=200)),
        "early, forest": make_pipeline(early, RandomForestClassifier(100, random_state=0)),
        "late, mean": LateFusionClassifier(members, rule="mean"),
        "late, stacking": LateFusionClassifier(members),
    }


def predict_all(model, frames):
    for frame in frames:
        model.predict(frame)


def cpu_seconds(function, *args, **params):
    start = process_time()
    function(*args, **params)
    return process_time() - start


def masked_frames(X):
    for coalition in all_coalitions(len(MODALITIES)):
        absent = [name for name, kept in zip(MODALITIES, coalition, strict=True) if not kept]
        yield drop_modalities(X, absent, keep_one=False) if absent else X


def count_extractions():
    """How often a sample is described while the Shapley values of four modalities are computed."""
    rng = np.random.default_rng(0)
    n_samples = 40
    cells = {
        name: [rng.integers(9, size=rng.integers(2, 6)).tolist() for _ in range(n_samples)]
        for name in MODALITIES
    }
    X, y = make_frame(**cells), np.arange(n_samples) % 2
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        members = [(name, Spied(str(log))) for name in MODALITIES]
        model = make_pipeline(MultimodalFusion(members, missing="mean"), LogisticRegression())
        model.fit(X, y)
        log.write_text("")
        modality_importance(model, X, y)
        return len(log.read_text().splitlines()) / X.size


def simple_model():
    members = [(name, "passthrough") for name in SMALL]
    return make_pipeline(MultimodalFusion(members, missing="mean"), LogisticRegression())


def coverage_of_samples(X, y, **params):
    """Share of intervals of one model, by modality, that hold its importance for all samples."""
    model, X, y = simple_model().fit(X[:300], y[:300]), X[300:], y[300:]
    truth = modality_importance(model, X, y, confidence_level=None, **params).importances_mean
    return held(truth, X, y, 300, lambda *part: modality_importance(model, *part, **params))


def coverage_of_folds(X, y, **params):
    """The same for models that are trained in the same way, and other training data."""
    half = len(X) // 2
    importances = []
    for start in range(0, half // 2, 200):
        model = simple_model().fit(X[start : start + 200], y[start : start + 200])
        tested = X[half // 2 : half // 2 + 3000], y[half // 2 : half // 2 + 3000]
        importances.append(
            modality_importance(model, *tested, confidence_level=None, **params).importances_mean
        )
    truth = np.mean(importances, axis=0)
    estimate = partial(modality_importance, simple_model(), cv=5, **params)
    return held(truth, X[half:], y[half:], 250, estimate)


def held(truth, X, y, n_samples, estimate):
    found = []
    for start in range(0, n_samples * N_SIMULATED, n_samples):
        rows = slice(start, start + n_samples)
        low, high = estimate(X[rows], y[rows]).interval.T
        found.append((low <= truth) & (truth <= high))
    return np.mean(found, axis=0).round(2).tolist()


def print_coverage():
    """Print the share of intervals that hold what they should, by modality."""
    X, y = make_multimodal_classification(
        60_000, modalities=SMALL, unique={"a": 1.5, "b": 0.7}, random_state=0
    )
    print(f"coverage of {N_SIMULATED} intervals of 95 %, by modality")
    for params in (
        {},
        {"removal": "permute"},
        {"method": "permutation"},
        {"scoring": "neg_log_loss"},
    ):
        print(
            f"  one model, {params}: {coverage_of_samples(X, y, random_state=0, **params)}",
            flush=True,
        )
    print(f"  five folds: {coverage_of_folds(X, y, random_state=0)}", flush=True)


def main():
    """Print ratios of CPU time, and exit where one is above the limit."""
    print(
        f"python {platform.python_version()}, numpy {np.__version__}, sklearn {sklearn.__version__}"
    )
    n_extractions = count_extractions()
    print(f"extractions per cell: {n_extractions:g}")
    X, y = make_multimodal_classification(
        N_TRAIN + N_TEST, modalities=MODALITIES, n_classes=5, random_state=0
    )
    X_test, y_test = X[N_TRAIN:], y[N_TRAIN:]
    frames = list(masked_frames(X_test))
    worst = 0
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, model in models().items():
            model.fit(X[:N_TRAIN], y[:N_TRAIN])
            times = [
                [
                    cpu_seconds(predict_all, model, frames),
                    cpu_seconds(modality_importance, model, X_test, y_test),
                    cpu_seconds(modality_importance, model, X_test, y_test, scoring="neg_log_loss"),
                ]
                for _ in range(N_REPEATS)
            ]
            bare, ours, loss = (median(column) for column in zip(*times, strict=True))
            ratio = median(b / a for a, b, _ in times)
            worst = max(worst, ratio)
            print(
                f"{name}: 16 predictions {bare:.3f} s, importance {ours:.3f} s, {ratio:.2f}x (limit {LIMIT}); "
                f"by log loss {loss:.3f} s, {median(c / a for a, _, c in times):.2f}x"
            )
        print_coverage()
    if worst > LIMIT or n_extractions > 1:
        sys.exit(f"{worst:.2f} times the predictions, {n_extractions:g} extractions")


if __name__ == "__main__":
    main()
