"""Whether an adversarial game went well."""

import warnings

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from sklearn.exceptions import ConvergenceWarning

from skmm.generative._health import measure_collapse, warn_if_unhealthy


class Echo:
    """Decodes for each modality what it was given, shrunk."""

    def __init__(self, *shrink):
        self.shrink = shrink

    def encode(self, blocks, present):
        return [block * present[:, m, None] for m, block in enumerate(blocks)]

    def decode(self, codes):
        return [code * shrink for code, shrink in zip(codes, self.shrink, strict=True)]


@pytest.fixture
def blocks():
    block = torch.randn(100, 4, generator=torch.Generator().manual_seed(0))
    return [block, block.flip(0)]


ALL = torch.ones(100, 2, dtype=torch.bool)


def test_variety_is_measured_for_each_modality_alone(blocks):
    # Each alone brings back half of the variance, times its squared factor.
    assert_allclose(measure_collapse(Echo(1.0, 0.5), blocks, ALL), [0.5, 1 - 0.25 / 2], rtol=1e-6)
    assert measure_collapse(Echo(0.0, 1e9), blocks, ALL) == [1.0, 0.0]


def test_rows_that_lack_the_modality_do_not_count(blocks):
    present = ALL.clone()
    present[50:, 1] = False
    expected = measure_collapse(Echo(1.0, 1.0), blocks, present)
    blocks[1][50:] = 1e6
    assert measure_collapse(Echo(1.0, 1.0), blocks, present) == expected


def test_data_that_do_not_vary_cannot_collapse():
    blocks = [torch.zeros(5, 2), torch.zeros(5, 2)]
    assert measure_collapse(Echo(1.0, 1.0), blocks, torch.ones(5, 2, dtype=torch.bool)) == [
        0.0,
        0.0,
    ]


@pytest.mark.parametrize(
    ("method", "accuracy", "message"),
    [
        ("reversal", 0.9, "tells modalities with an accuracy of 0.90, where chance is 0.50"),
        ("gan", 0.99, "tells real from fake codes with an accuracy of 0.99"),
    ],
)
def test_a_discriminator_that_wins_is_warned_about(method, accuracy, message):
    with pytest.warns(ConvergenceWarning, match=message):
        warn_if_unhealthy(method, accuracy, 0.5, {"a": 0.0})


def test_a_collapse_is_warned_about():
    with pytest.warns(
        ConvergenceWarning, match=r"from modality 'b' hardly varies \(mode collapse 0.999"
    ):
        warn_if_unhealthy("gan", 0.5, 0.5, {"a": 0.0, "b": 0.999})
    with pytest.warns(ConvergenceWarning, match="what is generated hardly varies"):
        warn_if_unhealthy("gan", np.nan, 0.5, {None: 1.0})


@pytest.mark.parametrize(
    ("method", "accuracy", "chance"),
    [("reversal", 0.6, 0.5), ("reversal", 0.3, 1 / 3), ("gan", 0.8, 0.5), ("gan", np.nan, 0.5)]
    + [("reversal", np.nan, 1.0)],
)
def test_a_healthy_game_ends_in_silence(method, accuracy, chance):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_if_unhealthy(method, accuracy, chance, {"a": 0.5, "b": 0.0})
