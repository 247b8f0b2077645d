"""CrossModalImputer: alone, and inside early and late fusions."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmm import (
    LateFusionClassifier,
    LateFusionRegressor,
    ModalityError,
    MultimodalFusion,
    make_frame,
)
from skmm.frame import TensorArray, drop_modalities, presence_mask
from skmm.generative import CrossModalImputer

METHODS = ["mean", "knn", "ridge", "vae", "gan"]


@pytest.fixture
def whole():
    """Blocks of several shapes and types that tell of each other."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=(90, 3))
    pixels = 128 + 40 * (z @ rng.normal(size=(3, 16))) + rng.normal(size=(90, 16))
    return make_frame(
        vector=(z @ rng.normal(size=(3, 5)) + 0.1 * rng.normal(size=(90, 5))).astype(np.float32),
        image=np.clip(pixels, 0, 255).astype(np.uint8).reshape(90, 1, 4, 4),
        number=z @ [1.0, -1.0, 2.0],
    ).set_axis(range(200, 290))


@pytest.fixture
def gaps(whole):
    return drop_modalities(whole, rate=0.3, random_state=0)


def make(method, **params):
    if method in ("vae", "gan"):
        params = {"max_epochs": 30, "lr": 1e-2, "n_components": 3, "random_state": 0} | params
    return CrossModalImputer(method, **params)


def tensors(frame):
    return {
        name: frame[name].array.tensor
        if isinstance(frame[name].array, TensorArray)
        else frame[name].to_numpy()[:, np.newaxis]
        for name in frame
    }


@pytest.mark.parametrize("method", METHODS)
def test_present_cells_come_back_to_the_bit_and_nothing_is_null(whole, gaps, method):
    filled = make(method).fit_transform(gaps)
    assert list(filled.columns) == list(gaps.columns)
    assert_array_equal(filled.index, gaps.index)
    assert presence_mask(filled).to_numpy().all()
    present = presence_mask(gaps)
    for name, tensor in tensors(whole).items():
        found = filled[name].array.tensor
        assert found.dtype == tensor.dtype
        assert found.shape == tensor.shape
        here = present[name].to_numpy()
        assert found[here].tobytes() == tensor[here].tobytes()


def test_the_mean_is_that_of_the_rows_present(gaps):
    filled = CrossModalImputer("mean").fit_transform(gaps)
    present = gaps["vector"].array.present
    expected = gaps["vector"].array.tensor[present].mean(axis=0, dtype=float)
    for row in filled["vector"].array.tensor[~present]:
        assert_allclose(row, expected, rtol=1e-5)


def test_one_neighbor_gives_the_block_of_a_training_sample(gaps):
    filled = CrossModalImputer("knn", n_neighbors=1).fit_transform(gaps)
    for name in ("vector", "image"):
        present = gaps[name].array.present
        donors = {cell.tobytes() for cell in gaps[name].array.tensor[present]}
        together = presence_mask(gaps).drop(columns=name).any(axis=1).to_numpy()
        for cell in filled[name].array.tensor[~present & together]:
            if name == "image":
                assert cell.tobytes() in donors
            else:  # scaled and back
                rows = np.array([np.frombuffer(donor, np.float32) for donor in donors])
                assert np.abs(rows - cell).max(axis=1).min() < 1e-6


def test_ridge_is_that_of_scikit_learn_on_standardized_sources(whole):
    rng = np.random.default_rng(1)
    present = rng.random(90) > 0.4
    X = whole[["vector", "number"]].assign(
        vector=TensorArray(whole["vector"].array.tensor, present)
    )
    source = whole[["number"]].to_numpy()
    scaler = StandardScaler().fit(source)
    target = whole["vector"].array.tensor.astype(float)
    # The scale is learned from all rows, the regression from those that have the target.
    model = Ridge(alpha=2.0).fit(scaler.transform(source)[present], target[present])
    filled = CrossModalImputer(alpha=2.0).fit_transform(X)["vector"].array.tensor
    expected = model.predict(scaler.transform(source))
    assert_allclose(filled[~present], expected[~present], rtol=1e-5, atol=1e-6)


