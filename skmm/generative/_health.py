"""Whether an adversarial game went well."""

import warnings

import torch
from sklearn.exceptions import ConvergenceWarning

# A generator whose outputs vary by less than this share of the data has collapsed.
SMALL_VARIETY = 0.01

# How far from chance (0) to certainty (1) a discriminator may be when training ends.
TOO_GOOD = {"reversal": 0.5, "gan": 0.9}


def measure_collapse(network, blocks, present):
    """Measure for each modality how little varies of what is generated from it alone.

    Parameters
    ----------
    network : nn.Module
        Not in training.
    blocks : list of Tensor
        Scaled.
    present : bool Tensor of shape (n_samples, n_modalities)

    Returns
    -------
    collapse : list of float
        1 less the variance of all blocks decoded from that modality, as a share of the variance of the
        data: 1 if all rows give the same blocks, 0 if they vary as the data do.
    """
    variance = sum(_total_variance(block[present[:, m]]) for m, block in enumerate(blocks))
    collapse = []
    for m in range(present.shape[1]):
        alone = torch.zeros_like(present)
        alone[:, m] = present[:, m]
        rows = alone.any(dim=1)
        codes = network.encode([block[rows] for block in blocks], alone[rows])
        varied = sum(_total_variance(block) for block in network.decode(codes))
        collapse.append(1 - min(varied / variance, 1.0) if variance > 0 else 0.0)
    return collapse


def _total_variance(block):
    return float(block.double().var(dim=0, correction=0).sum())


def warn_if_unhealthy(method, accuracy, chance, collapse):
    """Warn if the discriminator has won, or generators have collapsed.

    Parameters
    ----------
    method : {"reversal", "gan"}
    accuracy, chance : float
        Of the discriminator; NaN if there was no game.
    collapse : dict of str to float
        As :func:`measure_collapse` found it, by modality.
    """
    if (accuracy - chance) / (1 - chance or 1.0) > TOO_GOOD[method]:
        tells = {"reversal": "modalities", "gan": "real from fake codes"}[method]
        warnings.warn(
            f"the discriminator tells {tells} with an accuracy of {accuracy:.2f}, where chance is "
            f"{chance:.2f}: codes are not alike. Raise adversarial_weight or max_epochs, or set "
            "regularization='spectral'",
            ConvergenceWarning,
            stacklevel=2,
        )
    worst = max(collapse, key=collapse.get)
    if collapse[worst] > 1 - SMALL_VARIETY:
        where = "" if worst is None else f" from modality {worst!r}"
        warnings.warn(
            f"what is generated{where} hardly varies (mode collapse {collapse[worst]:.3f}, where 1 "
            "is always the same). Raise reconstruction_weight, n_components or max_epochs, or lower "
            "adversarial_weight",
            ConvergenceWarning,
            stacklevel=2,
        )
