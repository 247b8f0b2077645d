"""Vectors: layers of linear map, normalization, ReLU."""

import pytest
import torch
from torch.testing import assert_close

from skmm.nn import VectorEncoder


def test_a_vector_is_embedded_by_linear_norm_and_relu():
    encoder = VectorEncoder(3, 4).eval()
    linear, norm = encoder.body[0], encoder.body[1]
    x = torch.randn(5, 3)
    z = x @ linear.weight.T + linear.bias
    z = (z - z.mean(1, keepdim=True)) / (z.var(1, unbiased=False, keepdim=True) + norm.eps).sqrt()
    assert_close(encoder(x), torch.relu(z))


def test_hidden_dims_are_the_widths_of_the_layers_before():
    linear = [m for m in VectorEncoder(3, 4, hidden_dims=(6, 5)).body if hasattr(m, "in_features")]
    assert [(m.in_features, m.out_features) for m in linear] == [(3, 6), (6, 5), (5, 4)]


@pytest.mark.parametrize("hidden_dims", [(0,), (2.5,), (4, -1)])
def test_a_width_that_is_none_is_refused(hidden_dims):
    with pytest.raises(ValueError, match="a width in hidden_dims=.*integer from 1"):
        VectorEncoder(3, 4, hidden_dims=hidden_dims)


def test_a_number_instead_of_widths_is_refused():
    with pytest.raises(ValueError, match="hidden_dims=8; expected a tuple of integers"):
        VectorEncoder(3, 4, hidden_dims=8)
