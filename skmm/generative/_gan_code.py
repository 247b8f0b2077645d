"""A network whose generators imitate the codes of the other modalities."""

import torch
from torch import nn

from skmm.generative._discriminator import (
    discriminator_loss,
    generator_loss,
    make_discriminator,
    mean_where,
    r1_penalty,
)
from skmm.generative._layers import fill_absent, make_layers, squared_error
from skmm.generative._training import Player
from skmm.nn._network import hide_modalities


class GanCode(nn.Module):
    """For each modality an encoder, a generator, a code of the others to imitate, and a judge.

    Parameters
    ----------
    widths : list of int
        Number of columns of each block.
    n_components : int
        Width k of the code of each modality.
    hidden_dims : list of int
        Layers of encoders, generators and discriminators; decoders have them the other way round.
    adversarial_weight, reconstruction_weight : float
    regularization : {"spectral", "r1"} or None
    modality_dropout : float
    noise : float
        Standard deviation of the noise on what generators start from in training.
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
        noise=0.1,
    ):
        super().__init__()
        n_modalities = len(widths)
        self.adversarial_weight = adversarial_weight
        self.reconstruction_weight = reconstruction_weight
        self.regularization = regularization
        self.modality_dropout = modality_dropout
        self.noise = noise
        self.encoders = nn.ModuleList(
            make_layers(width, hidden_dims, n_components) for width in widths
        )
        self.generators = nn.ModuleList(
            make_layers(n_components, hidden_dims, n_components) for _ in widths
        )
        self.decoders = nn.ModuleList(
            make_layers(n_modalities * n_components, hidden_dims[::-1], width) for width in widths
        )
        # One modality has no others, and plays no game.
        n_games = n_modalities if n_modalities > 1 else 0
        n_others = (n_modalities - 1) * n_components
        self.fusers = nn.ModuleList(make_layers(n_others, [], n_components) for _ in range(n_games))
        self.unfusers = nn.ModuleList(
            make_layers(n_components, [], n_others) for _ in range(n_games)
        )
        self.discriminators = nn.ModuleList(
            make_discriminator(n_components, hidden_dims, 1, regularization) for _ in range(n_games)
        )

    def players(self):
        """The discriminators, if there are any, and everything else."""
        judges = list(self.discriminators.parameters())
        others = [
            p for name, p in self.named_parameters() if not name.startswith("discriminators.")
        ]
        makers = Player(others, self.compute_generator_loss)
        return [Player(judges, self.compute_discriminator_loss), makers] if judges else [makers]

    def compute_discriminator_loss(self, blocks, present, progress):
        """Compute what the discriminators lose; who made real and fake learns nothing from it."""
        with torch.no_grad():
            games = self._games(blocks, present)
        loss, accuracy = 0.0, 0.0
        for discriminator, (real, fake, plays, _) in zip(self.discriminators, games, strict=True):
            real.requires_grad_(self.regularization == "r1")
            on_real, on_fake = discriminator(real)[:, 0], discriminator(fake)[:, 0]
            losses = discriminator_loss(on_real, on_fake)
            if self.regularization == "r1":
                losses = losses + r1_penalty(on_real, real)
            loss = loss + mean_where(losses, plays) / len(games)
            accuracy = accuracy + mean_where(_right(on_real, on_fake), plays) / len(games)
        return {"discriminator_loss": loss, "discriminator_accuracy": accuracy}

    def compute_generator_loss(self, blocks, present, progress):
        """Compute what all others lose: on blocks, on the codes to imitate, and on the game."""
        seen = present
        if self.modality_dropout > 0:
            seen = hide_modalities(present, self.modality_dropout)
        reconstruction = squared_error(
            blocks, self.decode(self.encode(blocks, seen)), present
        ).mean()
        game, fusion = 0.0, 0.0
        games = self._games(blocks, present)
        for discriminator, (_, fake, plays, error) in zip(self.discriminators, games, strict=True):
            game = game + mean_where(generator_loss(discriminator(fake)[:, 0]), plays) / len(games)
            fusion = fusion + mean_where(error, plays) / len(games)
        loss = self.reconstruction_weight * reconstruction + self.adversarial_weight * game + fusion
        return {"train_loss": loss, "reconstruction": reconstruction} | (
            {"generator_loss": game} if games else {}
        )

    def encode(self, blocks, present):
        """Compute the codes of all modalities side by side, (B, M k), 0 where one is missing."""
        embedded = self._embed(blocks, present)
        codes = [
            generator(self._disturb(h))
            for generator, h in zip(self.generators, embedded, strict=True)
        ]
        return torch.cat(fill_absent(codes, present), dim=1)

    def decode(self, codes):
        """Compute a list of blocks from codes."""
        return [decoder(codes) for decoder in self.decoders]

    def judge(self, blocks, present):
        """Compute how often discriminators tell real from fake."""
        if len(self.discriminators) == 0:
            return float("nan")
        hits = [
            mean_where(_right(discriminator(real)[:, 0], discriminator(fake)[:, 0]), plays)
            for discriminator, (real, fake, plays, _) in zip(
                self.discriminators, self._games(blocks, present), strict=True
            )
        ]
        return float(sum(hits)) / len(hits)

    def _games(self, blocks, present):
        """For each modality: real and fake codes, which rows have both, and how the real one errs.

        The real code is made of the embeddings of the others, and does not move them: they could make
        its task easy by all being zero.
        """
        embedded = self._embed(blocks, present)
        games = []
        for m, (fuser, unfuser) in enumerate(zip(self.fusers, self.unfusers, strict=True)):
            rest = [j for j in range(len(embedded)) if j != m]
            known = present[:, rest]
            others = torch.cat(fill_absent([embedded[j].detach() for j in rest], known), dim=1)
            real = fuser(others)
            error = (others - unfuser(real)).square().sum(dim=1)
            fake = self.generators[m](self._disturb(embedded[m]))
            games.append((real, fake, present[:, m] & known.any(dim=1), error))
        return games

    def _embed(self, blocks, present):
        blocks = fill_absent(blocks, present)
        return [encoder(block) for encoder, block in zip(self.encoders, blocks, strict=True)]

    def _disturb(self, embedded):
        if not self.training or self.noise == 0:
            return embedded
        return embedded + self.noise * torch.randn_like(embedded)


def _right(on_real, on_fake):
    """Share of right judgements of each row, (B,); a logit of 0 is none."""
    return ((on_real > 0).float() + (on_fake < 0).float()) / 2
