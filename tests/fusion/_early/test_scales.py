"""The scale of one block, against scikit-learn and numpy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.preprocessing import StandardScaler

from skmm.fusion._early.blocks import Block
from skmm.fusion._early.scales import apply_scale, column_scale

ROWS = np.random.default_rng(0).normal(3, 2, size=(40, 5))
EVERYWHERE = np.ones(40, dtype=bool)


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array])
def test_the_divisor_of_mfa_is_the_largest_singular_value(make):
    scale, divisor = column_scale(make(ROWS), "mfa", 1.0)
    scaled = StandardScaler(with_mean=make is np.asarray).fit_transform(ROWS)
    expected = np.linalg.svd(scaled, compute_uv=False)[0] / np.sqrt(40)
    assert_allclose(divisor, expected)
    values = apply_scale(Block(make(ROWS), EVERYWHERE), scale)
    values = values.toarray() if sparse.issparse(values) else values
    assert_allclose(values, scaled / expected)


def test_a_weight_enters_by_its_root():
    scale, _ = column_scale(ROWS, "standard", 0.25)
    expected = StandardScaler().fit_transform(ROWS) / 2
    assert_allclose(apply_scale(Block(ROWS, EVERYWHERE), scale), expected)


@pytest.mark.parametrize("value", [0.0, 0.1, 1e8 + 0.1])
@pytest.mark.parametrize("scaling", ["standard", "sqrt_dim", "frobenius", "mfa"])
def test_a_block_of_constants_becomes_zero(value, scaling):
    rows = np.full((7, 3), value)
    scale, divisor = column_scale(rows, scaling, 1.0)
    assert divisor > 0
    assert_array_equal(apply_scale(Block(rows, np.ones(7, dtype=bool)), scale), np.zeros((7, 3)))


def test_missing_rows_get_the_mean_and_keep_the_dtype():
    rows = ROWS.astype(np.float32)
    scale, _ = column_scale(rows, None, 1.0)
    present = np.arange(40) > 0
    values = apply_scale(Block(rows, present), scale)
    assert values.dtype == np.float32
    assert_allclose(values[0], rows.mean(axis=0), rtol=1e-6)


def test_nan_among_the_numbers_of_a_column_stays_alone():
    rows = ROWS.copy()
    rows[:3, 1] = np.nan
    expected = StandardScaler().fit_transform(rows)  # which leaves NaN out of account
    scale, _ = column_scale(rows, "standard", 1.0)
    assert_allclose(apply_scale(Block(rows, EVERYWHERE), scale), expected)
    filled = np.nan_to_num(expected)
    for scaling, divisor in [
        ("frobenius", np.linalg.norm(filled) / np.sqrt(40)),
        ("mfa", np.linalg.svd(filled, compute_uv=False)[0] / np.sqrt(40)),
        ("sqrt_dim", np.sqrt(5)),
    ]:
        assert_allclose(column_scale(rows, scaling, 1.0)[1], divisor)


@pytest.mark.parametrize("scaling", [None, "standard", "frobenius", "mfa"])
@pytest.mark.filterwarnings("error")
def test_a_column_of_nan_harms_no_other(scaling):
    rows = np.column_stack([ROWS, np.full(40, np.nan)])
    values = apply_scale(Block(rows, EVERYWHERE), column_scale(rows, scaling, 1.0)[0])
    assert np.isnan(values[:, 5]).all()
    alone = apply_scale(Block(ROWS, EVERYWHERE), column_scale(ROWS, scaling, 1.0)[0])
    assert_allclose(values[:, :5], alone)
