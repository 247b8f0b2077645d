"""Gradient modulation: slow down the encoder of the modality that is ahead of the others."""

import torch
from skorch.callbacks import Callback
from skorch.utils import to_tensor


def confidences(outputs, y):
    """Mean probability that each modality alone gives the right class, over the samples that have it.

    Parameters
    ----------
    outputs : UnimodalOutputs
    y : int tensor of shape (B,)

    Returns
    -------
    confidences : tensor of shape (M,)
        NaN for a modality that no sample has.
    """
    right = [torch.softmax(scores, dim=1).gather(1, y[:, None])[:, 0] for scores in outputs.alone]
    here = outputs.present
    total = torch.where(here, torch.stack(right, dim=1), 0).sum(dim=0)
    return total / here.sum(dim=0)


def modulation(confidences, alpha):
    """Factors of the gradients: ``1 - tanh(alpha r)`` where r, the ratio to the others, is above 1.

    Parameters
    ----------
    confidences : tensor of shape (M,)
        How well each modality does alone; NaN for those to leave out.
    alpha : float

    Returns
    -------
    factors : tensor of shape (M,)
    """
    known = ~torch.isnan(confidences)
    values = torch.where(known, confidences, 0)
    others = (values.sum() - values) / (known.sum() - 1).clamp(min=1)
    # Alone, a modality has no others to be ahead of.
    ahead = known & (known.sum() > 1) & (values > others)
    ratio = values / others.clamp(min=torch.finfo(values.dtype).tiny)
    return torch.where(ahead, 1 - torch.tanh(alpha * ratio), 1)


class GradientModulation(Callback):
    """Slow down the encoder of the modality that is ahead of the others, batch by batch [1]_.

    A modality that is learned sooner keeps the loss low and starves the others. With s the mean
    probability that a modality alone gives to the right class, and r its ratio to the mean s of the
    others, the gradients of its encoder are multiplied by ``1 - tanh(alpha r)`` where r is above 1.

    For ``callbacks=`` of a :class:`DeepFusionClassifier` with ``auxiliary_weight`` above 0, which
    makes a head for each modality.

    Parameters
    ----------
    alpha : float, default=0.1
        How much the leading modality is slowed down.
    noise : bool, default=False
        Whether to add normal noise to the gradients of all encoders, with the standard deviation of
        the gradient of each parameter.
    n_epochs : int, default=50
        Number of epochs, from the first one of a `fit`, with modulation.

    See Also
    --------
    GradientBlending : Weighs the modalities by how well they generalize.

    References
    ----------
    .. [1] X. Peng et al., "Balanced multimodal learning via on-the-fly gradient modulation",
       CVPR 2022.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm.frame import make_frame
    >>> from skmm.nn import DeepFusionClassifier, GradientModulation
    >>> y = np.arange(60) % 2
    >>> rng = np.random.default_rng(0)
    >>> X = make_frame(audio=rng.normal(size=(60, 5)) + y[:, None], image=rng.normal(size=(60, 9)))
    >>> model = DeepFusionClassifier(
    ...     auxiliary_weight=1.0, callbacks=[GradientModulation(alpha=0.3)], max_epochs=2,
    ...     random_state=0,
    ... ).fit(X, y)
    """

    def __init__(self, alpha=0.1, noise=False, n_epochs=50):
        self.alpha = alpha
        self.noise = noise
        self.n_epochs = n_epochs

    def on_train_begin(self, net, X=None, y=None, **kwargs):
        """Refuse a net that has no heads; keep what the heads of a net say."""
        if net.network.unimodal_heads is None:
            raise ValueError(
                "GradientModulation compares heads of single modalities, and the net has none; set "
                "auxiliary_weight=1.0"
            )
        self.n_left_ = self.n_epochs
        self.hook_ = net.network.register_forward_hook(self._keep)

    def on_epoch_end(self, net, **kwargs):
        """Count the epochs."""
        self.n_left_ -= 1

    def on_train_end(self, net, **kwargs):
        """Forget the last batch."""
        self.hook_.remove()
        del self.hook_, self.outputs_

    def on_grad_computed(self, net, named_parameters=None, batch=None, training=True, **kwargs):
        """Change the gradients of the encoders."""
        if self.n_left_ <= 0:
            return
        (y, *_), *others = to_tensor(batch[1], device=net.device)
        if others or y.is_floating_point():
            raise ValueError(
                "GradientModulation compares probabilities of the classes of one target, and y holds "
                "others, labels or numbers; use GradientBlending"
            )
        with torch.no_grad():
            factors = modulation(confidences(self.outputs_, y), self.alpha)
            for encoder, factor in zip(net.network.encoders, factors, strict=True):
                for parameter in encoder.parameters():
                    if parameter.grad is not None:
                        self._modulate(parameter.grad, factor)

    def _modulate(self, gradient, factor):
        spread = gradient.std(correction=0)
        gradient.mul_(factor)
        if self.noise:
            gradient.add_(spread * torch.randn_like(gradient))

    def _keep(self, module, args, outputs):
        self.outputs_ = outputs
