"""Train the network of a deep fusion in several processes: the recipe of the guide, as a script.

On machines with several GPUs ``accelerate launch train_together.py FOLDER`` starts a process for each.
"""

import pickle
import sys
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from skorch import NeuralNet
from skorch.hf import AccelerateMixin
from torch.utils.data import Dataset

from skmm import DeepFusionClassifier
from skmm.datasets import make_multimodal_classification

BATCH_SIZE, LR, N_EPOCHS = 8, 0.1, 3


class AcceleratedNet(AccelerateMixin, NeuralNet):
    """A skorch net whose steps accelerate shares out."""


class Rows(Dataset):
    """Samples one by one, in the form in which the network takes them."""

    def __init__(self, X, y):
        self.columns = {name: X[name].array for name in X}
        self.y = y

    def __len__(self):
        return len(self.y)

    def __getitem__(self, row):
        blocks = {name: column.tensor[row].copy() for name, column in self.columns.items()}
        present = np.array([column.present[row] for column in self.columns.values()])
        return {"blocks": blocks, "present": present}, self.y[row]


def make_loss():
    """A function, because accelerate fails on modules without weights in processes on CPUs."""
    return torch.nn.functional.cross_entropy


def make_data():
    X, y = make_multimodal_classification(64, modalities={"a": 6, "b": 5}, random_state=0)
    X.loc[[3, 20, 33], "a"] = None
    return X, y


def build(X, y):
    """A model that has seen few samples: the sizes, the scales, the classes, and first weights."""
    model = DeepFusionClassifier(embed_dim=8, dropout=0, max_epochs=1, device="cpu", random_state=0)
    return model.fit(X[:16], y[:16])


def train(model, X, y, accelerator):
    net = AcceleratedNet(
        model.net_.module_,
        criterion=make_loss,
        optimizer=torch.optim.SGD,
        lr=LR,
        max_epochs=N_EPOCHS,
        batch_size=BATCH_SIZE,  # of each process
        train_split=None,
        accelerator=accelerator,
    )
    net.fit(Rows(X, np.searchsorted(model.classes_, y)))


if __name__ == "__main__":
    accelerator, (X, y) = Accelerator(cpu=True), make_data()
    model = build(X, y)
    train(model, X, y, accelerator)
    kept = pickle.loads(pickle.dumps(model))
    np.save(Path(sys.argv[1]) / f"{accelerator.process_index}.npy", kept.predict_proba(X))
