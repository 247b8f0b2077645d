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
        self.n_taken = 0

    def add(self, gradients, *, is_last):
        """Clip gradients of samples, and step if they are the last ones of their batch.

        Parameters
        ----------
        gradients : list of tensor of shape (n_samples, ...)
            In the order of the parameters.
        is_last : bool
        """
        for parameter, gradient in zip(self.parameters, gradients, strict=True):
            parameter.grad_sample = gradient
        self._noisy.signal_skip_step(not is_last)
        self._noisy.step()
        self._noisy.zero_grad()
        self.n_taken += is_last

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
