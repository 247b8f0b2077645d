"""The skorch net that the estimators train: the same steps and records, with less work around them."""

import numpy as np
import torch
from skorch import NeuralNet
from skorch.callbacks import Callback
from skorch.utils import TeeGenerator, to_tensor
from torch import nn

from skmm.nn._balancing.unimodal_heads import total_loss
from skmm.nn._training.guards import batch_memory_advice, check_loss

# What skorch would call for every batch.
_BATCH_EVENTS = ("on_batch_begin", "on_batch_end", "on_grad_computed")


class LeanNet(NeuralNet):
    """A skorch net that spends its time in torch.

    Callbacks are told of batches if one of them wants to know. What is recorded is the same either
    way: the losses of an epoch are in its history when it ends.

    Parameters
    ----------
    *args, **kwargs
        Those of ``skorch.NeuralNet``.
    l1 : float, default=0.0
        Weight of a penalty on weight matrices, filters and tables; not on biases.
    max_grad_norm : float, default=None
        Larger gradients, all parameters taken together, are scaled down to this norm.
    precision : {"float32", "float64", "bfloat16"}, default="float32"
        With "bfloat16" torch computes what it may with half the bits; weights have 32 all the same.
    """

    def __init__(self, *args, l1=0.0, max_grad_norm=None, precision="float32", **kwargs):
        super().__init__(*args, **kwargs)
        self.l1 = l1
        self.max_grad_norm = max_grad_norm
        self.precision = precision

    def run_single_epoch(self, iterator, training, prefix, step_fn, **fit_params):
        """Run `step_fn` over all batches, and record their losses and sizes."""
        if iterator is None:
            return
        if self._is_listened_to(_BATCH_EVENTS):
            super().run_single_epoch(iterator, training, prefix, step_fn, **fit_params)
            return
        losses, sizes = [], []
        for batch in iterator:
            losses.append(step_fn(batch, **fit_params)["loss"].detach())
            sizes.append(len(batch[1][0][0]))
        rows = zip(torch.stack(losses).tolist(), sizes, strict=True)
        self.history[-1]["batches"] += [
            {f"{prefix}_loss": loss, f"{prefix}_batch_size": size} for loss, size in rows
        ]
        self.history.record(f"{prefix}_batch_count", len(losses))

    def _is_listened_to(self, events):
        """Whether a callback does anything at one of these events."""
        return any(
            getattr(getattr(callback, event), "__func__", None) is not getattr(Callback, event)
            for _, callback in self.callbacks_
            for event in events
        )

    def train_step(self, batch, **fit_params):
        """Take one step of the optimizer, unless the loss is no number."""
        if not self.module_.training:
            self._set_training(True)
        inputs, target = self._bring(batch)
        self.optimizer_.zero_grad()
        scores = self.infer(inputs, **fit_params)
        loss = self.get_loss(scores, target, X=inputs, training=True)
        loss.backward()
        check_loss(self, inputs, loss)
        if self._is_listened_to(["on_grad_computed"]):
            named = TeeGenerator(self.get_all_learnable_params())
            self.notify("on_grad_computed", named_parameters=named, batch=batch, training=True)
        if self.max_grad_norm is not None:
            nn.utils.clip_grad_norm_(self.module_.parameters(), self.max_grad_norm)
        self.optimizer_.step()
        return {"loss": loss, "y_pred": scores}

    def torch_compile(self, module, name):
        """Compile the network, and nothing else: the names in a saved loss stay as they are."""
        return super().torch_compile(module, name) if name == "module" else module

    def get_all_learnable_params(self):
        """Yield names and parameters, compiled or not under the names that parameter groups know."""
        for name, parameter in super().get_all_learnable_params():
            yield name.removeprefix("_orig_mod."), parameter

    @property
    def network(self):
        """The module without what ``torch.compile`` put around it; they share their weights."""
        return getattr(self.module_, "_orig_mod", self.module_)

    def infer(self, x, **fit_params):
        """Compute the scores of a batch, in the precision of the net."""
        return self._apply(self.module_, x, **fit_params)

    def _apply(self, module, inputs, **fit_params):
        inputs = self._bring(inputs)
        if self.precision != "bfloat16":
            return module(**inputs, **fit_params)
        with torch.autocast(torch.device(self.device).type, torch.bfloat16):
            scores = module(**inputs, **fit_params)
        return scores.float()

    def _bring(self, tensors):
        """Bring tensors to the device of the net; on the CPU they are there, and time is short."""
        return tensors if self.device == "cpu" else to_tensor(tensors, device=self.device)

    def get_loss(self, y_pred, y_true, X=None, training=False):
        """Compute the loss of a batch, with the penalty in training."""
        loss = total_loss(self.criterion_, y_pred, self._bring(y_true), self.network)
        if training and self.l1 > 0:
            weights = (p for p in self.module_.parameters() if p.ndim > 1 and p.requires_grad)
            loss = loss + self.l1 * sum(weight.abs().sum() for weight in weights)
        return loss

    def compute_scores(self, dataset):
        """Predict the scores of all samples, without gradients.

        Parameters
        ----------
        dataset : BlockDataset

        Returns
        -------
        scores : ndarray of shape (n_samples, n_outputs), float64
        """
        return self.run(self.module_, dataset).astype(np.float64)

    def compute_embeddings(self, dataset):
        """Compute what the fusion module makes of each sample: what the head is given.

        Parameters
        ----------
        dataset : BlockDataset

        Returns
        -------
        embeddings : ndarray of shape (n_samples, embed_dim)
        """
        fused = []
        network = self.network
        handle = network.head.register_forward_pre_hook(lambda head, args: fused.append(args[0]))
        try:
            self.run(network, dataset)
        finally:
            handle.remove()
        return torch.cat(fused).to(network.head[-1].weight.dtype).cpu().numpy()

    def run(self, module, dataset):
        """Run a module over a dataset, batch by batch, and return what it makes of it as an ndarray."""
        if self.module_.training:
            self._set_training(False)
        with torch.inference_mode(), batch_memory_advice(self):
            outputs = [self._apply(module, inputs) for inputs, _ in self.get_iterator(dataset)]
            return (outputs[0] if len(outputs) == 1 else torch.cat(outputs)).cpu().numpy()
