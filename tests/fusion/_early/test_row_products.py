import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmm._threads import one_thread
from skmm.fusion._early.row_products import row_products


@pytest.fixture(autouse=True)
def limit():
    with one_thread():
        yield


@pytest.mark.parametrize("n_rows", [1, 2, 17, 130])
@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (5, 1), (7, 3), (100, 33), (3000, 10)])
def test_a_row_is_the_same_alone_and_in_any_batch_and_layout(shape, n_rows, global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    rows, matrix = rng.normal(size=(n_rows, shape[0])), rng.normal(size=shape)
    for layout in (matrix, np.asfortranarray(matrix)):
        whole = row_products(rows, layout)
        assert_allclose(whole, rows @ matrix, atol=1e-11)
        assert_array_equal(row_products(np.asfortranarray(rows), layout), whole)
        assert_array_equal(row_products(rows[::-1], layout)[::-1], whole)
        for row in {0, n_rows // 2, n_rows - 1}:
            assert_array_equal(row_products(rows[[row]], layout)[0], whole[row])


@pytest.mark.parametrize("offset", range(8))
def test_where_a_row_lies_in_memory_does_not_matter(offset):
    rng = np.random.default_rng(0)
    row, matrix = rng.normal(size=(1, 61)), rng.normal(size=(61, 9))
    elsewhere = np.empty(61 + offset)[offset:]
    elsewhere[:] = row[0]
    assert_array_equal(row_products(elsewhere[np.newaxis], matrix), row_products(row, matrix))


def test_no_rows_give_no_products():
    assert row_products(np.empty((0, 3)), np.ones((3, 2))).shape == (0, 2)
