"""Units that copy modalities: which ones, how often, and what is expected of them."""

import pytest
import torch
from torch.testing import assert_close

from skmm.nn import EmbraceModule
from tests.nn._fusions.toys import PRESENT, P, embeddings


def docked(module, h):
    return torch.stack([torch.relu(dock(e)) for dock, e in zip(module.dock, h, strict=True)], dim=1)


def test_in_training_every_unit_is_that_of_a_modality_present():
    module, h = EmbraceModule(3, P).double(), embeddings()
    units, values = module.embrace(h, PRESENT), docked(module, h)
    is_copy = (units.unsqueeze(1) == values) & PRESENT.unsqueeze(2)
    assert is_copy.any(dim=1).all()


@pytest.mark.parametrize("training", [True, False])
def test_one_modality_alone_fills_all_units(training):
    module, h = EmbraceModule(3, P).double().train(training), embeddings()
    assert_close(module.embrace(h, PRESENT)[4], docked(module, h)[4, 2])
    assert_close(module.embrace(h, PRESENT)[5], docked(module, h)[5, 0])


@pytest.mark.parametrize("probabilities", [None, [0.2, 0.5, 0.3]])
def test_in_evaluation_units_are_the_mean_of_many_draws(probabilities):
    module, h = EmbraceModule(3, P, probabilities=probabilities).double(), embeddings()
    with torch.no_grad():
        mean = sum(module.embrace(h, PRESENT) for _ in range(4000)) / 4000
        expected = module.eval().embrace(h, PRESENT)
    spread = docked(module, h).std(dim=1).max()
    assert (mean - expected).abs().max() < 5 * spread / 4000**0.5
    shares = PRESENT * torch.tensor(probabilities or [1, 1, 1])
    shares = shares / shares.sum(dim=1, keepdim=True)
    assert_close(
        expected,
        (shares.unsqueeze(2) * docked(module, h)).sum(dim=1),
        check_dtype=False,
        rtol=1e-6,
        atol=1e-6,
    )


def test_the_last_map_reads_the_units():
    module, h = EmbraceModule(3, P).double().eval(), embeddings()
    assert torch.equal(module(h, PRESENT), module.output(module.embrace(h, PRESENT)))


def test_draws_come_from_the_generator_of_torch():
    module, h = EmbraceModule(3, P).double(), embeddings()
    outputs = []
    for seed in [1, 1, 2]:
        torch.manual_seed(seed)
        outputs.append(module(h))
    assert torch.equal(outputs[0], outputs[1])
    assert not torch.equal(outputs[0], outputs[2])


@pytest.mark.parametrize("training", [True, False])
def test_nothing_gives_units_of_zero(training):
    module = EmbraceModule(3, P).double().train(training)
    assert (module.embrace(embeddings(), torch.zeros(6, 3, dtype=torch.bool)) == 0).all()


@pytest.mark.parametrize("probabilities", [[0.5, 0.5], [1, 0, 1], [1, -1, 1]])
def test_probabilities_are_one_number_above_zero_per_modality(probabilities):
    with pytest.raises(
        ValueError, match="expected one number above 0 for each of the 3 modalities"
    ):
        EmbraceModule(3, P, probabilities=probabilities)
