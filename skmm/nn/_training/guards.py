"""Say what went wrong in training, and where, instead of training on."""

from contextlib import contextmanager
from math import isfinite

import torch

from skmm.nn._encoders.given import GivenEncoder

# Standardized samples are near 1, and so are embeddings; a step from here ends in a loss of inf.
_EXTREME = 1e6


def check_loss(net, inputs, loss):
    """Raise if the loss of a training batch is not a number.

    Parameters
    ----------
    net : LeanNet
    inputs : dict
        Of the network.
    loss : Tensor
        After its backward pass.

    Raises
    ------
    FloatingPointError
        Naming the epoch, and the modality if one stands out.
    """
    value = loss.item()
    if isfinite(value):
        return
    raise FloatingPointError(
        f"the training loss is {value} in epoch {len(net.history)}; expected a finite number. "
        + (padding_advice(net.network, inputs) or _size_advice(net.network, inputs))
    )


def _size_advice(module, inputs):
    name = find_culprit(module, inputs)
    look = "huge values in X or y" if name is None else f"huge values in modality {name!r}"
    return f"Use a smaller lr, look for {look}, or try precision='float64'."


def padding_advice(module, inputs):
    """Say that a module of the user takes the NaN that pads sequences for numbers, if it does.

    Parameters
    ----------
    module : FusionNetwork
    inputs : dict
        Arguments of a forward pass.

    Returns
    -------
    advice : str or None
    """
    watched = zip(module.names, module.encoders, *_watch_encoders(module, inputs), strict=True)
    for name, encoder, samples, embeddings in watched:
        is_spoiled = any(_holds_nan(t) for t in samples) and any(_holds_nan(t) for t in embeddings)
        if is_spoiled and isinstance(encoder, GivenEncoder):
            return (
                f"{type(encoder.module).__name__}, given as the encoder of modality {name!r}, returns "
                "NaN for sequences that end in steps of NaN, which are padding: find them with "
                "torch.isnan(x), and leave them out."
            )
    return None


def _holds_nan(tensor):
    return bool(torch.isnan(tensor).any())


def find_culprit(module, inputs):
    """Find the modality that a loss which is not finite comes from.

    Looked at in this order: standardized samples, their embeddings, and the gradients of the encoder.
    A modality stands out if it is extreme where another one is not.

    Parameters
    ----------
    module : FusionNetwork
    inputs : dict
        Arguments of a forward pass.

    Returns
    -------
    name : str or None
        None if there is nothing to tell modalities apart by.
    """
    names = list(module.names)
    samples, embeddings = _watch_encoders(module, inputs)
    samples = [[_without_padding(sample) for sample in of_one] for of_one in samples]
    gradients = [[p.grad for p in encoder.parameters()] for encoder in module.encoders]
    for tensors in (samples, embeddings, gradients):
        extreme = [any(_is_extreme(t) for t in of_one) for of_one in tensors]
        if any(extreme) and (len(names) == 1 or not all(extreme)):
            return names[extreme.index(True)]
    return None


def _watch_encoders(module, inputs):
    """What goes into each encoder and what comes out; nothing for one that is not called."""
    n_encoders = len(module.encoders)
    samples, embeddings = [[] for _ in range(n_encoders)], [[] for _ in range(n_encoders)]

    def watch(position):
        def note(encoder, args, output):
            samples[position].append(args[0])
            embeddings[position].append(output)

        return note

    handles = [
        encoder.register_forward_hook(watch(position))
        for position, encoder in enumerate(module.encoders)
    ]
    try:
        with torch.no_grad():
            module(**inputs)
    finally:
        for handle in handles:
            handle.remove()
    return samples, embeddings


def _without_padding(sample):
    if sample.ndim != 3:  # no sequences
        return sample
    return torch.where(torch.isnan(sample).all(dim=2, keepdim=True), 0, sample)


def _is_extreme(tensor):
    if tensor is None or not tensor.is_floating_point() or tensor.numel() == 0:
        return False
    return not tensor.abs().max().item() <= _EXTREME  # NaN is extreme, too


@contextmanager
def memory_advice(device, purpose, way_out):
    """Say how to need less memory when there is not enough of it.

    Parameters
    ----------
    device : str
    purpose : str
        What the memory is for, such as ``"batches of 64 samples"``.
    way_out : str
        What to use instead, such as ``"a smaller batch_size"``.

    Raises
    ------
    torch.OutOfMemoryError
        In place of the one that torch raises inside the scope.
    """
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise torch.OutOfMemoryError(
            f"the memory of device {str(device)!r} is not enough for {purpose} ({error}). Use "
            f"{way_out}, or device='cpu'."
        ) from error


def batch_memory_advice(net):
    """Advise on the memory for batches."""
    return memory_advice(
        net.device,
        f"batches of {net.batch_size} samples",
        "a smaller batch_size, precision='bfloat16', smaller images or shorter sequences",
    )


@contextmanager
def single_sample_advice(net):
    """Say what to do about batches of one sample, which batch normalization cannot train on.

    Raises
    ------
    ValueError
        In place of the one that torch raises inside the scope.
    """
    try:
        yield
    except ValueError as error:
        if "more than 1 value per channel" not in str(error):
            raise
        raise ValueError(
            f"a module that was given normalizes over the batch, and batch_size={net.batch_size} or a "
            f"single sample leaves it nothing to compare with ({error}). Use a larger batch_size, give "
            "more samples, or normalize each sample alone, with nn.GroupNorm or nn.LayerNorm."
        ) from error
