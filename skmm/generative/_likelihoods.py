"""How likely a block is, given what a decoder says of it."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from skmm._validation import ModalityError, did_you_mean
from skmm.generative._gaussians import LOG_2PI

# What a variance may be, compared with that of a column: e**10 to either side.
LOG_VARIANCES = (-10.0, 10.0)


class Likelihood(nn.Module):
    """Base class: knows the scale of the block.

    Outputs of a decoder, blocks, means and draws are tensors (B, n_columns); blocks, means and draws
    are scaled.

    Parameters
    ----------
    mean, factor : ndarray of shape (n_columns,)
        What was subtracted from a column, and what it was multiplied with then.
    """

    def __init__(self, mean, factor):
        super().__init__()
        self.register_buffer("center", torch.tensor(mean, dtype=torch.float32))
        self.register_buffer("factor", torch.tensor(factor, dtype=torch.float32))

    def _scale(self, values):
        return (values - self.center) * self.factor

    def _unscale(self, block):
        spread = torch.where(self.factor > 0, 1 / self.factor, 0)
        return block * spread + self.center

    @property
    def log_volume(self):
        """What the scale adds to the logarithm of a density; 0 for probabilities."""
        return 0.0


class Gaussian(Likelihood):
    """Normal, with one learned variance for all columns; a constant column does not count."""

    def __init__(self, mean, factor):
        super().__init__(mean, factor)
        self.log_variance = nn.Parameter(torch.zeros(()))

    def log_prob(self, output, block):
        """Logarithm of the density of scaled blocks, (B,)."""
        n_columns = block.shape[1]
        # A scaled column has the variance 1 / n_columns.
        log_variance = self._relative_log_variance() - np.log(n_columns)
        squares = (block - output).square() * torch.exp(-log_variance)
        logs = -0.5 * (squares + log_variance + LOG_2PI)
        return (logs * (self.factor > 0)).sum(dim=1)

    def mean(self, output):
        """What is expected."""
        return output

    def draw(self, output, generator):
        """Draw blocks."""
        noise = torch.randn(output.shape, generator=generator)
        return (
            output + noise * torch.exp(0.5 * self._relative_log_variance()) / output.shape[1] ** 0.5
        )

    @property
    def log_volume(self):
        """Logarithm of how much smaller the scale makes a unit of the block."""
        return float(torch.log(self.factor[self.factor > 0].double()).sum())

    def _relative_log_variance(self):
        return self.log_variance.clamp(*LOG_VARIANCES)


class Bernoulli(Likelihood):
    """A chance for each column, given as its logit."""

    def log_prob(self, output, block):
        """Logarithm of the probability of scaled blocks, (B,)."""
        x = self._unscale(block)
        return (x * functional.logsigmoid(output) + (1 - x) * functional.logsigmoid(-output)).sum(
            dim=1
        )

    def mean(self, output):
        """Chances, scaled as a block."""
        return self._scale(torch.sigmoid(output))

    def draw(self, output, generator):
        """Draw zeros and ones, scaled as a block."""
        return self._scale(torch.bernoulli(torch.sigmoid(output), generator=generator))


class Categorical(Likelihood):
    """One of the columns is 1, or they are shares of 1; logits up to a constant."""

    def log_prob(self, output, block):
        """Logarithm of the probability of scaled blocks, (B,)."""
        return (self._unscale(block) * functional.log_softmax(output, dim=1)).sum(dim=1)

    def mean(self, output):
        """Probabilities, scaled as a block."""
        return self._scale(functional.softmax(output, dim=1))

    def draw(self, output, generator):
        """Draw a one among zeros, scaled as a block."""
        shares = functional.softmax(output, dim=1)
        chosen = torch.multinomial(shares, 1, generator=generator)
        return self._scale(torch.zeros_like(shares).scatter(1, chosen, 1.0))


LIKELIHOODS = {"gaussian": Gaussian, "bernoulli": Bernoulli, "categorical": Categorical}


def choose_likelihoods(blocks, likelihoods):
    """Say for each modality which likelihood it has, and check that its values can have it.

    Parameters
    ----------
    blocks : dict of Block
    likelihoods : str or dict of str
        "auto", a key of ``LIKELIHOODS`` for all, or one of these by modality, "auto" for the rest.

    Returns
    -------
    chosen : dict of str
        Keys of ``LIKELIHOODS``.

    Raises
    ------
    ValueError
        If a dict has an unknown modality or likelihood.
    ModalityError
        If values are none of that likelihood.
    """
    given = likelihoods if isinstance(likelihoods, dict) else dict.fromkeys(blocks, likelihoods)
    for modality, name in given.items():
        if modality not in blocks:
            raise ValueError(
                f"likelihoods names {modality!r}, and the modalities are {list(blocks)}"
                + did_you_mean(modality, blocks)
            )
        if name not in ("auto", *LIKELIHOODS):
            raise ValueError(
                f"likelihoods[{modality!r}] is {name!r}; expected 'auto' or one of {list(LIKELIHOODS)}"
                + did_you_mean(name, LIKELIHOODS)
            )
    names = {modality: given.get(modality, "auto") for modality in blocks}
    chosen = {
        modality: _guess(blocks[modality]) if name == "auto" else name
        for modality, name in names.items()
    }
    check_values(blocks, chosen)
    return chosen


def _guess(block):
    rows = block.values[block.present]
    if not np.isin(rows, (0, 1)).all():
        return "gaussian"
    return "categorical" if rows.shape[1] > 1 and _sum_to_one(rows).all() else "bernoulli"


def check_values(blocks, chosen):
    """Refuse values that a likelihood gives no probability."""
    for modality, name in chosen.items():
        rows = np.flatnonzero(blocks[modality].present)
        values = blocks[modality].values[rows]
        bad = np.zeros(len(rows), dtype=bool)
        if name != "gaussian":
            bad = ((values < 0) | (values > 1)).any(axis=1)
        if name == "categorical":
            bad |= ~_sum_to_one(values)
        if bad.any():
            expected = "values from 0 to 1"
            raise ModalityError(
                f"the likelihood is {name!r}, which takes {expected}"
                + (" that sum to 1, such as one 1 among zeros" if name == "categorical" else "")
                + "; scale the block, or choose likelihoods='gaussian'",
                modality=modality,
                row=rows[bad.argmax()],
            )


def _sum_to_one(rows):
    return np.abs(rows.sum(axis=1) - 1) < 1e-3
