"""Private training: how much noise it needs, and what it has spent."""

import warnings
from typing import NamedTuple

from skmm.nn._privacy.net import PrivateNet
from skmm.nn._training.batches import Batches, PoissonBatches
from skmm.privacy import PrivacyWarning
from skmm.privacy._accounting import add_up, find_noise
from skmm.privacy._dpsgd import choose_delta
from skmm.privacy._random import open_source

# Attributes of an estimator that was trained privately.
SPENT = ("epsilon_", "delta_", "noise_multiplier_", "sample_rate_", "n_steps_")


class PrivacyPlan(NamedTuple):
    """How a net is to be trained for a budget of privacy."""

    noise_multiplier: float
    max_grad_norm: float
    delta: float
    sample_rate: float  # probability with which a sample is in a batch
    expected_batch_size: float
    source: object  # of batches and noise: a SystemRandom or a numpy Generator

    @property
    def net_arguments(self):
        """What :func:`make_net` is told."""
        return {
            "net_class": PrivateNet,
            "plan": self,
            "iterator_train": PoissonBatches,
            "iterator_train__generator": self.source,
        }


def plan_privacy(estimator, n_samples, seed):
    """Find how much noise the training of an estimator needs.

    Parameters
    ----------
    estimator : DeepFusionEstimator
    n_samples : int
    seed : int
        Of batches and noise, unless ``random_state`` is None.

    Returns
    -------
    plan : PrivacyPlan
    """
    privacy = estimator.privacy
    batch_size = n_samples if estimator.batch_size == -1 else estimator.batch_size
    n_batches = len(Batches(range(n_samples), batch_size, generator=True))
    delta, rate = choose_delta(privacy, n_samples), 1 / n_batches
    noise = find_noise(
        privacy.epsilon, delta, rate, estimator.max_epochs * n_batches, privacy.accountant
    )
    if estimator.random_state is not None:
        warnings.warn(
            f"random_state={estimator.random_state} lets whoever knows it compute the noise again, and "
            "it is saved with the model: epsilon_ is for experiments. Set random_state=None for a model "
            "that others are to get",
            PrivacyWarning,
            stacklevel=2,
        )
    source = open_source(None if estimator.random_state is None else seed)
    return PrivacyPlan(noise, privacy.max_grad_norm, delta, rate, n_samples * rate, source)


def spent(plan, privacy, n_steps):
    """Collect what a training has spent, as attributes of an estimator.

    Parameters
    ----------
    plan : PrivacyPlan
    privacy : DPSGD
    n_steps : int
        How many batches there were.

    Returns
    -------
    attributes : dict
    """
    noise, rate = plan.noise_multiplier, plan.sample_rate
    epsilon = add_up(noise, rate, n_steps, plan.delta, privacy.accountant, privacy.epsilon)
    return dict(zip(SPENT, (epsilon, plan.delta, noise, rate, n_steps), strict=True))
