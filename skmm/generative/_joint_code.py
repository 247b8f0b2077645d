"""A network that squeezes all modalities through one code."""

import torch
from torch import nn

from skmm.generative._layers import concat_present, make_layers, squared_error
from skmm.generative._training import Player
from skmm.nn._network import hide_modalities


class JointCode(nn.Module):
    """Encode all blocks side by side, decode each from the code.

    Parameters
    ----------
    widths : list of int
        Number of columns of each block.
    n_components : int
        Width of the code.
    hidden_dims : list of int
        Layers of the encoder; decoders have them the other way round.
    modality_dropout : float
        Share of the modalities that are hidden from the encoder in training.
    noise : float
        Standard deviation of the noise on what the encoder sees in training, in that of a column.
    """

    def __init__(self, widths, n_components, hidden_dims, modality_dropout=0.0, noise=0.0):
        super().__init__()
        self.modality_dropout = modality_dropout
        self.noise = noise
        self.encoder = make_layers(sum(widths) + len(widths), hidden_dims, n_components)
        self.decoders = nn.ModuleList(
            make_layers(n_components, hidden_dims[::-1], width) for width in widths
        )

    def players(self):
        """One, which is the whole network."""
        return [Player(list(self.parameters()), self.compute_loss)]

    def encode(self, blocks, present):
        """Compute codes (B, n_components) of blocks (B, n_columns) and a mask (B, M)."""
        return self.encoder(concat_present(blocks, present))

    def decode(self, codes):
        """Compute a list of blocks from codes."""
        return [decoder(codes) for decoder in self.decoders]

    def compute_loss(self, blocks, present, progress):
        """Compute the squared error of what is present, hidden or not, mean over the rows."""
        shown, seen = blocks, present
        if self.noise > 0:
            shown = [
                block + self.noise / block.shape[1] ** 0.5 * torch.randn_like(block)
                for block in blocks
            ]
        if self.modality_dropout > 0:
            seen = hide_modalities(present, self.modality_dropout)
        decoded = self.decode(self.encode(shown, seen))
        return {"train_loss": squared_error(blocks, decoded, present).mean()}
