"""Fusion by units that each copy one modality, drawn at random in training."""

import torch
from torch import nn

from skmm.nn._fusions.masks import without_absent


class EmbraceModule(nn.Module):
    """Fuse by units of which each copies one of the modalities present, drawn at random [1]_.

    Each modality is brought to `hidden_dim` units, ``d_m = ReLU(W_m h_m + c_m)``. In training every
    unit takes the value of one modality, so that the net learns to do with any of them; in evaluation
    it takes the expectation. A linear map brings the units back to the width p. A sample without any
    modality has units of 0.

    Parameters
    ----------
    n_modalities : int
        Number M of modalities.
    embed_dim : int
        Width p of an embedding.
    hidden_dim : int, default=256
        Number of units that are drawn.
    probabilities : list of M floats, default=None
        How likely each modality is drawn where all are present; absent ones leave their part to the
        others. None makes them equal.

    Raises
    ------
    ValueError
        If the probabilities are not M numbers above 0.

    See Also
    --------
    GatedModule : Learns how much each unit takes of each modality.

    References
    ----------
    .. [1] J.-H. Choi and J.-S. Lee, "EmbraceNet: a robust deep learning architecture for multimodal
       classification", Information Fusion 51, 2019.

    Examples
    --------
    >>> import torch
    >>> from skmm.nn import EmbraceModule
    >>> EmbraceModule(2, 4)([torch.ones(1, 4), torch.ones(1, 4)]).shape
    torch.Size([1, 4])
    """

    def __init__(self, n_modalities, embed_dim, *, hidden_dim=256, probabilities=None):
        super().__init__()
        given = [1.0] * n_modalities if probabilities is None else list(probabilities)
        if len(given) != n_modalities or not all(value > 0 for value in given):
            raise ValueError(
                f"probabilities={probabilities!r}; expected one number above 0 for each of the "
                f"{n_modalities} modalities"
            )
        self.probabilities = given
        self.dock = nn.ModuleList(nn.Linear(embed_dim, hidden_dim) for _ in range(n_modalities))
        self.output = nn.Linear(hidden_dim, embed_dim)

    def forward(self, embeddings, present=None):
        """Fuse M tensors of shape (B, p), of which `present`, (B, M), tells what is there, to (B, p)."""
        return self.output(self.embrace(embeddings, present))

    def embrace(self, embeddings, present=None):
        """Units before the last map, a tensor of shape (B, hidden_dim)."""
        stacked, present = without_absent(embeddings, present)
        docked = [torch.relu(dock(h)) for dock, h in zip(self.dock, stacked.unbind(1), strict=True)]
        units = torch.stack(docked, dim=1)  # (B, M, hidden_dim)
        shares = present * units.new_tensor(self.probabilities)
        if not self.training:
            shares = shares / shares.sum(dim=1, keepdim=True).clamp(min=min(self.probabilities))
            return (shares.unsqueeze(2) * units).sum(dim=1)
        nothing = ~present.any(dim=1, keepdim=True)
        choice = torch.multinomial(shares + nothing, units.shape[2], replacement=True)
        drawn = units.gather(1, choice.unsqueeze(1)).squeeze(1)
        return torch.where(nothing, 0, drawn)
