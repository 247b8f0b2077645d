"""What modalities tell about a target, from samples."""

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from pandas.testing import assert_frame_equal
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import FunctionTransformer

from skmm import make_frame
from skmm.inspection import information_decomposition
from tests.information_tasks import MIXES, make_mix, true_parts

PARTS = ["redundancy", "unique_first", "unique_second", "synergy"]
COINS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 25)
EXACT = {"correct_bias": False, "n_draws": 2, "random_state": 0}
FAST = {"n_draws": 5, "random_state": 0}


@pytest.fixture(scope="module")
def coins():
    return pd.DataFrame(COINS, columns=["left", "right"])


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        (COINS[:, 0] ^ COINS[:, 1], [0, 0, 0, 1]),
        (COINS[:, 0] & COINS[:, 1], [0.3113, 0, 0, 0.5]),
        (COINS.sum(axis=1), [0.5, 0, 0, 1]),
        (COINS[:, 1], [0, 0, 1, 0]),
        (np.where(COINS[:, 0], "x", "z").astype(object) + COINS[:, 1].astype(str), [0, 1, 1, 0]),
    ],
    ids=["XOR", "AND", "SUM", "UNIQUE", "COPY"],
)
def test_labels_are_counted_as_they_are(coins, y, expected):
    table = information_decomposition(coins, y, **EXACT).table
    assert_allclose(table.loc[("left", "right"), PARTS].astype(float), expected, atol=1e-3)


# Where parts differ by less the cells may see it otherwise: they blur what the blocks hold.
@pytest.mark.parametrize("name", MIXES)
def test_parts_of_generated_tasks_come_in_the_true_order(name):
    X, y = make_mix(name, n_samples=1500)
    truth = true_parts(name)
    found = information_decomposition(X, y, **FAST).table.iloc[0][PARTS]
    n_pairs = 0
    for larger in range(4):
        for smaller in range(4):
            if truth[larger] > truth[smaller] + 0.2:
                assert found.iloc[larger] > found.iloc[smaller], (found, truth)
                n_pairs += 1
    assert n_pairs >= 3


@pytest.mark.parametrize(
    ("name", "fusion"),
    [
        ("redundant", "late"),
        ("unique to a", "single"),
        ("half each", "concat"),
        ("unique to a + synergistic", "tensor"),
    ],
)
def test_the_kind_of_fusion_fits_the_mix(name, fusion):
    X, y = make_mix(name, n_samples=1000, seed=1)
    found = information_decomposition(X, y, n_draws=30, random_state=0)
    assert found.table["fusion"].iloc[0] == fusion
    assert "a and b together tell" in found.advice


def test_predictions_do_not_see_what_modalities_tell_only_together():
    X, y = make_mix("synergistic")
    clusters, predictions = (
        information_decomposition(X, y, method=method, **FAST).table.iloc[0]
        for method in ("clusters", "predictions")
    )
    assert clusters["interaction"] > 0.1
    assert predictions["total"] < 0.03


def test_predictions_keep_more_of_what_modalities_tell_alone():
    X, y = make_mix("redundant")
    clusters, predictions = (
        information_decomposition(X, y, method=method, **FAST).table.iloc[0]
        for method in ("clusters", "predictions")
    )
    assert predictions["redundancy"] > 1.5 * clusters["redundancy"]


def test_every_pair_is_measured_as_if_it_were_alone():
    rng = np.random.default_rng(0)
    y = np.arange(300) % 3
    X = make_frame(**{name: rng.normal(size=(300, 4)) + y[:, None] for name in "abc"})
    found = information_decomposition(X, y, **FAST)
    assert found.table.index.tolist() == [("a", "b"), ("a", "c"), ("b", "c")]
    alone = information_decomposition(X[["a", "c"]], y, **FAST)
    assert_frame_equal(found.table.loc[[("a", "c")]], alone.table)
    assert found.advice.count("\n") == 2


def test_samples_that_have_both_count(coins):
    y = COINS[:, 0] ^ COINS[:, 1]
    missing = pd.DataFrame({"left": [None, 1.0], "right": [0.0, None]})
    X = pd.concat([coins.astype(float), missing], ignore_index=True)
    found = information_decomposition(X, np.append(y, [0, 0]), **EXACT)
    expected = information_decomposition(coins, y, **EXACT)
    assert_allclose(found.table[PARTS], expected.table[PARTS])


def test_numbers_are_cut_at_their_quantiles(coins):
    rng = np.random.default_rng(0)
    levels = COINS @ [2, 1]
    found = information_decomposition(coins, levels + rng.uniform(0, 0.9, size=100), **EXACT)
    expected = information_decomposition(coins, levels, **EXACT)
    assert_allclose(found.table[PARTS], expected.table[PARTS])
    assert found.target_entropy == 2
    coarse = information_decomposition(coins, rng.normal(size=100), n_bins=2, **EXACT)
    assert coarse.target_entropy == 1


def test_raw_modalities_are_seen_through_estimators():
    X, y = make_mix("half each", n_samples=200, width=8)
    raw = X.assign(a=list(X["a"].array.tensor.reshape(200, 2, 4)))
    flat = FunctionTransformer(lambda cells: np.stack([np.ravel(cell) for cell in cells]))
    found = information_decomposition(raw, y, estimators={"a": flat}, **FAST)
    assert_frame_equal(found.table, information_decomposition(X, y, **FAST).table)
    model = LogisticRegression()
    found = information_decomposition(
        X, y, method="predictions", estimators={"a": model, "b": model}, **FAST
    )
    assert found.table["total"].iloc[0] > 0.2


def test_the_number_of_cells_leaves_ten_samples_for_each_pair():
    X, y = make_mix("half each", n_samples=250)
    default = information_decomposition(X, y, **FAST)
    assert_frame_equal(default.table, information_decomposition(X, y, n_cells=5, **FAST).table)


def test_few_samples_for_many_cells_are_warned_of():
    X, y = make_mix("half each", n_samples=250)
    with pytest.warns(UserWarning, match=r"2\.5 samples for each pair of cells of 'a' and 'b'"):
        information_decomposition(X, y, n_cells=10, **FAST)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        information_decomposition(X, y, **FAST)


def test_an_integer_seed_decides_everything_and_nothing_else_changes():
    X, y = make_mix("redundant", n_samples=200, width=8)
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    first, again = (information_decomposition(X, y, **FAST) for _ in range(2))
    assert_frame_equal(first.table, again.table)
    assert_frame_equal(first.standard_errors, again.standard_errors)
    assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def test_processes_change_nothing():
    X, y = make_mix("redundant", n_samples=100, width=8)
    options = FAST | {"method": "predictions"}
    one = information_decomposition(X, y, **options)
    assert_frame_equal(one.table, information_decomposition(X, y, n_jobs=2, **options).table)


def test_x_and_y_of_different_lengths_are_refused(coins):
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        information_decomposition(coins, np.arange(99) % 2)
