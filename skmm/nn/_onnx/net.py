"""A fitted net with all that lies between blocks and predictions, as one module."""

from copy import deepcopy

import numpy as np
import torch
from torch import nn

from skmm.nn._inputs.blocks import Block
from skmm.nn._inputs.kinds import as_kind
from skmm.nn._inputs.standardize import Standardize
from skmm.nn._onnx.recurrent import replace_recurrent
from skmm.nn._targets import Classes, Numbers
from skmm.nn._training.batches import BlockDataset

PRESENT = "present"


class ExportedNet(nn.Module):
    """Compute the predictions of an estimator of deep fusion, in torch alone.

    Parameters
    ----------
    model : fitted DeepFusionClassifier, DeepFusionRegressor or MultitaskFusion

    Attributes
    ----------
    input_names, output_names : list of str
        Modalities; and what comes out, by task where there are several.
    """

    def __init__(self, model):
        super().__init__()
        self.network = _on_cpu(model.net_.network).float()
        # Runtimes know recurrent cells in float32 only; what is float64 is standardized as such, with
        # statistics in all their digits.
        self.network.scalers = _on_cpu(model.net_.network.scalers)
        for parameter in self.network.parameters():
            parameter.requires_grad_(False)
        self.kinds = model._kinds
        self.shapes = model.cell_shapes_
        self.dtype = torch.float64 if model.precision == "float64" else torch.float32
        self.targets = model._targets
        self.input_names = list(self.kinds)
        tasks = getattr(model, "task_types_", None)
        self.output_names = [
            name_of_output(target) + (f"_{task}" if tasks else "")
            for target, task in zip(self.targets, tasks or [""], strict=True)
        ]

    def forward(self, blocks, present):
        """Predict from blocks in the order of `input_names`, each (B, ...), and a mask (B, M)."""
        blocks = {
            name: _with_axes_of(kind, block)
            for (name, kind), block in zip(self.kinds.items(), blocks, strict=True)
        }
        scores = self.network(blocks, present).double()
        occupied = present.any(dim=1, keepdim=True)
        parts = scores.split([target.n_outputs for target in self.targets], dim=1)
        return tuple(map(_predict, self.targets, parts, [occupied] * len(parts)))

    def example(self, n_samples):
        """Make inputs of the size of those in fit, of which some modalities are missing."""
        generator = torch.Generator().manual_seed(0)
        blocks = []
        for scaler, (name, kind) in zip(self.network.scalers, self.kinds.items(), strict=True):
            shape = (n_samples, *self.shapes[name])
            if kind == "tokens":  # 1 is there whatever the table, and 0 pads
                blocks.append(torch.randint(0, 2, shape, generator=generator))
            else:
                part = torch.rand(shape, generator=generator, dtype=torch.float64)
                blocks.append(_near_mean(scaler, kind, part).to(self.dtype))
        present = torch.rand(n_samples, len(blocks), generator=generator) < 0.7
        present[0], present[-1] = True, False
        return blocks, present

    def expect(self, model, blocks, present):
        """Predict as the model does, in the precision of its weights, one ndarray for each target.

        Parameters
        ----------
        model : the estimator that this was made of
        blocks, present : as made by `example`
        """
        read = {
            name: as_kind(Block(block.numpy(), here.numpy(), name), kind)
            for (name, kind), block, here in zip(self.kinds.items(), blocks, present.T, strict=True)
        }
        inputs = BlockDataset(read).blocks
        scores = _on_cpu(model.net_.network)(inputs, present).detach().double().numpy()
        ends = np.cumsum([target.n_outputs for target in self.targets])[:-1]
        occupied = present.any(dim=1).numpy()
        return [
            getattr(target, "predict_proba", target.predict)(part, occupied)
            for target, part in zip(self.targets, np.split(scores, ends, axis=1), strict=True)
        ]

    def for_export(self):
        """Return a module that torch can export, and that computes nothing where this one does."""
        twin = deepcopy(self)
        replace_recurrent(twin.network)
        return twin


def name_of_output(target):
    """Say what is predicted for a target."""
    return "predictions" if isinstance(target, Numbers) else "probabilities"


def _on_cpu(module):
    return deepcopy(module).cpu().eval()


def _near_mean(scaler, kind, part):
    """What lies less than a standard deviation from the mean, by numbers in [0, 1]; or these numbers."""
    if not isinstance(scaler, Standardize):
        return part
    if kind == "vector":
        mean, scale = (each.reshape(part.shape[1:]) for each in (scaler.mean, scaler.scale))
    else:
        mean, scale = scaler.mean, scaler.scale
    return mean + scale * (2 * part - 1)


def _with_axes_of(kind, block):
    """As :func:`skmm.nn._inputs.kinds.as_kind` brings blocks to the axes of their kind."""
    if kind == "vector":
        return block.flatten(1)
    if kind == "sequence" and block.ndim == 2:
        return block.unsqueeze(2)
    return block.unsqueeze(1) if kind == "image" and block.ndim == 3 else block


def _predict(target, scores, occupied):
    """What ``predict_proba`` of the target does, or ``predict`` of numbers."""
    if isinstance(target, Numbers):
        mean, scale = torch.from_numpy(target.mean), torch.from_numpy(target.scale)
        numbers = torch.where(occupied, scores, 0.0) * scale + mean
        return numbers.squeeze(1) if target.is_vector else numbers
    is_one_of = isinstance(target, Classes)
    probabilities = torch.softmax(scores, dim=1) if is_one_of else torch.sigmoid(scores)
    return torch.where(occupied, probabilities, torch.from_numpy(target.prior))
