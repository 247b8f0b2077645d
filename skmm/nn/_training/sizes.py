"""Find out how large a network will be before memory is taken for it."""

from contextlib import contextmanager
from threading import get_ident

import numpy as np
import torch
from torch.nn.modules.module import register_module_parameter_registration_hook

from skmm.nn._training.training import seed_scope

# Layers that are built and thrown away again, such as the classifier of a pretrained network.
_SPARE_PARAMETERS, _SPARE_NUMBERS = 16, 2**24


@contextmanager
def no_larger_than(weights):
    """Refuse to build more parameters in this scope than a state has weights for.

    Numbers of layers and units come from the state, which may come from a stranger: one digit of it
    would take all memory.

    Parameters
    ----------
    weights : dict of str to ndarray
    """
    left = {
        "parameters": 2 * len(weights) + _SPARE_PARAMETERS,
        "numbers": 2 * sum(map(np.size, weights.values())) + _SPARE_NUMBERS,
    }
    thread = get_ident()

    def count(module, name, parameter):
        if get_ident() != thread:  # what other threads build at this time is not meant
            return
        left["parameters"] -= 1
        left["numbers"] -= parameter.numel()
        if min(left.values()) < 0:
            raise ValueError("the network is larger than the weights that are saved with it")

    handle = register_module_parameter_registration_hook(count)
    try:
        yield
    finally:
        handle.remove()


def check_sizes(build, weights):
    """Compare shapes by building a network without memory for its parameters.

    Parameters
    ----------
    build : callable
        Returns the network.
    weights : dict of str to ndarray

    Raises
    ------
    ValueError
        If names or shapes are not those of the weights.
    """
    try:
        with seed_scope(0, "cpu"), torch.device("meta"):
            network = build()
    except Exception:
        return  # modules of users compute while they are built; what is wrong, is so with memory, too
    wanted = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    given = {name: np.shape(array) for name, array in weights.items()}
    unfit = sorted(
        name for name in wanted.keys() | given.keys() if wanted.get(name) != given.get(name)
    )
    if unfit:
        raise ValueError(f"the weights do not fit the network: {unfit}")
