"""What is saved of a trained net: weights and history as plain values, and the versions."""

import warnings

import numpy as np
import sklearn
import torch

import skmm
from skmm._device import resolve_device
from skmm._versions import warn_of_other_versions
from skmm.nn._network import FusionNetwork
from skmm.nn._training.sizes import check_sizes, no_larger_than
from skmm.nn._training.training import make_net, seed_scope

# Raise it when a state of an older release can no longer be read as it is, and teach
# `check_versions` which formats this release reads.
FORMAT = 1

_NOT_KEPT = ("dur", "train_batch_count", "valid_batch_count")


def current_versions():
    """Return the record that goes into every state."""
    return {
        "format": FORMAT,
        "skmm": skmm.__version__,
        "torch": torch.__version__.split("+")[0],
        "scikit-learn": sklearn.__version__,
    }


def check_versions(saved):
    """Warn if a state comes from other minor versions; raise if it cannot be read."""
    current = current_versions()
    if not isinstance(saved, dict) or saved.get("format") != FORMAT:
        form = saved.get("format") if isinstance(saved, dict) else None
        raise ValueError(
            f"the saved state has format {form!r}, and skmm {skmm.__version__} reads format "
            f"{FORMAT}; load it with the release that saved it"
        )
    del current["format"]
    warn_of_other_versions(saved, current, stacklevel=3)


def weights_of(module):
    """Return the state of a module as arrays by name."""
    return {name: value.cpu().numpy().copy() for name, value in module.state_dict().items()}


def load_weights(module, weights):
    """Check arrays by name against a module, then copy them into it."""
    wanted = module.state_dict()
    unfit = sorted(
        {name for name in wanted if not _fits(weights.get(name), wanted[name])}
        | {name for name in weights if name not in wanted}
    )
    if unfit:
        raise ValueError(f"the weights do not fit the network: {unfit}")
    with torch.no_grad():
        for name, value in wanted.items():
            here = value.cpu()  # itself, if it is there: no third set of weights takes memory
            here.numpy()[...] = weights[name]
            if here is not value:
                value.copy_(here)


def _fits(array, tensor):
    own = tensor.cpu().numpy()
    if not (isinstance(array, np.ndarray) and (array.shape, array.dtype) == (own.shape, own.dtype)):
        return False
    finite = np.isfinite(array)
    # A module of a user may hold -inf from the beginning, such as a mask of what lies ahead.
    return bool(finite.all() or not np.isfinite(own[~finite]).any())


def epochs_of(history):
    """Return the numbers that skorch's history has for each epoch, without its batches."""
    return [
        {
            name: value.item() if isinstance(value, np.generic) else value
            for name, value in epoch.items()
            if isinstance(value, int | float | np.number)
            and not isinstance(value, bool | np.bool)
            and name not in _NOT_KEPT
        }
        for epoch in history
    ]


def restore_history(net, epochs):
    """Put what :func:`epochs_of` returned into the history of a net."""
    for epoch in epochs:
        net.history.new_epoch()
        for name, value in epoch.items():
            net.history.record(name, value)


def rebuild_net(network, loss, device, precision, weights, loss_weights, history, **options):
    """Build a net that predicts as the one whose weights these are; options are those of make_net.

    A model trained on a GPU is rebuilt on the CPU, with a warning, where there is no GPU.
    """
    try:
        device = resolve_device(device)
    except ValueError as error:
        warnings.warn(f"{error}. The model is loaded on the CPU.", UserWarning, stacklevel=3)
        device = "cpu"
    module = options.get("module", FusionNetwork)
    with no_larger_than(weights):
        check_sizes(lambda: module(**network), weights)
        with seed_scope(0, device):
            net = make_net(network, loss, device, precision, **options)
    load_weights(net.network, weights)
    load_weights(net.criterion_, loss_weights)
    restore_history(net, history)
    return net
