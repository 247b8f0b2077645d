"""A classifier that is trained in a moment."""

from skmm.nn import DeepFusionClassifier

QUICK = {"max_epochs": 3, "embed_dim": 8, "hidden_dims": (8,), "random_state": 0}


def quick(**params):
    return DeepFusionClassifier(**(QUICK | params))
