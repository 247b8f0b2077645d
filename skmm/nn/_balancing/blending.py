"""Gradient blending: weigh the losses of all heads by how well they generalize."""

import numpy as np
import torch
from skorch.callbacks import Callback
from skorch.utils import to_tensor

from skmm.nn._balancing.unimodal_heads import head_losses

# Less growth of the gap between validation and training loss is noise.
_SMALLEST = 1e-3


def blending_weights(gain, overfitting):
    """Weights that make the step which overfits least for what it gains: ``G / O**2``, with sum 1.

    They minimize ``sum_k w_k**2 O_k**2 / (sum_k w_k G_k)**2``.

    Parameters
    ----------
    gain : array-like of shape (n_heads,)
        How much the validation loss of each head has fallen, G. A head that has not improved gets 0.
    overfitting : array-like of shape (n_heads,)
        How much the validation loss has moved away from the training loss, O.

    Returns
    -------
    weights : ndarray of shape (n_heads,)
        Equal ones if no head has improved.
    """
    weights = np.maximum(gain, 0) / np.maximum(np.abs(overfitting), _SMALLEST) ** 2
    if not weights.any():
        weights = np.ones_like(weights)
    return weights / weights.sum()


class GradientBlending(Callback):
    """Weigh the losses of the fused and of each single modality by how well they generalize [1]_.

    A modality that overfits sooner than others holds a jointly trained net back. Every few epochs
    each head gets the weight ``G / O**2``: G is what its validation loss has fallen since the last
    time, O how much further away from its training loss it is. Their total stays what it was.

    For ``callbacks=`` of a deep estimator with ``auxiliary_weight`` above 0, which makes the heads,
    and ``early_stopping=True``, which holds out the samples for validation. The weights are in
    ``history_``, as ``weight_fused`` and ``weight_{modality}``.

    Parameters
    ----------
    period : int, default=5
        Number of epochs between two changes of the weights.

    See Also
    --------
    GradientModulation : Slows down the strongest modality, batch by batch.

    References
    ----------
    .. [1] W. Wang, D. Tran and M. Feiszli, "What makes training multi-modal classification networks
       hard?", CVPR 2020.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm.frame import make_frame
    >>> from skmm.nn import DeepFusionClassifier, GradientBlending
    >>> y = np.arange(60) % 2
    >>> rng = np.random.default_rng(0)
    >>> X = make_frame(audio=rng.normal(size=(60, 5)) + y[:, None], image=rng.normal(size=(60, 9)))
    >>> model = DeepFusionClassifier(
    ...     auxiliary_weight=1.0, early_stopping=True, callbacks=[GradientBlending(period=2)],
    ...     max_epochs=4, random_state=0,
    ... ).fit(X, y)
    >>> list(model.history_.filter(like="weight"))
    ['weight_fused', 'weight_audio', 'weight_image']
    """

    def __init__(self, period=5):
        self.period = period

    def on_train_begin(self, net, X=None, y=None, **kwargs):
        """Refuse a net without heads or without validation."""
        if net.network.unimodal_heads is None:
            raise ValueError(
                "GradientBlending weighs heads of single modalities, and the net has none; set "
                "auxiliary_weight=1.0"
            )
        if net.train_split is None:
            raise ValueError(
                "GradientBlending compares losses in training and validation, and no samples are "
                "held out, as never in partial_fit; call fit with early_stopping=True"
            )
        self.n_epochs_, self.last_ = 0, None

    def on_epoch_begin(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        """Weigh the heads, if it is time, and record their weights."""
        if self.n_epochs_ % self.period == 0:
            self._weigh(net, dataset_train, dataset_valid)
        self.n_epochs_ += 1
        weights = net.network.loss_weights.tolist()
        for name, weight in zip(["fused", *net.network.names], weights, strict=True):
            net.history.record(f"weight_{name}", weight)

    def _weigh(self, net, dataset_train, dataset_valid):
        valid = mean_losses(net, dataset_valid)
        gap = valid - mean_losses(net, dataset_train)
        if self.last_ is not None:
            last_valid, last_gap = self.last_
            weights = net.network.loss_weights
            shares = torch.as_tensor(blending_weights(last_valid - valid, gap - last_gap))
            weights.copy_(weights.sum() * shares.to(weights))
        self.last_ = valid, gap


def mean_losses(net, dataset):
    """Losses of the fused prediction and of each modality over a dataset, without dropout.

    Parameters
    ----------
    net : NeuralNet
        With a module that has heads for single modalities.
    dataset : BlockDataset

    Returns
    -------
    losses : ndarray of shape (1 + M,)
        Means over the samples that have the modality.
    """
    net._set_training(False)
    total, count = 0.0, 0
    with torch.no_grad():
        for inputs, target in net.get_iterator(dataset):
            outputs = net.network.compute_all_scores(**to_tensor(inputs, device=net.device))
            target = to_tensor(target, device=net.device)
            here = outputs.present.sum(dim=0).tolist()
            sizes = np.array([len(outputs.present), *here])
            losses = head_losses(net.criterion_, outputs, target).cpu().numpy()
            total, count = total + sizes * losses, count + sizes
    return total / np.maximum(count, 1)
