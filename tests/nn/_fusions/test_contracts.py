"""What every fusion module must do."""

import pytest
import torch
from torch.testing import assert_close

from skmm.nn._fusions import FUSIONS
from tests.nn._fusions.toys import MODULES, PRESENT, READING, WEIGHING, P, inputs_of


@pytest.fixture(params=MODULES)
def make(request):
    return MODULES[request.param]


def test_every_parameter_gets_a_gradient(make):
    module = make(3).double()
    h, rest = inputs_of(module)
    (module(h, PRESENT, *rest) * torch.randn(6, P)).sum().backward()
    for name, parameter in module.named_parameters():
        assert parameter.grad.abs().sum() > 0, name


def test_state_dict_round_trip_gives_equal_output(make):
    first, second = make(3).double().eval(), make(3).double().eval()
    h, rest = inputs_of(first)
    for parameter in first.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)  # film starts at 0
    assert not torch.equal(first(h, PRESENT, *rest), second(h, PRESENT, *rest))
    second.load_state_dict(first.state_dict())
    assert torch.equal(first(h, PRESENT, *rest), second(h, PRESENT, *rest))


# two norms, queries, keys and values, output, two linear maps over 4 P units
LAYER = 4 * P + 3 * (P * P + P) + (P * P + P) + (4 * P * P + 4 * P) + (4 * P * P + P)


@pytest.mark.parametrize("n_modalities", [1, 2, 3])
@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("concat", lambda m: m * P * 7 + 7 + 7 * P + P + m * P),
        ("sum", lambda m: m * P * P),
        ("gated", lambda m: m * (P * P + P) + (m * P) * (m * P) + m * P),
        ("attention", lambda m: P * 4 + 4 + 4),
        ("tensor", lambda m: m * P * 3 + P * 4**m + P),
        ("low_rank", lambda m: 2 * m * (P + 1) * P + 2 + P),
        ("film", lambda m: 2 * P * (m - 1) * P),
        ("embrace", lambda m: m * (P * 20 + 20) + 20 * P + P),
        ("cross_attention", lambda m: m * (m - 1) * LAYER + m * m * P * P + P),
        ("bottleneck", lambda m: 2 * m * LAYER + 3 * P + 2 * P),
    ],
)
def test_number_of_parameters_follows_the_formula(name, formula, n_modalities):
    counted = sum(parameter.numel() for parameter in MODULES[name](n_modalities).parameters())
    assert counted == formula(n_modalities)


def test_what_lies_in_an_absent_embedding_never_matters(make):
    module = make(3).double()
    given, rest = inputs_of(module)
    outputs = []
    for filling in [0.0, 1e6, torch.nan, torch.inf]:
        h = [
            torch.where(PRESENT[:, m].reshape(-1, *[1] * (e.ndim - 1)), e, filling).requires_grad_()
            for m, e in enumerate(given)
        ]
        module.zero_grad()
        torch.manual_seed(1)  # embrace draws
        output = module(h, PRESENT, *rest)
        output.sum().backward()
        assert all(torch.isfinite(p.grad).all() for p in module.parameters())
        assert all(torch.isfinite(e.grad).all() for e in h)
        outputs.append(output)
    assert all(torch.equal(output, outputs[0]) for output in outputs)


def test_a_mask_of_ones_is_no_mask(make):
    module = make(3).double()
    h, rest = inputs_of(module)
    outputs = []
    for present in [None, torch.ones(6, 3, dtype=torch.bool)]:
        torch.manual_seed(1)
        outputs.append(module(h, present, *rest))
    assert torch.equal(*outputs)


@pytest.mark.parametrize("training", [True, False])
def test_a_row_with_nothing_present_is_finite_and_has_finite_gradients(make, training):
    module = make(3).double().train(training)
    h, rest = inputs_of(module)
    output = module(h, torch.zeros(6, 3, dtype=torch.bool), *rest)
    output.sum().backward()
    assert torch.isfinite(output).all()
    assert all(p.grad is None or torch.isfinite(p.grad).all() for p in module.parameters())
    with torch.inference_mode():
        assert torch.isfinite(module(h, torch.zeros(6, 3, dtype=torch.bool), *rest)).all()


