"""What lies in a missing cell never matters to a deep estimator, nor does a sample of weight zero."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmm import ModalityError
from skmm._tensor import TensorArray
from skmm.frame import drop_modalities
from skmm.nn._fusions import FUSIONS
from tests.nn.quick import quick


def refill(X, filling):
    """Put something else where nothing is."""
    columns = {}
    for name in X:
        tensor, present = X[name].array.tensor.copy(), X[name].array.present
        tensor[~present] = 7 if tensor.dtype.kind == "i" else filling
        columns[name] = TensorArray(tensor, present)
    return pd.DataFrame(columns, copy=False)


@pytest.mark.parametrize("fusion", FUSIONS)
@pytest.mark.parametrize("filling", [np.nan, 1e6, 0.0])
def test_what_lies_in_a_missing_cell_never_matters(holes, fusion, filling):
    X, y = holes
    expected = quick(fusion=fusion).fit(X, y).predict_proba(X)
    filled = refill(X, filling)
    assert_array_equal(quick(fusion=fusion).fit(filled, y).predict_proba(filled), expected)


def test_null_cells_of_objects_and_of_tensors_are_the_same(holes):
    X, y = holes
    objects = X.astype(object)
    expected = quick().fit(X, y).predict_proba(X)
    assert_allclose(quick().fit(objects, y).predict_proba(objects), expected)


def test_a_pattern_of_missing_modalities_not_seen_in_fit_works(toy):
    X, y = toy
    model = quick().fit(X, y)
    probabilities = model.predict_proba(drop_modalities(X, ["image", "text"]))
    assert np.isfinite(probabilities).all()
    assert not np.array_equal(probabilities, model.predict_proba(X))


def test_a_sample_without_any_modality_does_not_train_the_net(toy):
    X, y = toy
    full = np.delete(np.arange(40), [3, 7])
    expected = quick().fit(X.iloc[full], y[full]).predict_proba(X)
    gappy = X.copy()
    gappy.iloc[[3, 7]] = drop_modalities(X.iloc[[3, 7]], keep_one=False)
    assert_array_equal(quick().fit(gappy, y).predict_proba(X), expected)


def test_a_modality_present_only_in_samples_of_weight_zero_is_refused(toy):
    X, y = toy
    X = pd.concat([drop_modalities(X.iloc[:20], ["image"]), X.iloc[20:]])
    with pytest.raises(
        ModalityError, match="modality 'image': missing in every sample of positive"
    ):
        quick().fit(X, y, sample_weight=np.arange(40) < 20)


def test_equal_weights_are_no_weights(toy):
    X, y = toy
    expected = quick().fit(X, y).predict_proba(X)
    assert_array_equal(quick().fit(X, y, sample_weight=np.full(40, 2.0)).predict_proba(X), expected)


def test_a_sample_of_weight_zero_is_left_out(toy):
    X, y = toy
    weight = (np.arange(40) < 30).astype(float)
    sensor, text = X["sensor"].array.tensor.copy(), X["text"].array.tensor.copy()
    sensor[30:], text[30:] = 1e6, 500
    spoiled = X.assign(sensor=TensorArray(sensor), text=TensorArray(text))
    weighted = quick().fit(spoiled, y, sample_weight=weight)
    without = quick().fit(X.iloc[:30], y[:30])
    assert_array_equal(weighted.predict_proba(X), without.predict_proba(X))
