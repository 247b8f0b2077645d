"""Losses of similarities in a batch of pairs: row i and column i belong together, the others do not.

Each takes a matrix S of similarities, (N, N), and which entries are negatives, (N, N): all but the
diagonal, unless two pairs look alike, which must not be pushed apart.
"""

import torch
from torch.nn import functional


def all_others(S):
    """All entries but the diagonal, as a mask."""
    return ~torch.eye(len(S), dtype=torch.bool, device=S.device)


def hinge_loss(S, negatives=None, *, margin=0.2, hardest=True, both_ways=True):
    """Sum over pairs of how much negatives come nearer than a margin.

    Parameters
    ----------
    S : tensor of shape (N, N)
    negatives : bool tensor of shape (N, N), default=None
        None is all but the diagonal.
    margin : float, default=0.2
        By how much a pair should be more similar than others.
    hardest : bool, default=True
        Whether only the worst negative of each pair counts [1]_, or the sum over all of them.
    both_ways : bool, default=True
        Whether columns count as well as rows; without, and with all negatives, it is DeViSE [2]_.

    Returns
    -------
    loss : tensor of shape ()

    References
    ----------
    .. [1] F. Faghri et al., "VSE++: improving visual-semantic embeddings with hard negatives",
       BMVC 2018.
    .. [2] A. Frome et al., "DeViSE: a deep visual-semantic embedding model", NeurIPS 2013.
    """
    negatives = all_others(S) if negatives is None else negatives
    pairs = S.diagonal()
    # No cost is below 0, so that entries which do not count may be 0.
    costs = [(margin + S - pairs[:, None]).clamp(min=0) * negatives]
    if both_ways:
        costs.append(((margin + S - pairs[None, :]).clamp(min=0) * negatives).T)
    if hardest:
        return sum(cost.amax(dim=1).sum() for cost in costs)
    return sum(cost.sum() for cost in costs)


def infonce_loss(S, negatives=None, *, scale):
    """Mean cross-entropy of finding the partner among the batch, both ways [1]_.

    Parameters
    ----------
    S : tensor of shape (N, N)
    negatives : bool tensor of shape (N, N), default=None
        None is all but the diagonal.
    scale : float or tensor of shape ()
        What similarities are multiplied by: one over the temperature.

    Returns
    -------
    loss : tensor of shape ()

    References
    ----------
    .. [1] A. Radford et al., "Learning transferable visual models from natural language supervision",
       ICML 2021.
    """
    logits = scale * S
    if negatives is not None:
        partners = torch.eye(len(S), dtype=torch.bool, device=S.device)
        logits = logits.masked_fill(~(negatives | partners), -torch.inf)
    target = torch.arange(len(S), device=S.device)
    rows, columns = (functional.cross_entropy(x, target) for x in (logits, logits.T))
    return (rows + columns) / 2


def siglip_loss(S, negatives=None, *, scale, bias):
    """Mean over rows of the summed logistic loss of each entry: a pair, or not [1]_.

    Parameters
    ----------
    S : tensor of shape (N, N)
    negatives : bool tensor of shape (N, N), default=None
        None is all but the diagonal.
    scale, bias : float or tensor of shape ()
        Similarities become logits as ``scale * S + bias``.

    Returns
    -------
    loss : tensor of shape ()
        Divided by N, and not by N squared.

    References
    ----------
    .. [1] X. Zhai et al., "Sigmoid loss for language image pre-training", ICCV 2023.
    """
    negatives = all_others(S) if negatives is None else negatives
    logits = scale * S + bias
    of_pairs = functional.logsigmoid(logits.diagonal()).sum()
    of_others = (functional.logsigmoid(-logits) * negatives).sum()
    return -(of_pairs + of_others) / len(S)
