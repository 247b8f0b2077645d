"""Bytes and extractions of a model."""

import pickle

import numpy as np
from joblib import parallel_config
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmm import LateFusionClassifier, MultimodalFusion
from skmm.image import HOGExtractor
from skmm.model_selection._folds.costs import counts_extractions, pickled_size


def test_the_size_is_that_of_the_pickle():
    model = RandomForestClassifier(5, random_state=0).fit(np.eye(50), np.arange(50) % 2)
    assert pickled_size(model) == len(pickle.dumps(model, protocol=pickle.HIGHEST_PROTOCOL))


def test_large_arrays_count():
    array = np.zeros(10**6)
    assert pickled_size(array) == len(pickle.dumps(array, protocol=pickle.HIGHEST_PROTOCOL))


def test_what_cannot_be_pickled_has_no_size():
    assert np.isnan(pickled_size(FunctionTransformer(lambda X: X)))


def test_extractions_in_processes_of_a_fusion_are_not_counted():
    member = make_pipeline(HOGExtractor(), LogisticRegression())
    assert counts_extractions(LateFusionClassifier([("image", member)]))
    assert not counts_extractions(LateFusionClassifier([("image", member)], n_jobs=2))
    assert counts_extractions(MultimodalFusion([("image", HOGExtractor(n_jobs=2))]))
    assert counts_extractions(RandomForestClassifier(n_jobs=2))  # has none


def test_extractions_are_not_counted_where_the_backend_spreads_members():
    fusion = MultimodalFusion([("image", HOGExtractor())])
    with parallel_config("loky", n_jobs=2):
        assert not counts_extractions(fusion)
    assert counts_extractions(fusion)