def test_gradients_agree_with_finite_differences(make):
    module = make(3).double().eval()
    h, rest = inputs_of(module, n_samples=4)
    h = [e.requires_grad_() for e in h]
    assert torch.autograd.gradcheck(lambda *h: module(list(h), PRESENT[1:5], *rest), h)


def test_a_row_alone_is_as_in_its_batch(make):
    module = make(3).double().eval()
    h, rest = inputs_of(module)
    together = module(h, PRESENT, *rest)
    for row in range(6):
        one = slice(row, row + 1)
        alone = module(
            [e[one] for e in h], PRESENT[one], *[[v[one] for v in each] for each in rest]
        )
        assert_close(alone[0], together[row])


def test_prediction_is_the_forward_pass_of_evaluation(make):
    module = make(3).double().eval()
    h, rest = inputs_of(module)
    expected = module(h, PRESENT, *rest)
    with torch.inference_mode():
        assert torch.equal(module(h, PRESENT, *rest), expected)


def test_one_modality_is_enough(make):
    module = make(1).double()
    h, rest = inputs_of(module, n_modalities=1)
    assert module(h, None, *rest).shape == (6, P)


def test_what_one_modality_alone_says_is_heard(make):
    module = make(3).double().eval()
    for parameter in module.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)  # film starts at 0
    h, rest = inputs_of(module)
    for m in range(3):
        only = torch.eye(3, dtype=torch.bool)[m].expand(6, 3)
        output = module(h, only, *rest)
        assert (output - output[[0]]).abs().amax(dim=1)[1:].min() > 1e-6


@pytest.mark.parametrize("name", WEIGHING)
def test_weights_sum_to_one_over_what_is_present(name):
    weights = MODULES[name](3).double().weights(inputs_of(MODULES[name](3))[0], PRESENT)
    assert_close(weights.sum(dim=1), torch.ones(6, dtype=torch.float64))
    assert (weights[~PRESENT] == 0).all()
    nothing = torch.zeros(6, 3, dtype=torch.bool)
    assert (MODULES[name](3).double().weights(inputs_of(MODULES[name](3))[0], nothing) == 0).all()


@pytest.mark.parametrize("name", READING)
def test_padding_is_as_dropped(name):
    module = MODULES[name](2).double().eval()
    (first, second), _ = inputs_of(module, n_modalities=2)
    padded = torch.cat([second[:, :1], torch.full_like(second, torch.nan), second[:, 1:]], dim=1)
    valid = torch.ones(6, padded.shape[1], dtype=torch.bool)
    valid[:, 1:-2] = False
    everything = torch.ones(6, 2, dtype=torch.bool)
    assert_close(module([first, padded], None, [everything, valid]), module([first, second]))


@pytest.mark.parametrize("name", READING)
def test_a_modality_of_padding_only_is_finite_and_has_finite_gradients(name):
    module = MODULES[name](2).double()
    h, ((first, second),) = inputs_of(module, n_modalities=2)
    output = module(h, None, [first, torch.zeros_like(second)])
    output.sum().backward()
    assert torch.isfinite(output).all()
    assert all(torch.isfinite(p.grad).all() for p in module.parameters())


@pytest.mark.parametrize("name", READING)
def test_heads_that_do_not_divide_the_width_are_refused(name):
    module = type(MODULES[name](2))
    with pytest.raises(
        ValueError, match="n_heads=4 does not divide embed_dim=6; choose an embed_dim"
    ):
        module(2, 6)


def test_every_module_is_tested():
    assert set(FUSIONS) == set(MODULES)
    assert all(isinstance(make(2), FUSIONS[name]) for name, make in MODULES.items())
