"""Fusion by gates that weigh the modalities sample by sample and unit by unit."""

import torch
from torch import nn

from skmm.nn._fusions.masks import masked_softmax, without_absent


class GatedModule(nn.Module):
    """Fuse by a mean of the embeddings that is weighed sample by sample and unit by unit [1]_.

    With ``h'_m = tanh(V_m h_m)`` the fused embedding is ``sum_m a_m * h'_m``. The gates a are
    positive and sum to 1 over the modalities present; they depend on all embeddings. A sample
    without any modality gives zeros.

    Parameters
    ----------
    n_modalities : int
        Number M of modalities.
    embed_dim : int
        Width p of an embedding.
    gate : {"softmax", "sigmoid"}, default="softmax"
        ``"softmax"`` computes one logit per modality; ``"sigmoid"``, the form of the paper, one for
        the first of two.

    Raises
    ------
    ValueError
        If the gate is unknown, or a sigmoid is to choose between other than two modalities.

    See Also
    --------
    AttentionModule : One weight for all units of a modality.
    ConcatModule : A small network instead of gates.

    References
    ----------
    .. [1] J. Arevalo et al., "Gated multimodal units for information fusion", ICLR workshop 2017.

    Examples
    --------
    >>> import torch
    >>> from skmm.nn import GatedModule
    >>> fusion = GatedModule(2, 4)
    >>> gates = fusion.gates([torch.ones(1, 4), torch.zeros(1, 4)])
    >>> torch.allclose(gates.sum(dim=1), torch.ones(1, 4))
    True
    """

    def __init__(self, n_modalities, embed_dim, *, gate="softmax"):
        super().__init__()
        if gate not in ("softmax", "sigmoid"):
            raise ValueError(f"gate is {gate!r}; expected 'softmax' or 'sigmoid'")
        if gate == "sigmoid" and n_modalities != 2:
            raise ValueError(
                f"gate='sigmoid' chooses between 2 modalities, and there are {n_modalities}; "
                "use gate='softmax'"
            )
        n_logits = n_modalities if gate == "softmax" else 1
        self.gate = gate
        self.values = nn.ModuleList(nn.Linear(embed_dim, embed_dim) for _ in range(n_modalities))
        self.logits = nn.Linear(n_modalities * embed_dim, n_logits * embed_dim)

    def forward(self, embeddings, present=None):
        """Fuse the embeddings.

        Parameters
        ----------
        embeddings : list of M tensors of shape (B, p)
        present : bool tensor of shape (B, M), default=None
            Which modalities each sample has; None means all.

        Returns
        -------
        fused : tensor of shape (B, p)
        """
        stacked, present = without_absent(embeddings, present)
        values = [
            torch.tanh(value(h)) for value, h in zip(self.values, stacked.unbind(1), strict=True)
        ]
        return (self._gates(stacked, present) * torch.stack(values, dim=1)).sum(dim=1)

    def gates(self, embeddings, present=None):
        """Weights of the modalities, a tensor of shape (B, M, p); arguments as in :meth:`forward`."""
        return self._gates(*without_absent(embeddings, present))

    def weights(self, embeddings, present=None):
        """Means of the gates over the units, shape (B, M); arguments as in :meth:`forward`."""
        return self.gates(embeddings, present).mean(dim=2)

    def _gates(self, stacked, present):
        logits = self.logits(stacked.flatten(1)).unflatten(1, (-1, stacked.shape[2]))
        if self.gate == "sigmoid":  # sigmoid(l) and 1 - sigmoid(l) are the softmax of (l, 0)
            logits = torch.cat([logits, torch.zeros_like(logits)], dim=1)
        return masked_softmax(logits, present.unsqueeze(2))
