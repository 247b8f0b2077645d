"""How much each modality counts in each sample, for the fusions that weigh them."""

import numpy as np
import torch
from skorch.utils import to_tensor

from skmm.nn._fusions import FUSIONS


def weighs_modalities(estimator):
    """Say that a fusion has no weights, where it has none: the one of the net, if it is fitted."""
    fusion = estimator.network_["fusion"] if hasattr(estimator, "net_") else estimator.fusion
    module = FUSIONS.get(fusion) if isinstance(fusion, str) else fusion
    if not hasattr(module, "weights"):
        weighing = [name for name, module in FUSIONS.items() if hasattr(module, "weights")]
        raise AttributeError(f"fusion={fusion!r} has no weights of modalities; {weighing} have")
    return True


def compute_weights(net, dataset):
    """Ask the fusion module of a trained net for its weights.

    Parameters
    ----------
    net : NeuralNet
    dataset : BlockDataset

    Returns
    -------
    weights : ndarray of shape (n_samples, n_modalities), float64
    """
    net.network.eval()
    with torch.inference_mode():
        weights = [
            net.network.modality_weights(**to_tensor(inputs, device=net.device))
            for inputs, _ in net.get_iterator(dataset)
        ]
    return torch.cat(weights).cpu().numpy().astype(np.float64)
