"""What the processes do that are interrupted and killed. What this module imports, they need not."""

import os
import time
import warnings
from pathlib import Path

import numpy as np
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import StandardScaler
from skorch.callbacks import Callback

import skmm
from skmm import (
    DeepFusionClassifier,
    LateFusionClassifier,
    MultimodalFusion,
    compare_fusions,
    make_frame,
)
from skmm._extraction_count import count_extractions
from skmm.cache import FeatureCache
from skmm.image import HOGExtractor
from skmm.model_selection import FusionSearchCV
from tests.faults.waiting import WaitingBayes, WaitingScaler
from tests.tiny_extractors import Spied


class Reach(Callback):
    """Says that training has begun."""

    def __init__(self, gate):
        self.gate = gate

    def on_batch_end(self, net, **kwargs):
        Path(self.gate, "reached").touch()


def data(seed=0):
    """A frame of two modalities and three classes."""
    rng = np.random.default_rng(seed)
    y = np.arange(60) % 3
    return make_frame(a=rng.normal(size=(60, 3)) + y[:, None], b=rng.normal(size=(60, 2))), y


def early(gate=None, n_jobs=None):
    return MultimodalFusion([("a", WaitingScaler(gate)), ("b", StandardScaler())], n_jobs=n_jobs)


def late(gate=None, n_jobs=None):
    return LateFusionClassifier([("a", WaitingBayes(gate)), ("b", GaussianNB())], n_jobs=n_jobs)


def deep(gate=None, n_jobs=None):
    endless = {} if gate is None else {"max_epochs": 10**6, "callbacks": [Reach(gate)]}
    return DeepFusionClassifier(**{"max_epochs": 3, "random_state": 0} | endless)


def grid(gate=None, n_jobs=None):
    return GridSearchCV(late(), {"a__gate": [None, gate]}, cv=2, n_jobs=n_jobs)


def search(gate=None, n_jobs=None):
    return FusionSearchCV(
        [("a", "passthrough"), ("b", "passthrough")],
        strategies=["late"],
        learners=[("bayes", WaitingBayes(gate))],
        cv=2,
        n_jobs=n_jobs,
    )


def ask(model, X):
    return model.predict_proba(X) if hasattr(model, "predict_proba") else model.transform(X)


def refit(make, gate, n_jobs):
    """Fit a model, fit it again on other data until Ctrl-C, look at it, and fit it after all.

    Returns
    -------
    interrupted, kept : bool
        Whether Ctrl-C came through, and what the first fit learned is as it was.
    works : bool
        Whether another fit learns what a new model learns.
    """
    (X, y), (others, _) = data(0), data(1)
    model = make().fit(X, y)
    before = ask(model, X)
    model.set_params(**make(gate, n_jobs).get_params(deep=False))
    try:
        model.fit(others, y)
        interrupted = False
    except KeyboardInterrupt:
        interrupted = True
    kept = np.array_equal(ask(model, X), before)
    model.set_params(**make().get_params(deep=False)).fit(others, y)
    again = ask(clone(model).fit(others, y), X)
    return interrupted, kept, np.array_equal(ask(model, X), again)


def compare(gate, folder, n_jobs):
    """Compare two models until Ctrl-C or the end; the scores, or None."""
    X, y = data()
    models = {"quick": late(n_jobs=None), "waiting": late(gate)}
    try:
        comparison = compare_fusions(
            models,
            X,
            y,
            cv=2,
            baselines={"a": late()},
            resume=Path(folder, "results.jsonl"),
            n_jobs=n_jobs,
        )
    except KeyboardInterrupt:
        return None
    return comparison.scores.to_numpy().tolist()


def describe_pictures(paths, memory, n_jobs):
    """Extract features of files until Ctrl-C, and once more.

    Returns
    -------
    interrupted : bool
    n_found : int
        Rows in the cache when it had been interrupted.
    n_extracted : int
        Samples that were extracted the second time.
    block : ndarray
    """
    extractor = HOGExtractor(size=(64, 64), memory=memory, n_jobs=n_jobs, batch_size=16)
    try:
        extractor.fit_transform(paths)
        interrupted = False
    except KeyboardInterrupt:
        interrupted = True
    n_found = FeatureCache(memory).info()["entries"]
    with count_extractions() as count:
        block = extractor.fit_transform(paths)
    return interrupted, n_found, count["extractions"], block


def spy(log, memory, n_samples, n_jobs=None):
    """Extract numbers, and write each of them down."""
    spied = Spied(log, memory=memory, batch_size=20, n_jobs=n_jobs)
    return spied.transform([[number] for number in range(n_samples)])
