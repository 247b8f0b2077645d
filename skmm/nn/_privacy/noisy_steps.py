"""Steps from clipped, noisy gradients, by opacus' optimizer, with noise from where we say."""

from functools import cache

import torch

from skmm.privacy._accounting import import_opacus


class NoisySteps:
    """Clip the gradients of samples, add noise to their sum, and step.

    Parameters
    ----------
    optimizer : torch.optim.Optimizer
        What steps.
    plan : PrivacyPlan

    Attributes
    ----------
    parameters : list of nn.Parameter
        What it trains.
    n_taken : int
        Number of steps so far.
    n_left_out : int
        Number of gradients that were not finite, over all batches so far.
    """

    def __init__(self, optimizer, plan):
        self._noisy = _noisy_class()(
            optimizer,
            noise_multiplier=plan.noise_multiplier,
            max_grad_norm=plan.max_grad_norm,
            expected_batch_size=plan.expected_batch_size,
        )
        self._noisy.source = plan.source
        self.parameters = self._noisy.params
        self.n_taken = self.n_left_out = 0

    def add(self, gradients, *, is_last):
        """Clip gradients of samples, and step if they are the last ones of their batch.

        One with an entry that is not finite has no norm to clip, and counts as 0 everywhere: so the
        sum is as bounded as ever, and no single sample decides how training ends.

        Parameters
        ----------
        gradients : list of tensor of shape (n_samples, ...)
            In the order of the parameters.
        is_last : bool
        """
        for parameter, gradient in zip(self.parameters, self._finite(gradients), strict=True):
            parameter.grad_sample = gradient
        self._noisy.signal_skip_step(not is_last)
        self._noisy.step()
        self._noisy.zero_grad()
        self.n_taken += is_last

    def _finite(self, gradients):
        flat = [
            gradient.reshape(len(gradient), parameter.numel())
            for parameter, gradient in zip(self.parameters, gradients, strict=True)
        ]
        # A sum is finite only if all its terms are: one reduction instead of a test of each.
        sums = torch.stack([g.sum(dim=1) for g in flat])
        if torch.isfinite(sums).all():
            return gradients
        spoiled = ~torch.stack([torch.isfinite(g).all(dim=1) for g in flat]).all(dim=0)
        self.n_left_out += int(spoiled.sum())
        return [g.masked_fill(spoiled.view(-1, *[1] * (g.ndim - 1)), 0) for g in gradients]

    def forget(self):
        """Take off the parameters what is left of samples: nobody is to see it."""
        for parameter in self.parameters:
            parameter.grad = None
            for name in ("grad_sample", "summed_grad"):
                if hasattr(parameter, name):
                    delattr(parameter, name)


@cache
def _noisy_class():
    class NoisyOptimizer(import_opacus("optimizers").DPOptimizer):
        """opacus' optimizer, whose noise would be torch's, which knows only 2**32 seeds."""

        def add_noise(self):
            """Add noise to the sums of clipped gradients."""
            spread = self.noise_multiplier * self.max_grad_norm
            for p in self.params:
                noise = torch.from_numpy(self.source.standard_normal(tuple(p.shape)))
                p.grad = p.summed_grad + (spread * noise).to(p)

    return NoisyOptimizer
