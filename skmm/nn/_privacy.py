"""Private training: how much noise, and what it cannot be combined with."""

import warnings
from typing import NamedTuple

import numpy as np
from torch.nn.modules.batchnorm import _NormBase

from skmm.nn._batches import Batches, PoissonBatches
from skmm.nn._encoders.build import takes_pixels
from skmm.nn._encoders.recurrent import Recurrent
from skmm.nn._kinds import samples_in_pieces
from skmm.nn._private_net import PrivateNet
from skmm.nn._targets import Labels, Numbers
from skmm.privacy import PrivacyWarning
from skmm.privacy._accounting import add_up, find_noise
from skmm.privacy._dpsgd import choose_delta
from skmm.privacy._random import open_source

# Root mean squares of samples beyond which noise, or steps, are of another size than gradients.
_SMALL, _LARGE = 0.05, 20.0

# Attributes of an estimator that was trained privately.
SPENT = ("epsilon_", "delta_", "noise_multiplier_", "sample_rate_", "n_steps_")

# Arguments of skorch's net that change nothing about what a step sees of the samples.
_HARMLESS = ("module__", "optimizer__")


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


def check_private(estimator, sample_weight, is_part):
    """Refuse what private training cannot be combined with.

    Parameters
    ----------
    estimator : DeepFusionEstimator
        With ``privacy``.
    sample_weight : object
        As `fit` got it.
    is_part : bool
        Whether this is ``partial_fit``.

    Raises
    ------
    ValueError
        Saying why, and what to do instead.
    """
    estimator.privacy._validate_params()
    for is_there, what in _conflicts(estimator, sample_weight, is_part):
        if is_there:
            raise ValueError(f"{what}, or set privacy=None")


def _conflicts(estimator, sample_weight, is_part):
    """Pairs of whether something is asked for, and why it is not private."""
    e = estimator
    others = sorted(name for name in e.net_params or {} if not name.startswith(_HARMLESS))
    yield (
        is_part,
        "partial_fit would spend privacy anew with each call, and what was spent before is not "
        "counted; call fit with all samples",
    )
    yield (
        e.warm_start,
        "warm_start=True would go on with a net that has spent its privacy; set warm_start=False and a "
        "larger max_epochs",
    )
    yield (
        e.early_stopping,
        "early_stopping=True would choose an epoch by exact losses of private samples; set "
        "early_stopping=False, and max_epochs from public data",
    )
    yield (
        e.lr_schedule == "plateau",
        "lr_schedule='plateau' follows exact losses of private samples; use 'cosine', 'linear' or "
        "'one_cycle'",
    )
    yield (
        sample_weight is not None,
        "sample_weight is divided by its mean over all samples, so that the gradient of one depends "
        "on the others; leave it out",
    )
    yield (
        getattr(e, "class_weight", None) is not None,
        "class_weight is divided by its mean over all samples, so that the gradient of one depends on "
        "the others; set class_weight=None",
    )
    yield (
        e.auxiliary_weight > 0,
        f"auxiliary_weight={e.auxiliary_weight} takes the mean loss of the samples that have a "
        "modality, so that the gradient of one depends on the others; set auxiliary_weight=0.0",
    )
    yield (
        e.max_grad_norm is not None,
        f"max_grad_norm={e.max_grad_norm} is for the gradient of a batch, and private training clips "
        "that of each sample; set it in DPSGD",
    )
    yield (
        e.l1 > 0,
        f"l1={e.l1} would be clipped with the gradients of the samples; use weight_decay",
    )
    yield (
        bool(e.callbacks),
        "callbacks may look at exact losses and gradients; set callbacks=None",
    )
    yield (
        bool(others),
        f"net_params holds {others}, and only module__ and optimizer__ are known to be harmless; leave "
        "the others out",
    )
    yield (
        e.precision == "bfloat16",
        "precision='bfloat16' rounds gradients before they are clipped; use 'float32'",
    )


def check_layers(network):
    """Refuse layers that mix samples, or that have no gradient of a single one.

    Parameters
    ----------
    network : FusionNetwork
        In training mode.

    Raises
    ------
    ValueError
    """
    for name, encoder in zip(network.names, network.encoders, strict=True):
        if any(isinstance(part, Recurrent) for part in encoder.modules()):
            raise ValueError(
                f"modality {name!r} is read by recurrent cells, which run over all samples of a batch "
                "at once, and private training needs the gradient of each alone; use "
                f"encoders={{{name!r}: (kind, {{'body': 'tcn'}})}} or 'transformer', or set "
                "privacy=None"
            )
    for name, part in network.named_modules():
        if isinstance(part, _NormBase) and part.training and part.track_running_stats:
            raise ValueError(
                f"{type(part).__name__}, at {name!r}, keeps means and variances of private samples, "
                "without noise; normalize each sample alone, with nn.GroupNorm or nn.LayerNorm, or "
                "set privacy=None"
            )


def public_target(target):
    """Take the statistics of private samples out of a target: equal priors, numbers as they are."""
    if isinstance(target, Numbers):
        return target._replace(mean=np.zeros_like(target.mean), scale=np.ones_like(target.scale))
    n_classes = 2 if isinstance(target, Labels) else target.n_outputs
    return target._replace(prior=np.full(target.n_outputs, 1 / n_classes))


def public_sizes(modalities, choices):
    """Take the size of tables of tokens from vectors that were given, not from private ids.

    Parameters
    ----------
    modalities : dict of str to (str, int)
    choices : dict of str to EncoderChoice

    Returns
    -------
    modalities : dict of str to (str, int)

    Raises
    ------
    ValueError
        If there are none.
    """
    sizes = dict(modalities)
    for name, (kind, _) in modalities.items():
        if kind == "tokens":
            vectors = choices[name].options.get("vectors")
            if vectors is None:
                raise ValueError(
                    f"modality {name!r} holds ids of tokens, and the largest one, which shapes the net, "
                    "tells of private samples; give a table of public word vectors, "
                    f"encoders={{{name!r}: ('tokens', {{'vectors': table, 'body': 'tcn'}})}}, or set "
                    "privacy=None"
                )
            sizes[name] = kind, len(vectors)
    return sizes


def warn_of_sizes(blocks, choices, rows):
    """Warn of numbers that are far from 1, for nothing standardizes them.

    Parameters
    ----------
    blocks : dict of str to Block
    choices : dict of str to EncoderChoice
    rows : ndarray of int
    """
    for name, choice in choices.items():
        if choice.kind == "tokens" or takes_pixels(choice.options):
            continue
        size = _root_mean_square(blocks[name], rows)
        if not _SMALL < size < _LARGE:
            warnings.warn(
                f"modality {name!r} has values of size {size:.3g}, and private training does not "
                "standardize them, for means and variances of private samples are not private; bring "
                "them to about 1 with bounds known beforehand, or statistics of public data",
                PrivacyWarning,
                stacklevel=2,
            )


def _root_mean_square(block, rows):
    total = count = 0
    for _, values in samples_in_pieces(block, rows):
        squares = np.square(values[np.isfinite(values)], dtype=np.float64)
        total, count = total + squares.sum(), count + squares.size
    return np.sqrt(total / max(1, count))
