"""Fusion by attention: a weighted mean of the embeddings."""

from torch import nn

from skmm.nn._fusions.masks import masked_softmax, without_absent


class AttentionModule(nn.Module):
    """Fuse by a mean of the embeddings ``sum_m a_m h_m`` that is weighed sample by sample [1]_.

    The weights a are the softmax, over the modalities present, of ``v' tanh(W h_m + c)``. W, c and v
    are the same for all modalities, so that their order does not matter. A sample without any
    modality gives zeros.

    Parameters
    ----------
    n_modalities : int
        Number M of modalities.
    embed_dim : int
        Width p of an embedding.
    hidden_dim : int, default=None
        Length of v; None is `embed_dim`.

    See Also
    --------
    GatedModule : A weight per unit, which depends on all embeddings.

    References
    ----------
    .. [1] D. Bahdanau, K. Cho and Y. Bengio, "Neural machine translation by jointly learning to align
       and translate", ICLR 2015.

    Examples
    --------
    >>> import torch
    >>> from skmm.nn import AttentionModule
    >>> fusion = AttentionModule(2, 4)
    >>> fusion.weights([torch.ones(1, 4), torch.ones(1, 4)])
    tensor([[0.5000, 0.5000]], grad_fn=<MulBackward0>)
    """

    def __init__(self, n_modalities, embed_dim, *, hidden_dim=None):
        super().__init__()
        hidden_dim = embed_dim if hidden_dim is None else hidden_dim
        self.logit = nn.Sequential(
            nn.Linear(embed_dim, hidden_dim),
            nn.Tanh(),
            nn.Linear(hidden_dim, 1, bias=False),  # a softmax does not feel a constant
        )

    def forward(self, embeddings, present=None):
        """Fuse M tensors of shape (B, p), of which `present`, (B, M), tells what is there, to (B, p)."""
        stacked, present = without_absent(embeddings, present)
        return (self._weights(stacked, present).unsqueeze(2) * stacked).sum(dim=1)

    def weights(self, embeddings, present=None):
        """Weights of the modalities, a tensor of shape (B, M); arguments as in :meth:`forward`."""
        return self._weights(*without_absent(embeddings, present))

    def _weights(self, stacked, present):
        return masked_softmax(self.logit(stacked).squeeze(2), present)