def test_what_others_tell_comes_nearer_than_the_mean(whole, gaps):
    errors = {}
    present = gaps["vector"].array.present
    truth = whole["vector"].array.tensor[~present]
    for method in METHODS:
        filled = make(method).fit_transform(gaps)["vector"].array.tensor[~present]
        errors[method] = np.mean((filled - truth) ** 2)
    assert errors["ridge"] < 0.5 * errors["mean"]
    assert errors["knn"] < 0.7 * errors["mean"]
    assert errors["vae"] < 0.7 * errors["mean"]
    assert errors["gan"] < 0.7 * errors["mean"]


def test_integers_are_rounded_and_stay_in_range():
    numbers = np.where(np.arange(30) < 28, np.arange(30), 900.0)
    present = np.arange(30) < 25
    pixels = np.where(present, 10 + 5 * np.arange(30), 0).astype(np.uint8)
    image = np.tile(pixels[:, None, None, None], (1, 1, 2, 2))
    X = make_frame(number=numbers, image=TensorArray(image, present))
    filled = CrossModalImputer(alpha=1e-12).fit_transform(X)["image"].array.tensor[:, 0, 0, 0]
    assert_array_equal(filled[25:], [135, 140, 145, 255, 255])


def test_booleans_stay_booleans():
    flags = TensorArray(np.tile(np.arange(20) % 2 == 1, (3, 1)).T, np.arange(20) < 16)
    X = make_frame(number=(np.arange(20) % 2).astype(float), flags=flags)
    filled = CrossModalImputer(alpha=0.1).fit_transform(X)["flags"].array.tensor
    assert filled.dtype == bool
    assert_array_equal(filled[:, 0], np.arange(20) % 2 == 1)


def test_a_column_without_samples_is_filled_at_transform(whole):
    imputer = CrossModalImputer().fit(whole)
    expected = imputer.transform(
        whole.assign(image=TensorArray(whole["image"].array.tensor, np.zeros(90, bool)))
    )
    filled = imputer.transform(whole.assign(image=None))
    assert_array_equal(filled["image"].array.tensor, expected["image"].array.tensor)


def test_of_a_matrix_each_column_is_a_modality():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(80, 1))
    X = z @ [[1.0, 2.0, -3.0]]
    holes = X.copy()
    holes[:20, 1] = np.nan
    filled = CrossModalImputer(alpha=1e-6).fit_transform(holes)
    assert_allclose(filled, X, atol=1e-4)
    frame = pd.DataFrame(holes, columns=["a", "b", "c"])
    named = CrossModalImputer(alpha=1e-6).set_output(transform="pandas").fit_transform(frame)
    assert_array_equal(named.to_numpy(), filled)


@pytest.mark.parametrize("method", METHODS)
def test_several_imputations_differ_where_there_is_noise_only(gaps, method):
    imputer = make(method, n_imputations=3).fit(gaps)
    filled = [frame["vector"].array.tensor for frame in imputer.impute(gaps)]
    assert len(filled) == 3
    present = gaps["vector"].array.present
    assert_array_equal(filled[0][present], filled[1][present])
    assert np.array_equal(filled[0], filled[1]) == (method not in ("vae", "gan"))
    mean = imputer.transform(gaps)["vector"].array.tensor
    assert_allclose(np.mean(filled, axis=0), mean, atol=1e-5)


# -- inside fusions


@pytest.mark.parametrize("method", METHODS)
def test_works_as_missing_of_an_early_fusion(gaps, method):
    names = [(name, "passthrough") for name in gaps]
    fusion = MultimodalFusion(names, fusion=None, missing=make(method))
    direct = make(method).fit_transform(gaps)
    for name, tensor in tensors(direct).items():
        found = fusion.fit_transform(gaps)[name].array.tensor
        assert_allclose(found.reshape(tensor.shape), tensor, rtol=1e-6)


class Spy(CrossModalImputer):
    """Notes the samples that it learns from."""

    seen = []

    def fit(self, X, y=None):
        Spy.seen.append(len(X))
        return super().fit(X, y)


