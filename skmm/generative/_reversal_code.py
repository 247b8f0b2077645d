"""A network whose codes do not tell which modality they come from, by gradient reversal."""

import torch
from torch import nn
from torch.nn import functional

from skmm.generative._discriminator import make_discriminator, mean_where, r1_penalty
from skmm.generative._layers import fill_absent, make_layers, squared_error
from skmm.generative._reversal import reversal_weight, reverse_gradient
from skmm.generative._training import Player
from skmm.nn._network import hide_modalities


class ReversalCode(nn.Module):
    """An encoder and a decoder for each modality, and who guesses the modality of a code.

    Parameters
    ----------
    widths : list of int
        Number of columns of each block.
    n_components : int
        Width k of the codes.
    hidden_dims : list of int
        Layers of encoders and of the discriminator; decoders have them the other way round.
    adversarial_weight, reconstruction_weight : float
    regularization : {"spectral", "r1"} or None
    modality_dropout : float
    """

    def __init__(
        self,
        widths,
        n_components,
        hidden_dims,
        adversarial_weight=1.0,
        reconstruction_weight=1.0,
        regularization=None,
        modality_dropout=0.0,
    ):
        super().__init__()
        self.adversarial_weight = adversarial_weight
        self.reconstruction_weight = reconstruction_weight
        self.regularization = regularization
        self.modality_dropout = modality_dropout
        self.encoders = nn.ModuleList(
            make_layers(width, hidden_dims, n_components) for width in widths
        )
        self.decoders = nn.ModuleList(
            make_layers(n_components, hidden_dims[::-1], width) for width in widths
        )
        self.discriminator = make_discriminator(
            n_components, hidden_dims, len(widths), regularization
        )

    def players(self):
        """One: the reversal makes two opponents of it."""
        return [Player(list(self.parameters()), self.compute_loss)]

    def compute_loss(self, blocks, present, progress):
        """Compute what the coders lose on blocks, and the discriminator on codes."""
        seen = present
        if self.modality_dropout > 0:
            seen = hide_modalities(present, self.modality_dropout)
        codes = self.encode_each(blocks, present)
        decoded = self.decode(_mean_code(codes, seen))
        reconstruction = squared_error(blocks, decoded, present).mean()
        weight = self.adversarial_weight * reversal_weight(progress)
        game, accuracy, penalty = 0.0, 0.0, 0.0
        for m, code in enumerate(codes):
            here = present[:, m]
            loss, right, logits, shown = self._guess(code, m, weight)
            game = game + mean_where(loss, here) / len(codes)
            accuracy = accuracy + mean_where(right, here) / len(codes)
            if self.regularization == "r1":
                penalty = penalty + mean_where(r1_penalty(logits, shown), here) / len(codes)
        return {
            "train_loss": self.reconstruction_weight * reconstruction + game + penalty,
            "reconstruction": reconstruction,
            "discriminator_loss": game,
            "discriminator_accuracy": accuracy,
        }

    def _guess(self, code, m, weight):
        """Losses of the discriminator, whether it is right, the logit of the truth, and what it saw."""
        shown = reverse_gradient(code, weight)
        if self.regularization == "r1":  # the penalty is on the discriminator, and not on codes
            flat = code.detach().requires_grad_()
            truth = functional.log_softmax(self.discriminator(flat), dim=1)[:, m]
        else:
            flat, truth = None, None
        logits = self.discriminator(shown)
        target = torch.full((len(code),), m, device=code.device)
        loss = functional.cross_entropy(logits, target, reduction="none")
        return loss, (logits.argmax(dim=1) == m).float(), truth, flat

    def encode_each(self, blocks, present):
        """Compute a list of the codes (B, k) of single modalities."""
        blocks = fill_absent(blocks, present)
        return [encoder(block) for encoder, block in zip(self.encoders, blocks, strict=True)]

    def encode(self, blocks, present):
        """Compute the mean (B, k) of the codes of what is present; of average blocks if nothing is."""
        return _mean_code(self.encode_each(blocks, present), present)

    def decode(self, codes):
        """Compute a list of blocks from codes."""
        return [decoder(codes) for decoder in self.decoders]

    def judge(self, blocks, present):
        """Compute how often the discriminator is right, all modalities counting alike."""
        if len(self.encoders) == 1:
            return float("nan")
        hits = [
            mean_where((self.discriminator(code).argmax(dim=1) == m).float(), present[:, m])
            for m, code in enumerate(self.encode_each(blocks, present))
        ]
        return float(sum(hits)) / len(hits)


def _mean_code(codes, seen):
    shares = seen | ~seen.any(dim=1, keepdim=True)
    total = sum(code * shares[:, m, None] for m, code in enumerate(codes))
    return total / shares.sum(dim=1, keepdim=True)
