"""A net that learns from the clipped, noisy gradients of single samples."""

import warnings

import torch

from skmm.nn._privacy.noisy_steps import NoisySteps
from skmm.nn._privacy.sample_gradients import pieces_of, sample_gradients, take
from skmm.nn._training.net import LeanNet
from skmm.privacy import PrivacyWarning


class PrivateNet(LeanNet):
    """Train with differential privacy; losses of samples are neither looked at nor recorded.

    Parameters
    ----------
    *args, **kwargs
        Those of :class:`LeanNet`.
    plan : PrivacyPlan, default=None
        How much noise there is to be.

    Attributes
    ----------
    n_steps_ : int
        How many batches have been learned from.
    """

    def __init__(self, *args, plan=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.plan = plan

    def fit_loop(self, X, y=None, epochs=None, **fit_params):
        """Train, and leave nothing behind but weights."""
        self.steps_ = steps = NoisySteps(self.optimizer_, self.plan)
        try:
            super().fit_loop(X, y, epochs, **fit_params)
        finally:
            steps.forget()
            self.n_steps_ = steps.n_taken
            del self.steps_
        _warn_of_left_out(steps.n_left_out)
        return self

    def run_single_epoch(self, iterator, training, prefix, step_fn, **fit_params):
        """Run `step_fn` over all batches."""
        if iterator is None:
            return
        for batch in iterator:
            self.notify("on_batch_begin", batch=batch, training=training)
            step_fn(batch, **fit_params)
            self.notify("on_batch_end", batch=batch, training=training)

    def train_step(self, batch, **fit_params):
        """Take one step of the optimizer, even from an empty batch: that there was none is private."""
        if not self.module_.training:
            self._set_training(True)
        inputs, target = self._bring(batch)
        n_numbers = sum(parameter.numel() for parameter in self.steps_.parameters)
        pieces = pieces_of(len(target[0][0]), n_numbers)
        for number, piece in enumerate(pieces, start=1):
            gradients = self._differentiate(take(inputs, piece), take(target, piece))
            self.steps_.add(gradients, is_last=number == len(pieces))

    def _differentiate(self, inputs, target):
        """Gradients of the samples, in the order of the optimizer."""
        parameters = self.steps_.parameters
        if len(target[0][0]) == 0:
            return [p.new_zeros(0, *p.shape) for p in parameters]
        gradients, _ = self._run_on_each(inputs, target)
        return [gradients[parameter] for parameter in parameters]

    def _run_on_each(self, inputs, target):
        try:
            return sample_gradients(self.network, self.criterion_, inputs, target)
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:
            raise ValueError(
                "private training needs the gradient of each sample alone, and a module that was given "
                f"cannot compute it ({error}). Leave out what changes buffers in training, such as "
                "running statistics, and what decides by values of tensors."
            ) from error


def _warn_of_left_out(n_gradients):
    if n_gradients > 0:
        # No error: one sample would decide whether there is a model, and epsilon forbids that.
        warnings.warn(
            f"{n_gradients} gradients of samples were not finite, and counted as 0, over all epochs; "
            "look for huge values in X or y, and for NaN from modules that were given. This warning "
            "tells of private samples: keep it to yourself",
            PrivacyWarning,
            stacklevel=2,
        )
