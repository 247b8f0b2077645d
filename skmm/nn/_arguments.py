"""From the parameters of an estimator to the arguments of its network and its net."""

from copy import deepcopy

import torch

from skmm._validation import Integral
from skmm.nn._inputs.choices import describe_encoders, describe_modalities, rate_groups
from skmm.nn._inputs.kinds import warn_of_large_table
from skmm.nn._privacy.public_knowledge import public_sizes
from skmm.nn._training.batches import Batches
from skmm.nn._training.callbacks import EpochBar
from skmm.nn._training.early_stopping import StopAtBest
from skmm.nn._training.epoch_scoring import adapt_scoring
from skmm.nn._training.schedules import make_schedule
from skmm.nn._training.training import NET_ARGUMENTS, OPTIMIZERS

# What torch can be asked for instead of a fused step.
_OPTIMIZER_LOOPS = ("fused", "foreach", "capturable", "differentiable")


def network_arguments(estimator, blocks, choices, rows, n_outputs, modalities=None):
    """Collect the arguments of :class:`FusionNetwork`.

    Parameters
    ----------
    estimator : DeepFusionEstimator
    blocks : dict of str to Block
    choices : dict of str to EncoderChoice
    rows : ndarray of int
        Positions of the samples to learn from.
    n_outputs : int
    modalities : dict of str to (str, int), default=None
        Kinds and sizes that are known from an earlier fit.

    Returns
    -------
    arguments : dict
    """
    if not all(isinstance(width, Integral) and width >= 1 for width in estimator.hidden_dims):
        raise ValueError(
            f"hidden_dims={estimator.hidden_dims!r}; expected the widths of the layers, integers from 1"
        )
    if modalities is None:
        modalities = describe_modalities(blocks, choices, rows)
        if estimator.privacy is not None:
            modalities = public_sizes(modalities, choices)
        _warn_of_tables(modalities, estimator.encoders, blocks, rows)
    network = {
        "modalities": modalities,
        "n_outputs": n_outputs,
        "fusion": estimator.fusion,
        "embed_dim": int(estimator.embed_dim),
        "hidden_dims": tuple(map(int, estimator.hidden_dims)),
        "dropout": estimator.dropout,
        "modality_dropout": estimator.modality_dropout,
        "encoders": describe_encoders(blocks, choices),
        "auxiliary_weight": estimator.auxiliary_weight,
    }
    given = estimator.net_params or {}
    options = {
        name.removeprefix("module__"): value
        for name, value in given.items()
        if name.startswith("module__")
    }
    _refuse_repeats(options, network, "module__")
    return network | options


def net_arguments(estimator, seed, choices, targets, n_samples, n_epochs, *, stops_early):
    """Collect the arguments of ``skorch.NeuralNet``.

    Parameters
    ----------
    estimator : DeepFusionEstimator
    seed : int
        Of the order of the samples.
    choices : dict of str to EncoderChoice
    targets : list of Classes, Labels or Numbers
        What the net is to learn.
    n_samples : int
        Number of samples to train on.
    n_epochs : int or None
        None is ``max_epochs``.
    stops_early : bool
        Whether there is a part to watch.

    Returns
    -------
    arguments : dict
    """
    if n_epochs is None:
        n_epochs = estimator.max_epochs
    options = {
        "optimizer": OPTIMIZERS[estimator.optimizer],
        "optimizer__weight_decay": estimator.weight_decay,
        "l1": estimator.l1,
        "max_grad_norm": estimator.max_grad_norm,
        "lr": estimator.lr,
        "max_epochs": n_epochs,
        "batch_size": estimator.batch_size,
        "iterator_train__generator": torch.Generator().manual_seed(seed),
        "callbacks": _make_callbacks(estimator, targets, n_samples, n_epochs, stops_early),
        "verbose": int(estimator.verbose == 1),
    }
    if groups := rate_groups(choices):
        options["optimizer__param_groups"] = groups
    if estimator.verbose != 1:  # it would lay out its table all the same
        options["callbacks__print_log"] = None
    given = estimator.net_params or {}
    if not any(f"optimizer__{name}" in given for name in _OPTIMIZER_LOOPS):
        options["optimizer__fused"] = True  # one pass over all weights, on a CPU as well
    extra = {k: v for k, v in given.items() if not k.startswith("module__")}
    _refuse_repeats(extra, options | dict.fromkeys(NET_ARGUMENTS))
    return options | extra


def _make_callbacks(estimator, targets, n_samples, n_epochs, stops_early):
    """Make the callbacks of the parameters, and copies of those of the user."""
    callbacks = []
    if estimator.lr_schedule is not None:
        size = n_samples if estimator.batch_size == -1 else estimator.batch_size
        n_batches = len(Batches(range(n_samples), size, torch.Generator()))
        monitor = "valid_loss" if stops_early else "train_loss"
        schedule = make_schedule(estimator.lr_schedule, n_epochs, n_batches, monitor)
        callbacks.append(("lr_schedule", schedule))
    if stops_early:
        stop = StopAtBest(patience=estimator.patience, load_best=True)
        callbacks.append(("early_stopping", stop))
    if estimator.verbose > 1:
        callbacks.append(("epoch_bar", EpochBar(n_epochs)))
    given = deepcopy(estimator.callbacks or [])
    return callbacks + [adapt_scoring(callback, targets) for callback in given]


def _warn_of_tables(modalities, encoders, blocks, rows):
    """Warn of large tables for modalities that nobody has called tokens."""
    named = {} if isinstance(encoders, str) else encoders
    for name, (kind, size) in modalities.items():
        if kind == "tokens" and name not in named:
            warn_of_large_table(blocks[name], size, rows)


def _refuse_repeats(given, own, prefix=""):
    repeated = sorted(prefix + name for name in set(given) & set(own))
    if repeated:
        raise ValueError(
            f"net_params holds {repeated}, which the estimator itself decides on; use its parameters"
        )
