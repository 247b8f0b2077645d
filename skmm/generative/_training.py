"""One training loop for all: each player of a game takes its step in turn."""

from collections.abc import Callable
from math import isfinite
from typing import NamedTuple

import numpy as np
import torch
from tqdm.auto import tqdm

from skmm.nn._training.batches import Batches


class Player(NamedTuple):
    """Some parameters, and the loss that they are to make small."""

    parameters: list  # of Tensor
    # compute_loss(blocks, present, progress) -> dict of 0-d Tensor, the first of which is minimized;
    # progress goes from 0 to 1 over the epochs.
    compute_loss: Callable


class Rows:
    """Rows of tensors that belong together, indexed by positions or a slice.

    Parameters
    ----------
    tensors : list of Tensor of shape (n_samples, ...)
        The blocks.
    present : bool Tensor of shape (n_samples, n_modalities)
    """

    def __init__(self, tensors, present):
        self.tensors = tensors
        self.present = present

    def __len__(self):
        return len(self.present)

    def __getitem__(self, where):
        return [tensor[where] for tensor in self.tensors], self.present[where]


def train(players, rows, *, max_epochs, batch_size, lr, generator, weight_decay=0.0, verbose=0):
    """Train with Adam, batch by batch, for a fixed number of epochs.

    Parameters
    ----------
    players : list of Player
        In the order of their steps; each has an optimizer of its own.
    rows : Rows
    max_epochs, batch_size : int
        A batch of -1 has all rows.
    lr : float
    generator : torch.Generator
        Draws the order of the rows in each epoch.
    weight_decay : float, default=0.0
    verbose : int, default=0
        1 prints a line per epoch, 2 shows a bar.

    Returns
    -------
    history : list of dict of str to float
        For each epoch its number, and the mean over rows of what the losses are made of.

    Raises
    ------
    FloatingPointError
        If a loss is not finite.
    """
    optimizers = [
        torch.optim.AdamW(player.parameters, lr=lr, weight_decay=weight_decay, fused=True)
        for player in players
    ]
    size = len(rows) if batch_size == -1 else batch_size
    history = []
    bar = tqdm(range(max_epochs), unit="epoch", disable=verbose < 2)
    for epoch in bar:
        records, sizes = [], []
        for blocks, present in Batches(rows, size, generator):
            record = {}
            for player, optimizer in zip(players, optimizers, strict=True):
                optimizer.zero_grad()
                terms = player.compute_loss(blocks, present, epoch / max_epochs)
                next(iter(terms.values())).backward()
                optimizer.step()
                record |= {name: term.detach() for name, term in terms.items()}
            records.append(record)
            sizes.append(len(present))
        means = _average(records, sizes)
        history.append({"epoch": epoch + 1, **means})
        _check_finite(history[-1])
        bar.set_postfix(means, refresh=False)
        if verbose == 1:
            losses = ", ".join(f"{name} {value:.4f}" for name, value in means.items())
            tqdm.write(f"epoch {epoch + 1}/{max_epochs}: {losses}")
    return history


def _average(records, sizes):
    return {
        name: float(np.average([float(record[name]) for record in records], weights=sizes))
        for name in records[0]
    }


def _check_finite(epoch):
    for name, value in epoch.items():
        if not isfinite(value):
            raise FloatingPointError(
                f"{name} is {value} in epoch {epoch['epoch']}; expected a finite number. Use a smaller "
                "lr, and look for huge values in X"
            )
