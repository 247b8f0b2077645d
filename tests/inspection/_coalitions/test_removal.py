"""What stands in for modalities that are taken away."""

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmm import ModalityError, make_frame
from skmm.frame import TensorArray, presence_mask
from skmm.inspection._coalitions.modalities import read_modalities
from skmm.inspection._coalitions.removal import explain_nulls, make_removals, replace_columns


def remove(X, kind, names, seed=0):
    """X without some of its columns."""
    modalities = {name: own for name, own in read_modalities(None, X).items() if name in names}
    removal = make_removals(kind, X, modalities, 1, np.random.RandomState(seed))[0]
    return replace_columns(X, removal, np.concatenate(list(modalities.values())))


@pytest.fixture
def frame():
    pixels = np.random.default_rng(0).integers(0, 256, (5, 2, 2), dtype=np.uint8)
    image = TensorArray(pixels, [True, True, False, True, True])
    return make_frame(
        image=image, text=["a", "b", None, "d", "e"], weight=[1, 2, 3, 4, 6]
    ).set_axis(list("vwxyz"))


def test_masked_cells_are_null_and_the_others_as_they_were(frame):
    masked = remove(frame, "mask", ["image", "weight"])
    assert presence_mask(masked).any().to_dict() == {"image": False, "text": True, "weight": False}
    pd.testing.assert_series_equal(masked["text"], frame["text"])
    assert np.shares_memory(masked["image"].array.tensor, frame["image"].array.tensor)


def test_permuted_cells_come_from_one_other_row_with_their_gaps(frame):
    permuted = remove(frame, "permute", ["text", "weight"])
    text_of = frame.set_index("weight")["text"].fillna("missing")
    assert sorted(permuted["weight"]) == [1, 2, 3, 4, 6]
    assert permuted["text"].fillna("missing").tolist() == text_of[permuted["weight"]].tolist()
    assert list(permuted.index) == list("vwxyz")
    assert permuted.dtypes.to_dict() == frame.dtypes.to_dict()
    assert permuted["image"].array is frame["image"].array


def test_permutations_are_those_of_scikit_learn():
    modalities = {"a": np.array([0])}
    X = np.arange(12.0)[:, None]
    removals = make_removals("permute", X, modalities, 3, np.random.RandomState(5))
    random_state, shuffled, column = np.random.RandomState(5), np.arange(12), X[:, 0]
    for removal in removals:  # the loop of sklearn.inspection.permutation_importance
        random_state.shuffle(shuffled)
        column = column[shuffled]
        assert_array_equal(replace_columns(X, removal, [0])[:, 0], column)


def test_the_mean_is_that_of_the_present_samples(frame):
    mean = remove(frame, "mean", ["image", "weight"])
    pixels = frame["image"].array.tensor[[0, 1, 3, 4]].astype(float).mean(axis=0)
    assert mean["image"].array.tensor.dtype == np.uint8
    assert_allclose(mean["image"].array.tensor, np.tile(pixels, (5, 1, 1)), atol=0.5)
    assert mean["image"].array.present.all()
    assert_allclose(mean["weight"], 3.2)


def test_the_mean_of_padded_sequences_is_padded():
    steps = np.array([[[1.0], [2.0], [np.nan]], [[3.0], [np.nan], [np.nan]]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mean = remove(make_frame(sound=steps), "mean", ["sound"])
    assert_array_equal(mean["sound"].array.tensor[0], [[2.0], [2.0], [np.nan]])


def test_arrays_in_an_object_column_have_a_mean():
    X = make_frame(a=np.eye(3)).astype(object)
    assert_allclose(np.stack(list(remove(X, "mean", ["a"])["a"])), 1 / 3)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (["a", "b"], "modality 'm': the samples in column 'm' have no mean"),
        ([np.zeros(2), np.zeros(3)], "the samples in column 'm' have no mean"),
        (np.array([[1, 2], [3, 0]]), "column 'm' holds token ids, which have no mean"),
        (TensorArray(np.zeros((2, 2)), [False, False]), "column 'm' is null throughout"),
    ],
)
def test_what_has_no_mean_is_named_with_the_way_out(cells, message):
    with pytest.raises(ModalityError, match=f'{message}.*set removal="mask" or "permute"'):
        remove(make_frame(m=cells), "mean", ["m"])


def test_columns_of_a_matrix_are_replaced():
    X = np.array([[1, 2], [3, 4], [5, 9]])
    before = X.copy()
    assert_array_equal(remove(X, "mask", ["x1"]), [[1, np.nan], [3, np.nan], [5, np.nan]])
    assert_array_equal(remove(X, "mean", ["x0"]), [[3, 2], [3, 4], [3, 9]])
    assert sorted(remove(X, "permute", ["x0"])[:, 0]) == [1, 3, 5]
    assert_array_equal(X, before)
    assert remove(X.astype(np.float32), "mask", ["x0"]).dtype == np.float32


def test_gaps_in_a_matrix_do_not_count_in_the_mean():
    X = np.array([[1.0, np.nan], [3.0, 4.0]])
    assert_array_equal(remove(X, "mean", ["x1"]), [[1, 4], [3, 4]])
    with pytest.raises(ValueError, match="column 1 of X is NaN throughout, and has no mean"):
        remove(np.array([[1.0, np.nan]]), "mean", ["x1"])


@pytest.mark.parametrize("error", [ValueError, TypeError, AttributeError])
def test_the_failure_on_null_cells_names_the_way_out(error):
    message = r'int cannot take the null cells that removal="mask" makes: no. Set removal="permute" or "mean"'
    with pytest.raises(ValueError, match=message), explain_nulls(1, True):
        raise error("no")
    with pytest.raises(error, match="^no$"), explain_nulls(1, False):
        raise error("no")
