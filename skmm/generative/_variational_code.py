"""The network of a variational autoencoder for several modalities."""

import torch
from torch import nn

from skmm.generative._gaussians import (
    kl_to_standard_normal,
    log_density,
    mixture_moments,
    product_of_experts,
)
from skmm.generative._layers import fill_absent, make_layers
from skmm.generative._likelihoods import LIKELIHOODS, LOG_VARIANCES
from skmm.generative._subsets import components, objective
from skmm.generative._training import Player


class VariationalCode(nn.Module):
    """An expert and a decoder for each modality.

    Parameters
    ----------
    widths : list of int
        Number of columns of each block.
    n_components : int
        Width k of the code.
    hidden_dims : list of int
        Layers of the encoders; decoders have them the other way round.
    likelihoods : list of str
        Keys of ``LIKELIHOODS``.
    scales : list of ColumnScale
        Of the blocks.
    mixture : {"poe", "moe", "mopoe"}
    beta : float
        Weight of the divergence.
    warmup : float
        Share of the training in which that weight rises from 0.
    """

    def __init__(
        self, widths, n_components, hidden_dims, likelihoods, scales, mixture, beta=1.0, warmup=0.0
    ):
        super().__init__()
        self.mixture = mixture
        self.beta = beta
        self.warmup = warmup
        self.encoders = nn.ModuleList(
            make_layers(width, hidden_dims, 2 * n_components) for width in widths
        )
        self.decoders = nn.ModuleList(
            make_layers(n_components, hidden_dims[::-1], width) for width in widths
        )
        self.likelihoods = nn.ModuleList(
            LIKELIHOODS[name](scale.mean, scale.factor)
            for name, scale in zip(likelihoods, scales, strict=True)
        )

    def players(self):
        """One, which is the whole network."""
        return [Player(list(self.parameters()), self.compute_loss)]

    def compute_loss(self, blocks, present, progress):
        """Compute the negative evidence lower bound, mean over the rows, in nats.

        The divergence of a mixture is bounded by the mean of those of its components.
        """
        experts = self._experts(blocks, present)
        reconstruction, divergence = 0.0, 0.0
        for seen, targets, weight in objective(self.mixture, present):
            mean, log_variance = self._multiply(experts, seen)
            z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
            reconstruction = (
                reconstruction - (weight * self.log_likelihood(z, blocks, targets)).mean()
            )
            divergence = divergence + (weight * kl_to_standard_normal(mean, log_variance)).mean()
        loss = reconstruction + self.beta_at(progress) * divergence
        return {"train_loss": loss, "reconstruction": reconstruction, "divergence": divergence}

    def beta_at(self, progress):
        """Weight of the divergence when so much of the training is done."""
        return self.beta * (1.0 if progress >= self.warmup else progress / self.warmup)

    def log_likelihood(self, z, blocks, targets):
        """Logarithm of the likelihood of the blocks that are `targets`, given codes, (B,)."""
        return sum(
            likelihood.log_prob(decoder(z), block) * targets[:, m]
            for m, (likelihood, decoder, block) in enumerate(
                zip(self.likelihoods, self.decoders, blocks, strict=True)
            )
        )

    def encode(self, blocks, present):
        """Compute the posterior means (B, k)."""
        return self.posterior(blocks, present)[0]

    def posterior(self, blocks, present):
        """Compute mean and variance (B, k) of the posterior."""
        means, log_variances, weights = self.posterior_components(blocks, present)
        return mixture_moments(means, log_variances, weights)

    def posterior_components(self, blocks, present):
        """Compute means, log variances (B, k) and weights (B,) of its components, as lists."""
        experts = self._experts(blocks, present)
        parts = components(self.mixture, present)
        means, log_variances = zip(
            *(self._multiply(experts, part.seen) for part in parts), strict=True
        )
        return means, log_variances, [part.weight for part in parts]

    def decode(self, codes):
        """Compute a list of the blocks that are expected."""
        return [
            likelihood.mean(decoder(codes))
            for likelihood, decoder in zip(self.likelihoods, self.decoders, strict=True)
        ]

    def draw(self, codes, generator):
        """Draw a list of blocks."""
        return [
            likelihood.draw(decoder(codes), generator)
            for likelihood, decoder in zip(self.likelihoods, self.decoders, strict=True)
        ]

    def draw_codes(self, blocks, present, generator):
        """Draw a code of each row from its posterior, (B, k)."""
        means, log_variances, weights = self.posterior_components(blocks, present)
        shares = torch.stack(weights, dim=1)
        shares[shares.sum(dim=1) == 0] = 1.0  # all components are N(0, I) there
        chosen = torch.multinomial(shares, 1, generator=generator)
        row = torch.arange(len(chosen))
        mean = torch.stack(means, dim=1)[row, chosen[:, 0]]
        log_variance = torch.stack(log_variances, dim=1)[row, chosen[:, 0]]
        noise = torch.randn(mean.shape, generator=generator)
        return mean + torch.exp(0.5 * log_variance) * noise

    def log_evidence(self, blocks, present, noise):
        """Estimate the logarithm of the density of the scaled blocks present, by importance weights.

        Parameters
        ----------
        blocks, present
            A batch.
        noise : Tensor of shape (n_draws, k)
            Standard normal; the same for every row, so that rows do not depend on each other.

        Returns
        -------
        logs : Tensor of shape (B,)
        """
        means, log_variances, weights = self.posterior_components(blocks, present)
        logs = []
        for mean, log_variance, weight in zip(means, log_variances, weights, strict=True):
            spread = torch.exp(0.5 * log_variance)
            for draw in noise:
                z = mean + spread * draw
                densities = [
                    torch.log(w) + log_density(z, m, v)
                    for m, v, w in zip(means, log_variances, weights, strict=True)
                ]
                joint = self.log_likelihood(z, blocks, present) + log_density(
                    z, torch.zeros_like(z), torch.zeros_like(z)
                )
                proposal = torch.logsumexp(torch.stack(densities, dim=1), dim=1)
                logs.append(torch.log(weight) + joint - proposal)
        total = torch.logsumexp(torch.stack(logs, dim=1), dim=1) - torch.log(
            torch.tensor(float(len(noise)))
        )
        return torch.where(present.any(dim=1), total, 0)

    def _experts(self, blocks, present):
        """Means and log variances that each modality alone speaks for."""
        blocks = fill_absent(blocks, present)
        outputs = [
            encoder(block).chunk(2, dim=1)
            for encoder, block in zip(self.encoders, blocks, strict=True)
        ]
        means = [mean.contiguous() for mean, _ in outputs]
        return means, [log_variance.clamp(*LOG_VARIANCES) for _, log_variance in outputs]

    def _multiply(self, experts, seen):
        # The reference of mixtures of products has no prior expert in it, and a mixture of single
        # experts has nothing to multiply.
        return product_of_experts(*experts, seen, prior=self.mixture == "poe")