@pytest.mark.parametrize("fusion", [LateFusionClassifier, LateFusionRegressor])
def test_late_fusions_fit_it_on_the_training_rows_of_their_folds(whole, gaps, fusion):
    X = gaps[["vector", "number"]]
    y = whole["number"].to_numpy()
    member = LogisticRegression() if fusion is LateFusionClassifier else Ridge()
    model = fusion([(name, member) for name in X], rule="stacking", cv=KFold(3), missing=Spy("knn"))
    Spy.seen.clear()
    y = (y > 0).astype(int) if fusion is LateFusionClassifier else y
    model.fit(X, y)
    assert sorted(Spy.seen) == [60, 60, 60, 90]
    assert np.isfinite(model.predict(X)).all()


def test_cross_validation_of_a_pipeline_with_an_imputer(whole, gaps):
    y = (whole["number"] > 0).to_numpy()
    early = make_pipeline(
        MultimodalFusion(
            [("vector", "passthrough"), ("image", make_pipeline(StandardScalerOfImages()))],
            missing=CrossModalImputer(),
        ),
        LogisticRegression(max_iter=1000),
    )
    assert cross_val_score(early, gaps, y, cv=3).mean() > 0.8


class StandardScalerOfImages(StandardScaler):
    """Standardizes flat pixels."""

    def fit(self, X, y=None, sample_weight=None):
        return super().fit(X.reshape(len(X), -1))

    def transform(self, X, copy=None):
        return super().transform(X.reshape(len(X), -1))


# -- what it refuses


def test_no_samples_teach_nothing_and_are_filled(whole):
    imputer = CrossModalImputer()
    with pytest.raises(ValueError, match=r"Found 0 sample\(s\) \(shape=\(0, 3\)\)"):
        imputer.fit(whole[:0])
    assert imputer.fit(whole).transform(whole[:0]).shape == (0, 3)


def test_a_modality_that_is_missing_everywhere_is_named(gaps):
    with pytest.raises(ModalityError, match="modality 'vector': missing in every sample"):
        CrossModalImputer().fit(gaps.assign(vector=None))
    with pytest.raises(ModalityError, match="modality 'x1': missing in every sample"):
        CrossModalImputer().fit(np.array([[1.0, np.nan], [2.0, np.nan]]))


def test_token_ids_are_refused(gaps):
    X = gaps.assign(text=TensorArray(np.ones((90, 4), dtype=int)))
    with pytest.raises(ValueError, match="'text' gives integers, which are token ids"):
        CrossModalImputer().fit(X)


def test_modalities_are_named_by_strings(whole):
    with pytest.raises(
        TypeError, match=r"columns \[0, 1, 2\], and names of modalities are strings"
    ):
        CrossModalImputer().fit(whole.set_axis([0, 1, 2], axis=1))


def test_a_frame_and_a_matrix_are_not_confused(gaps):
    with pytest.raises(ValueError, match="fitted on a frame of blocks, and X is a plain matrix"):
        CrossModalImputer().fit(gaps).transform(np.zeros((3, 3)))


def test_samples_of_another_shape_are_refused(whole):
    imputer = CrossModalImputer().fit(whole)
    with pytest.raises(ModalityError, match="modality 'vector'.*shape"):
        imputer.transform(whole.assign(vector=TensorArray(np.zeros((90, 4)))))


def test_a_frame_of_nothing_is_one_of_missing_modalities(whole):
    imputer = CrossModalImputer("mean").fit(whole[["vector"]])
    nothing = pd.DataFrame({"vector": [np.nan, np.nan]})
    expected = whole["vector"].array.tensor.mean(axis=0)
    filled = imputer.transform(nothing)["vector"].array.tensor
    assert_allclose(filled, [expected, expected], rtol=1e-5)


def test_one_modality_has_draws():
    X = make_frame(a=[*np.random.default_rng(0).normal(size=(20, 2)), None])
    imputer = CrossModalImputer("vae", n_imputations=2, max_epochs=2, random_state=0).fit(X)
    assert imputer.transform(X)["a"].array.present.all()


def test_the_number_of_draws_is_that_of_fit(gaps):
    imputer = make("vae", n_imputations=2, max_epochs=2).fit(gaps).set_params(n_imputations=5)
    assert len(imputer.impute(gaps)) == 2
