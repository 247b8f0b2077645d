"""What would break privacy is refused, with the reason and a way out."""

import numpy as np
import pytest
from skorch.callbacks import EpochScoring
from torch import nn

from skmm import make_frame
from skmm.nn import MultitaskFusion, SequenceEncoder
from skmm.privacy import DPSGD
from tests.nn.quick import private


@pytest.mark.parametrize(
    ("params", "match"),
    [
        ({"warm_start": True}, "warm_start=True would go on"),
        ({"early_stopping": True}, "early_stopping=True would choose an epoch by exact losses"),
        ({"lr_schedule": "plateau"}, "lr_schedule='plateau' follows exact losses"),
        ({"class_weight": "balanced"}, "class_weight is divided by its mean"),
        ({"class_weight": {0: 2.0}}, "class_weight is divided by its mean"),
        ({"auxiliary_weight": 0.5}, "auxiliary_weight=0.5 takes the mean loss"),
        ({"max_grad_norm": 1.0}, "max_grad_norm=1.0 is for the gradient of a batch.*DPSGD"),
        ({"l1": 0.1}, "l1=0.1 would be clipped.*weight_decay"),
        ({"callbacks": [EpochScoring("accuracy")]}, "callbacks may look at exact losses"),
        ({"net_params": {"compile": True}}, r"net_params holds \['compile'\]"),
        ({"precision": "bfloat16"}, "precision='bfloat16' rounds"),
    ],
)
def test_what_would_break_privacy_is_refused(unit_toy, params, match):
    with pytest.raises(ValueError, match=f"{match}.*or set privacy=None"):
        private(**params).fit(*unit_toy)


def test_sample_weights_and_parts_are_refused(unit_toy):
    X, y = unit_toy
    with pytest.raises(ValueError, match="sample_weight is divided by its mean.*leave it out"):
        private().fit(X, y, sample_weight=np.ones(len(y)))
    with pytest.raises(ValueError, match="partial_fit would spend privacy anew"):
        private().partial_fit(X, y, classes=[0, 1, 2])


def test_a_refused_fit_leaves_the_model_as_it_was(unit_toy):
    X, y = unit_toy
    model = private().fit(X, y)
    before = model.predict_proba(X)
    with pytest.raises(ValueError, match="warm_start"):
        model.set_params(warm_start=True).fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), before)
    assert model.epsilon_ > 0


def test_recurrent_cells_are_refused(unit_toy):
    _, y = unit_toy
    X = make_frame(audio=np.random.default_rng(0).normal(size=(120, 5, 3)))
    with pytest.raises(ValueError, match="modality 'audio' is read by recurrent cells.*'tcn'"):
        private().fit(X, y)
    private(encoders={"audio": ("sequence", {"body": "tcn"})}).fit(X, y)


def test_recurrent_cells_within_a_module_are_refused(unit_toy):
    _, y = unit_toy
    X = make_frame(audio=np.random.default_rng(0).normal(size=(120, 5, 3)))
    with pytest.raises(ValueError, match="modality 'audio' is read by recurrent cells"):
        private(encoders={"audio": SequenceEncoder(3, 8)}).fit(X, y)


class Normalized(nn.Sequential):
    def __init__(self, norm):
        super().__init__(nn.Flatten(), nn.Linear(36, 8), norm)


def test_batch_normalization_is_refused_and_normalization_of_a_sample_is_not(unit_toy):
    X, y = unit_toy
    with pytest.raises(ValueError, match=r"BatchNorm1d, at 'encoders.1.module.2'.*GroupNorm"):
        private(encoders={"image": Normalized(nn.BatchNorm1d(8))}).fit(X, y)
    private(encoders={"image": Normalized(nn.LayerNorm(8))}).fit(X, y)


def test_several_tasks_know_no_privacy():
    with pytest.raises(TypeError, match="unexpected keyword argument 'privacy'"):
        MultitaskFusion(privacy=DPSGD(1.0))
