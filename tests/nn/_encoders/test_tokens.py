"""Ids of tokens, and tables of vectors that were trained elsewhere."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from skmm.nn import SequenceEncoder, TokenEncoder

VECTORS = np.random.default_rng(0).normal(size=(9, 3))


def test_ids_that_the_table_lacks_are_padding():
    encoder = TokenEncoder(9, 4).eval()
    assert_close(encoder(torch.tensor([[3, 4, 9, 10_000]])), encoder(torch.tensor([[3, 4]])))


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int16, torch.int32, torch.int64])
def test_ids_of_any_integer_type_are_the_same(dtype):
    encoder = TokenEncoder(9, 4).eval()
    ids = torch.tensor([[3, 4, 0]])
    assert torch.equal(encoder(ids.to(dtype)), encoder(ids))


def test_a_padding_in_between_is_a_step_that_says_nothing():
    encoder = TokenEncoder(9, 4).double().eval()
    tokens, valid = encoder.tokens(torch.tensor([[3, 0, 4]]))
    assert valid.tolist() == [[True, False, True]]
    assert_close(encoder(torch.tensor([[3, 0, 4]])), tokens[:, [0, 2]].mean(dim=1))


def test_given_vectors_are_looked_up_as_a_sequence_of_them():
    encoder = TokenEncoder(9, 4, vectors=VECTORS).double().eval()
    sequence = SequenceEncoder(3, 4).double().eval()
    sequence.steps.load_state_dict(encoder.steps.state_dict())
    ids = torch.tensor([[1, 8, 3], [2, 2, 5]])
    looked_up = torch.tensor(VECTORS.astype(np.float32)).double()[ids]
    assert_close(encoder(ids), sequence(looked_up))


def test_the_row_of_the_padding_becomes_zeros_and_the_array_stays():
    before = VECTORS.copy()
    assert (TokenEncoder(9, 4, vectors=VECTORS).table.weight[0] == 0).all()
    np.testing.assert_array_equal(VECTORS, before)


def test_rows_beyond_the_ids_of_training_are_kept():
    encoder = TokenEncoder(5, 4, vectors=VECTORS).eval()
    nothing = encoder(torch.tensor([[0]]))
    assert not torch.allclose(encoder(torch.tensor([[8]])), nothing)


@pytest.mark.parametrize("trainable", [True, False])
def test_the_table_is_trained_on_request_only(trainable):
    encoder = TokenEncoder(9, 4, vectors=VECTORS, trainable=trainable)
    before = encoder.table.weight.detach().clone()
    optimizer = torch.optim.SGD(encoder.parameters(), lr=0.1)
    encoder(torch.tensor([[1, 8, 0]])).pow(2).sum().backward()
    optimizer.step()
    changed = (encoder.table.weight != before).any(dim=1)
    assert changed.tolist() == [i in (1, 8) and trainable for i in range(9)]


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (VECTORS[:5], "vectors has 5 rows, and the ids go up to 8; give a row"),
        (VECTORS[0], r"vectors is an array of shape \(3,\)"),
        (VECTORS.astype(str), "expected numbers of shape"),
        (VECTORS[:, :0], r"array of shape \(9, 0\)"),
        (VECTORS + np.nan, "NaN or infinite values; give zeros"),
    ],
    ids=["rows", "axes", "dtype", "empty", "nan"],
)
def test_vectors_that_are_no_table_are_refused(vectors, message):
    with pytest.raises(ValueError, match=message):
        TokenEncoder(9, 4, vectors=vectors)


def test_trainable_is_a_flag():
    with pytest.raises(ValueError, match="trainable='head'; expected True or False"):
        TokenEncoder(9, 4, trainable="head")
