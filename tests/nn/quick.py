"""A classifier that is trained in a moment, and what tests ask of it."""

import numpy as np
from skorch.callbacks import Callback

from skmm.nn import DeepFusionClassifier
from skmm.privacy import DPSGD

QUICK = {"max_epochs": 3, "embed_dim": 8, "hidden_dims": (8,), "random_state": 0, "device": "cpu"}


def quick(**params):
    return DeepFusionClassifier(**(QUICK | params))


def private(epsilon=5.0, *, model=DeepFusionClassifier, **params):
    """A model that is trained privately, with noise that nobody knows."""
    options = QUICK | {"max_epochs": 2, "random_state": None} | params
    return model(privacy=DPSGD(epsilon), **options)


def differs(X, y, **params):
    """Whether a parameter changes what the model predicts."""
    return not np.array_equal(
        quick(**params).fit(X, y).predict_proba(X), quick().fit(X, y).predict_proba(X)
    )


def weights(model):
    return [p.detach().numpy() for p in model.net_.module_.parameters()]


class Recorder(Callback):
    """Notes the epochs."""

    epochs = ()

    def on_epoch_end(self, net, **kwargs):
        self.epochs = (*self.epochs, len(net.history))
