"""Heads of single modalities: their losses, where they are trained, and that they never predict."""

import pickle
from statistics import NormalDist

import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal
from torch.nn.functional import cross_entropy
from torch.testing import assert_close

from skmm.frame import drop_modalities, make_frame
from skmm.nn import DeepFusionClassifier, DeepFusionRegressor, FusionNetwork
from skmm.nn._balancing.unimodal_heads import UnimodalOutputs, head_losses, total_loss
from skmm.nn._fusions import FUSIONS
from skmm.nn._training.losses import FusionLoss

QUICK = {"max_epochs": 3, "embed_dim": 8, "hidden_dims": (8,), "random_state": 0, "device": "cpu"}
MODALITIES = {"a": ("vector", 3), "b": ("sequence", 2)}
PRESENT = torch.tensor([[1, 1], [1, 0], [0, 1], [1, 1]]).bool()
Y, WEIGHT = torch.tensor([0, 1, 2, 1]), torch.tensor([0.5, 1.5, 1.0, 1.0])
TARGET = ((Y, WEIGHT),)


pytestmark = pytest.mark.usefixtures("seeded_torch")


@pytest.fixture
def blocks():
    return {"a": torch.randn(4, 3), "b": torch.randn(4, 5, 2)}


def make(**params):
    return FusionNetwork(MODALITIES, 3, **{"embed_dim": 8, "dropout": 0.0} | params)


def test_each_head_is_judged_on_the_samples_that_have_its_modality():
    fused, a, b = torch.randn(3, 4, 3).unbind(0)
    losses = head_losses(
        FusionLoss([("cross_entropy", 3)]), UnimodalOutputs(fused, [a, b], PRESENT), TARGET
    )
    each = [cross_entropy(scores, Y, reduction="none") * WEIGHT for scores in (fused, a, b)]
    expected = [each[0].mean(), each[1][[0, 1, 3]].mean(), each[2][[0, 2, 3]].mean()]
    assert_close(losses, torch.stack(expected))


def test_a_modality_that_no_sample_of_a_batch_has_counts_nothing():
    outputs = UnimodalOutputs(torch.randn(4, 3), [torch.randn(4, 3)], torch.zeros(4, 1).bool())
    assert head_losses(FusionLoss([("cross_entropy", 3)]), outputs, TARGET)[1] == 0


@pytest.mark.parametrize("fusion", FUSIONS)
def test_the_loss_is_the_fused_one_plus_the_weighted_mean_of_the_others(fusion, blocks):
    network = make(fusion=fusion, auxiliary_weight=0.6)
    criterion = FusionLoss([("cross_entropy", 3)])
    outputs = network(blocks, PRESENT)
    fused, a, b = head_losses(criterion, outputs, TARGET)
    loss = total_loss(criterion, outputs, TARGET, network)
    assert_close(loss, fused + 0.6 * (a + b) / 2)
    loss.backward()
    for name, parameter in network.unimodal_heads.named_parameters():
        assert parameter.grad.abs().sum() > 0, name


def test_without_heads_the_loss_is_that_of_the_scores(blocks):
    network, criterion = make(), FusionLoss([("cross_entropy", 3)])
    scores = network(blocks, PRESENT)
    assert total_loss(criterion, scores, TARGET, network) == criterion(scores, TARGET)


@pytest.mark.parametrize("fusion", FUSIONS)
def test_predictions_come_from_the_fusion_only(fusion, blocks):
    network = make(fusion=fusion, auxiliary_weight=1.0).eval()
    scores = network(blocks, PRESENT)
    assert scores.shape == (4, 3)
    for head in network.unimodal_heads:
        torch.nn.init.constant_(head.weight, torch.nan)
    assert torch.equal(network(blocks, PRESENT), scores)
    assert torch.equal(network.compute_all_scores(blocks, PRESENT).fused, scores)


def test_a_head_reads_the_embedding_of_its_modality(blocks):
    network = make(auxiliary_weight=1.0).eval()
    outputs = network.compute_all_scores(blocks)
    b = network.encoders[1](network.scalers[1](blocks["b"], torch.float32))
    assert_close(outputs.alone[1], network.unimodal_heads[1](b))
    assert outputs.present.all()


def test_what_is_hidden_in_training_does_not_teach_a_head(blocks):
    network = make(auxiliary_weight=1.0, modality_dropout=0.9)
    assert (network(blocks, PRESENT).present <= PRESENT).all()
    assert network(blocks, PRESENT).present.sum(dim=1).tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize("filling", [torch.nan, 1e6, torch.inf])
def test_what_lies_in_a_missing_sample_never_matters(filling, blocks):
    network, criterion = make(auxiliary_weight=1.0), FusionLoss([("cross_entropy", 3)])
    expected = total_loss(criterion, network(blocks, PRESENT), TARGET, network)
    blocks["a"][2], blocks["b"][1] = filling, filling
    loss = total_loss(criterion, network(blocks, PRESENT), TARGET, network)
    assert loss == expected
    loss.backward()
    assert all(torch.isfinite(p.grad).all() for p in network.parameters())


@pytest.mark.parametrize("cls", [DeepFusionClassifier, DeepFusionRegressor])
@pytest.mark.parametrize("params", [{}, {"precision": "float64"}, {"early_stopping": True}])
def test_estimators_train_heads_and_predict_without_them(toy, cls, params):
    X, y = toy
    X = drop_modalities(X, rate=0.3, random_state=0)
    model = cls(auxiliary_weight=0.5, **QUICK, **params).fit(X, y)
    assert len(model.net_.module_.unimodal_heads) == 3
    expected = model.predict(X)
    assert expected.shape == (40,)
    assert_array_equal(pickle.loads(pickle.dumps(model)).predict(X), expected)
    assert cls(**QUICK, **params).fit(X, y).net_.module_.unimodal_heads is None


def test_heads_teach_every_encoder_however_strong_the_others_are():
    rng = np.random.default_rng(0)
    y = np.arange(400) % 2
    X = make_frame(
        loud=rng.normal(size=(400, 2)) + 8 * y[:, None],
        quiet=rng.normal(size=(400, 2)) + 1.5 * y[:, None],
    )
    model = DeepFusionClassifier(auxiliary_weight=1.0, **QUICK | {"max_epochs": 30}).fit(X, y)
    module = model.net_.module_
    with torch.no_grad():
        tensors = {name: torch.tensor(X[name].array.tensor) for name in X}
        alone = module.compute_all_scores(tensors).alone[1]
    best = NormalDist().cdf(1.5 / 2**0.5)  # half the distance of the means
    assert (alone.argmax(dim=1).numpy() == y).mean() > best - 0.03


def test_a_negative_weight_is_refused(toy):
    with pytest.raises(
        ValueError, match="'auxiliary_weight' parameter .* must be a float in the range"
    ):
        DeepFusionClassifier(auxiliary_weight=-1).fit(*toy)


def test_the_training_loss_has_the_heads_and_the_loss_of_the_part_held_out_has_not(toy):
    X, y = toy
    params = {"auxiliary_weight": 5.0, "early_stopping": True, "max_epochs": 1}
    history = DeepFusionClassifier(**QUICK | params).fit(X, y).history_
    assert history["train_loss"][0] > 3 * np.log(2)
    assert history["valid_loss"][0] < 2 * np.log(2)
