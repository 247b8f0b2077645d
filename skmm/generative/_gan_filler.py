"""Fill in a modality by a network that a second one cannot tell from what was seen."""

import hashlib
from math import isfinite

import numpy as np
import torch
from torch import nn
from torch.utils.data import TensorDataset

from skmm.fusion._early.row_products import row_products
from skmm.generative._discriminator import discriminator_loss, generator_loss
from skmm.generative._layers import make_layers
from skmm.impute import side_by_side
from skmm.nn._training.batches import Batches
from skmm.nn._training.training import seed_scope

# Layers of who judges: one that is linear could tell means apart, and nothing else.
_JUDGE_DIMS = (64,)


class GanFiller:
    """One generator per modality, of all others and noise.

    Its loss is the squared error, and with `adversarial_weight` that of a generative adversarial network
    whose discriminator is shown the sources, too. Without that weight there is no noise, and nothing
    adversarial.

    Parameters
    ----------
    hidden_dims : tuple of int
    noise_dim : int
    adversarial_weight : float
    n_draws : int
        Of how many draws :meth:`fill` returns the mean.
    max_epochs, batch_size : int
    lr : float
    seed : int
    """

    def __init__(
        self,
        *,
        hidden_dims,
        noise_dim,
        adversarial_weight,
        n_draws,
        max_epochs,
        batch_size,
        lr,
        seed,
    ):
        self.hidden_dims = hidden_dims
        self.noise_dim = noise_dim if adversarial_weight > 0 else 0
        self.adversarial_weight = adversarial_weight
        self.n_draws = n_draws
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.lr = lr
        self.seed = seed

    def fit(self, blocks):
        """Train one network per modality, on the rows that have it."""
        self.layers = {}
        for number, (name, block) in enumerate(blocks.items()):
            sources = torch.from_numpy(side_by_side(blocks, name)[block.present])
            target = torch.from_numpy(block.values[block.present])
            with seed_scope((self.seed + number) % 2**31, "cpu"):
                self.layers[name] = self._train(sources, target, name)
        return self

    def fill(self, blocks, name, rows):
        """Say what a modality is in some rows, (n_rows, d): the mean of some draws."""
        draws = [self.draw(blocks, name, rows, number) for number in range(self.n_draws)]
        return np.mean(draws, axis=0)

    def draw(self, blocks, name, rows, number):
        """Say what a modality may be in some rows, (n_rows, d)."""
        x = side_by_side(blocks, name)[rows]
        x = np.hstack([x, self._noise(x, number)])
        *hidden, last = self.layers[name]
        for weights, bias in hidden:
            x = np.maximum(row_products(x, weights) + bias, 0)
        return row_products(x, last[0]) + last[1]

    def _noise(self, sources, number):
        seeds = seeds_of_rows(sources, self.seed, number)
        noise = [np.random.default_rng(seed).standard_normal(self.noise_dim) for seed in seeds]
        return np.reshape(noise, (len(sources), self.noise_dim))

    def _train(self, sources, target, name):
        """Return weights and biases of a trained generator."""
        n_in, n_out = sources.shape[1], target.shape[1]
        generator = make_layers(n_in + self.noise_dim, self.hidden_dims, n_out, torch.float64)
        judge = make_layers(n_in + n_out, _JUDGE_DIMS, 1, torch.float64)
        steps = [torch.optim.Adam(player.parameters(), lr=self.lr) for player in (generator, judge)]
        size = len(target) if self.batch_size == -1 else self.batch_size
        batches = Batches(TensorDataset(sources, target), size, torch.default_generator)
        for epoch in range(self.max_epochs):
            for x, y in batches:
                noise = torch.randn(len(x), self.noise_dim, dtype=x.dtype)
                fake = generator(torch.hstack([x, noise]))
                loss = (fake - y).square().sum(dim=1).mean()
                if self.adversarial_weight > 0:
                    take_step(steps[1], judge_loss(judge, x, y, fake.detach()))
                    told = judge(torch.hstack([x, fake])).squeeze(1)
                    loss = loss + self.adversarial_weight * generator_loss(told).mean()
                take_step(steps[0], loss)
                if not isfinite(loss.item()):
                    raise FloatingPointError(
                        f"the loss for modality {name!r} is {loss.item()} in epoch {epoch + 1}; "
                        "expected a finite number. Use a smaller lr."
                    )
        linear = [layer for layer in generator if isinstance(layer, nn.Linear)]
        return [(as_array(layer.weight).T.copy(), as_array(layer.bias)) for layer in linear]


def seeds_of_rows(rows, seed, number):
    """A seed for each row that it has whatever its companions: it comes from what the row holds."""
    digests = (hashlib.blake2b(row.tobytes(), digest_size=8).digest() for row in rows + 0.0)
    sequences = (np.random.SeedSequence([seed, number, int.from_bytes(d)]) for d in digests)
    return [int(sequence.generate_state(1)[0]) for sequence in sequences]


def judge_loss(judge, x, real, fake):
    """Loss of who is shown the sources, too: 2 log 2 where it cannot tell."""
    return discriminator_loss(*(judge(torch.hstack([x, y])) for y in (real, fake))).mean()


def take_step(optimizer, loss):
    """Take one step of an optimizer."""
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def as_array(parameter):
    return parameter.detach().numpy().copy()
