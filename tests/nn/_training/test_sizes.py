"""Networks that would be larger than their weights are refused before they take memory."""

import threading

import numpy as np
import pytest
import torch
from torch import nn

from skmm.generative import AutoencoderFusion, VariationalFusion
from skmm.nn import DeepFusionClassifier, FusionNetwork
from skmm.nn._training.sizes import check_sizes, no_larger_than
from skmm.nn._training.state import weights_of
from skmm.retrieval import CrossModalRetriever
from tests.toys import blocks

ARGUMENTS = {"modalities": {"a": ("vector", 3), "b": ("image", 1)}, "n_outputs": 2, "embed_dim": 8}


@pytest.mark.parametrize(
    "options",
    [
        *(
            {"fusion": fusion}
            for fusion in ("concat", "sum", "gated", "attention", "tensor", "low_rank")
        ),
        *({"fusion": f} for f in ("film", "embrace", "cross_attention", "bottleneck")),
        {"auxiliary_weight": 1.0},
        {"modalities": {"s": ("sequence", 2), "t": ("tokens", 9)}},
        {
            "modalities": {"s": ("sequence", 2), "t": ("tokens", 9)},
            "encoders": {"s": {"body": "transformer"}, "t": {"body": "tcn"}},
        },
    ],
    ids=str,
)
def test_sizes_are_known_without_memory(options):
    arguments = ARGUMENTS | options
    weights = weights_of(FusionNetwork(**arguments))
    built = []

    def build():
        built.append(FusionNetwork(**arguments))
        return built[0]

    state = torch.get_rng_state()
    with no_larger_than(weights):
        check_sizes(build, weights)
    assert {value.device.type for value in built[0].state_dict().values()} == {"meta"}
    assert torch.equal(torch.get_rng_state(), state)


def test_other_shapes_are_listed():
    weights = weights_of(FusionNetwork(**ARGUMENTS))
    weights["head.0.bias"] = np.zeros(3)
    weights["stranger"] = np.zeros(3)
    with pytest.raises(ValueError, match=r"do not fit the network: \['head.0.bias', 'stranger'\]"):
        check_sizes(lambda: FusionNetwork(**ARGUMENTS), weights)


def test_what_cannot_be_built_without_memory_is_left_to_be_found_with_it():
    def build():
        return nn.Linear(int(torch.ones(1).sum()), 2)  # looks at a number that is not there

    check_sizes(build, {})


@pytest.mark.parametrize(
    "build",
    [
        lambda: nn.GRU(2, 2, num_layers=10**9),
        lambda: nn.ModuleList(nn.Linear(1, 1) for _ in range(10**9)),
        lambda: nn.Linear(10**4, 10**5),
    ],
    ids=["layers", "modules", "numbers"],
)
def test_larger_networks_are_refused_while_they_are_built(build):
    with (
        no_larger_than({"a": np.zeros(3)}),
        pytest.raises(ValueError, match="larger than the weights"),
    ):
        build()
    nn.Linear(10**2, 10**3)  # and this is over


def test_other_threads_build_what_they_want():
    built = []
    thread = threading.Thread(target=lambda: built.append([nn.Linear(1, 1) for _ in range(99)]))
    with no_larger_than({}):
        thread.start()
        thread.join()
    assert len(built[0]) == 99


def reload_with(model, part, **sizes):
    """Load the state of a model whose description says other sizes."""
    state = model.__getstate__()
    state[part] = state[part] | sizes
    type(model).__new__(type(model)).__setstate__(state)


REFUSED = "do not fit the network|larger than the weights"
QUICK = {"max_epochs": 1, "random_state": 0}


@pytest.mark.parametrize(
    ("model", "part", "sizes"),
    [
        (DeepFusionClassifier(**QUICK), "network_", {"embed_dim": 10**7}),
        (DeepFusionClassifier(**QUICK), "network_", {"hidden_dims": (10**7, 10**7)}),
        (DeepFusionClassifier(fusion="bottleneck", **QUICK), "network_", {"n_bottlenecks": 10**9}),
        (DeepFusionClassifier(fusion="low_rank", **QUICK), "network_", {"rank": 10**9}),
        (AutoencoderFusion(2, **QUICK), "_arguments", {"n_components": 10**12}),
        (VariationalFusion(2, **QUICK), "_arguments", {"hidden_dims": [10**7] * 3}),
    ],
    ids=lambda value: str(value)[:40],
)
def test_estimators_do_not_trust_the_sizes_in_their_state(bounded, model, part, sizes):
    X, y, _ = blocks()
    model.fit(X, y)
    with bounded(megabytes=50, seconds=20), pytest.raises(ValueError, match=REFUSED):
        reload_with(model, part, **sizes)


def test_a_retriever_does_not_trust_the_sizes_in_its_state(bounded):
    X, _, _ = blocks()
    towers = CrossModalRetriever("infonce", **QUICK).fit(X).embedder_
    with bounded(megabytes=50, seconds=20), pytest.raises(ValueError, match=REFUSED):
        reload_with(towers, "network", n_components=10**9)
