"""The gradient of each sample alone: what training with differential privacy clips."""

from torch.func import functional_call, grad_and_value, vmap
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils._pytree import tree_map

# Numbers that the gradients of the samples of a piece may have: 128 MB in float32.
_MOST_NUMBERS = 2**25


def sample_gradients(network, criterion, inputs, target):
    """Differentiate the loss of each sample of a batch.

    The network runs on one sample at a time, as far as it can tell, so that no layer can mix samples:
    what each adds is bounded once its gradient is. A layer that changes its buffers in training fails.

    Parameters
    ----------
    network : nn.Module
    criterion : callable
        Of scores and target.
    inputs : dict
        Of the network, tensors of shape (B, ...).
    target : tuple of tuple of tensors of shape (B, ...)

    Returns
    -------
    gradients : dict of nn.Parameter to tensor of shape (B, ...)
        Of the parameters that are trained.
    losses : tensor of shape (B,)
    """
    named = dict(network.named_parameters())
    trained = {name: p.detach() for name, p in named.items() if p.requires_grad}
    fixed = {name: p.detach() for name, p in named.items() if not p.requires_grad}
    fixed |= dict(network.named_buffers())

    def loss_of_one(weights, inputs, target):
        inputs, target = tree_map(lambda tensor: tensor.unsqueeze(0), (inputs, target))
        return criterion(functional_call(network, weights | fixed, (), inputs), target)

    differentiate = vmap(grad_and_value(loss_of_one), in_dims=(None, 0, 0), randomness="different")
    with sdpa_kernel(SDPBackend.MATH):  # other kernels of attention would run sample by sample
        gradients, losses = differentiate(trained, inputs, target)
    return {named[name]: gradient for name, gradient in gradients.items()}, losses


def pieces_of(n_samples, n_numbers):
    """Cut a batch so that the gradients of a piece, of so many numbers each, fit into memory.

    Parameters
    ----------
    n_samples, n_numbers : int

    Returns
    -------
    pieces : list of slice
        One even for an empty batch.
    """
    size = max(1, _MOST_NUMBERS // max(1, n_numbers))
    return [slice(start, start + size) for start in range(0, max(1, n_samples), size)]


def take(tensors, piece):
    """Rows of all tensors in nested containers."""
    return tree_map(lambda tensor: tensor[piece], tensors)
