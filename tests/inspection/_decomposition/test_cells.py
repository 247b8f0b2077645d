"""Modalities as symbols."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import adjusted_rand_score
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmm import ModalityError, make_frame
from skmm.frame import TensorArray
from skmm.inspection._decomposition.cells import (
    cluster,
    make_cells,
    predict,
    read_cells,
    read_labels,
)
from skmm.text import BagOfWordsVectorizer, Word2VecVectorizer


@pytest.fixture(scope="module")
def block():
    return np.random.default_rng(0).normal(size=(60, 4)) + 6 * (np.arange(60) % 3)[:, None]


Y = np.arange(60) % 3
OPTIONS = {"classifier": None, "cv": None, "groups": None, "n_jobs": None}


@pytest.mark.parametrize(
    "values",
    [
        ["b", "a", None, "b"],
        pd.array(["b", "a", None, "b"], dtype="str"),
        pd.Categorical(["b", "a", None, "b"]),
        pd.array([True, False, None, True], dtype="boolean"),
        [7.0, 3.0, np.nan, 7.0],
        pd.array([7, 3, None, 7], dtype="Int64"),
    ],
    ids=["object", "str", "category", "boolean", "float", "Int64"],
)
def test_what_is_discrete_is_taken_as_it_is(values):
    cells = read_labels(pd.Series(values))
    assert cells.n_cells == 2
    assert cells.codes[2] == -1
    assert cells.codes[0] == cells.codes[3] != cells.codes[1]


def test_categories_may_be_many_and_other_values_may_not():
    many = pd.Series([f"word {number}" for number in range(11)])
    assert read_labels(many) is None
    assert read_labels(pd.Series(np.arange(11))) is None
    assert read_labels(many.astype("category")).n_cells == 11


def test_arrays_are_no_labels():
    assert read_labels(pd.Series(TensorArray(np.zeros((4, 1))))) is None


def test_symbols_of_present_samples_are_spread():
    cells = make_cells(np.array([5, 2, 5]), np.array([True, False, True, True]))
    assert_array_equal(cells.codes, [1, -1, 0, 1])


def test_clusters_are_those_of_k_means_on_standardized_columns(block):
    runs = cluster(make_frame(a=block), "a", 3, transformer=None, seed=5)
    scaled = StandardScaler().fit_transform(block)
    for run, cells in enumerate(runs):
        expected = KMeans(3, n_init=4, random_state=5 + run).fit_predict(scaled)
        assert_array_equal(cells.codes, expected)
        assert adjusted_rand_score(Y, cells.codes) == 1
    assert len(runs) == 3


def test_pictures_are_laid_flat(block):
    flat, *_ = cluster(make_frame(a=block), "a", 3, transformer=None, seed=0)
    square, *_ = cluster(make_frame(a=block.reshape(60, 2, 2)), "a", 3, transformer=None, seed=0)
    assert_array_equal(square.codes, flat.codes)


def test_missing_samples_have_no_symbol_and_do_not_count(block):
    present = np.arange(60) % 4 > 0
    X = make_frame(a=TensorArray(np.where(present[:, None], block, 1e6), present))
    codes = cluster(X, "a", 3, transformer=None, seed=0)[0].codes
    assert_array_equal(codes == -1, ~present)
    alone = cluster(make_frame(a=block[present]), "a", 3, transformer=None, seed=0)[0].codes
    assert_array_equal(codes[present], alone)


def test_values_that_are_few_are_found_exactly():
    values = np.repeat([[0.0], [1.0], [5.0]], 5, axis=0)
    assert cluster(make_frame(a=values), "a", 10, transformer=None, seed=0)[0].n_cells == 3


def test_raw_samples_are_clustered_by_what_a_transformer_makes_of_them():
    texts = make_frame(text=["red red fox", "blue sea", "red fox", "blue blue sea"] * 5)
    words = Word2VecVectorizer(4, min_count=1, random_state=0)
    cells, *_ = cluster(texts, "text", 2, transformer=words, seed=0)
    assert_array_equal(cells.codes == cells.codes[0], [True, False] * 10)


def test_raw_samples_without_one_are_refused_by_name():
    X = make_frame(text=[f"text {number}" for number in range(20)])
    with pytest.raises(ModalityError, match="modality 'text': not a column of arrays"):
        cluster(X, "text", 3, transformer=None, seed=0)


def test_predictions_are_those_of_cross_validation(block):
    cells = predict(make_frame(a=block), "a", Y, **OPTIONS)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    assert_array_equal(cells.codes, cross_val_predict(model, block, Y, cv=folds))


def test_a_classifier_and_folds_can_be_given(block):
    noisy = block + np.random.default_rng(1).normal(size=block.shape) * 5
    options = OPTIONS | {"classifier": KNeighborsClassifier(3), "cv": KFold(4)}
    cells = predict(make_frame(a=noisy), "a", Y, **options)
    expected = cross_val_predict(KNeighborsClassifier(3), noisy, Y, cv=KFold(4))
    assert_array_equal(cells.codes, expected)


def test_a_pipeline_predicts_from_raw_samples():
    texts = make_frame(text=["red fox", "blue sea", None, "red fox", "blue sea", "a fox"] * 5)
    y = np.array([0, 1, 0, 0, 1, 0] * 5)
    pipeline = make_pipeline(BagOfWordsVectorizer(), LogisticRegression())
    codes = predict(texts, "text", y, **OPTIONS | {"classifier": pipeline}).codes
    present = np.arange(30) % 6 != 2
    assert_array_equal(codes, np.where(present, y, -1))


def test_groups_are_not_torn_apart(block):
    groups = np.repeat(np.arange(10), 6)
    noisy = block + np.random.default_rng(1).normal(size=block.shape) * 5
    options = OPTIONS | {"groups": groups, "cv": GroupKFold(5)}
    codes = predict(make_frame(a=noisy), "a", Y, **options).codes
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    expected = cross_val_predict(model, noisy, Y, cv=GroupKFold(5), groups=groups)
    assert_array_equal(codes, expected)


def test_a_class_of_one_sample_each_leaves_no_folds(block):
    with pytest.raises(ValueError, match="no class has two samples.*method='clusters'"):
        predict(make_frame(a=block[:3]), "a", np.arange(3), **OPTIONS)


def test_each_modality_is_read_in_the_way_that_fits_it(block):
    X = make_frame(a=block, b=block, c=Y).assign(d=pd.Categorical(Y))
    options = {"n_cells": 3, "cv": None, "groups": None, "n_jobs": None, "seed": 0}
    clusters = read_cells(X, Y, method="clusters", estimators={}, **options)
    assert {name: len(runs) for name, runs in clusters.items()} == {"a": 3, "b": 3, "c": 1, "d": 1}
    model = KNeighborsClassifier(3)
    predictions = read_cells(
        X, Y, method="predictions", estimators={"b": model, "c": model}, **options
    )
    assert [len(runs) for runs in predictions.values()] == [1] * 4
    assert_array_equal(predictions["d"][0].codes, Y)
    assert_array_equal(
        predictions["b"][0].codes, predict(X, "b", Y, **OPTIONS | {"classifier": model}).codes
    )
