"""Run images through a network, and catch what one of its layers gives."""

from copy import deepcopy
from functools import lru_cache
from itertools import groupby

import numpy as np

from skmm._validation import ModalityError
from skmm.image._backbones import load_backbone, when_changed

# How many images a network sees at once. A kernel may sum differently for another number, so the
# number is fixed, and on the CPU it is one: then nothing can depend on the place in the batch
# either, nothing is padded, and large images, which matter, are fastest. A GPU would be idle.
_CHUNK = {"cpu": 1, "cuda": 32}


def open_module(network, layer, device):
    """Make the features of a user's module, of which a copy is used.

    Parameters
    ----------
    network : nn.Module
    layer : str or None
        Layer whose output is wanted; None for the output of the network.
    device : str

    Returns
    -------
    features : FeatureMaps
    """
    return FeatureMaps(deepcopy(network), layer, device)


def open_named(name, weights, layer, device):
    """Make the features of a pretrained network, which each process loads once.

    Parameters
    ----------
    name : str
    weights : str, path-like or None
    layer : str or None
        Layer whose output is wanted; None for what the last linear layer takes in.
    device : str

    Returns
    -------
    features : FeatureMaps
    """
    return _load_once(name, weights, layer, device, when_changed(weights))


@lru_cache(maxsize=4)
def _load_once(name, weights, layer, device, changed):
    network, mean, std = load_backbone(name, weights)
    return FeatureMaps(network, layer, device, mean=mean, std=std, skip_classifier=layer is None)


class FeatureMaps:
    """What a layer of a network gives for images, one by one.

    Parameters
    ----------
    network : nn.Module
        It is put into evaluation mode and moved to the device: hand over a copy.
    layer : str or None
        Name of a layer as in ``network.named_modules()``.
    device : str
    mean, std : tuple of float, default=0.0 and 1.0
        Subtracted from the pixels, and divided by, channel by channel.
    skip_classifier : bool, default=False
        Whether to catch the input of the last linear layer.

    Notes
    -----
    Threads may share it inside :func:`skmm._threads.one_thread` only, where there is one at a time.
    """

    def __init__(self, network, layer, device, *, mean=0.0, std=1.0, skip_classifier=False):
        self.network = network.eval().to(device)
        self.device = device
        self.mean, self.std = (np.asarray(v, dtype=np.float32) for v in (mean, std))
        self._caught = None
        self._catch(layer, skip_classifier)

    def __call__(self, images):
        """Compute features of images.

        Parameters
        ----------
        images : list of ndarray of shape (height, width, n_channels), float32

        Returns
        -------
        features : list of ndarray, float32
        """
        import torch

        device, features = torch.device(self.device), []
        size = _CHUNK[device.type]
        gpus = [device] if device.type == "cuda" else []
        with torch.random.fork_rng(devices=gpus), torch.inference_mode():  # layers may draw
            for shape, group in groupby(images, key=np.shape):
                alike = [((image - self.mean) / self.std).transpose(2, 0, 1) for image in group]
                for start in range(0, len(alike), size):
                    features.extend(self._run(alike[start : start + size], size, shape))
        return features

    def _run(self, images, size, shape):
        import torch

        # Copied to fresh memory: kernels may also sum differently for another alignment.
        batch = torch.zeros((size, *images[0].shape))
        for place, image in enumerate(images):
            batch[place] = torch.tensor(image)
        try:
            output = self._forward(batch.to(self.device))
        except RuntimeError as error:
            raise ModalityError(
                f"the backbone cannot take images of shape {shape}: {error}. "
                "Set size, or bring the images to the channels it was made for.",
                modality="image",
            ) from error
        if not isinstance(output, torch.Tensor) or len(output) != size:
            raise ValueError(
                f"the backbone gives {_describe(output)}, where a tensor with one entry per image "
                "is expected; choose a layer that gives one"
            )
        return list(output[: len(images)].to("cpu", torch.float32).numpy())

    def _forward(self, batch):
        self._caught = None
        output = self.network(batch)
        if self._catches:
            output, self._caught = self._caught, None
        return output

    def _catch(self, layer, skip_classifier):
        import torch

        modules = dict(self.network.named_modules())
        if layer is not None and layer not in modules:
            raise ValueError(
                f"layer={layer!r} is not in the backbone, which has {list(modules)[1:]}"
            )
        linear = [m for m in modules.values() if isinstance(m, torch.nn.Linear)]
        self._catches = layer is not None or (skip_classifier and bool(linear))
        if layer is not None:
            modules[layer].register_forward_hook(self._keep_output)
        elif self._catches:
            linear[-1].register_forward_pre_hook(self._keep_input)

    def _keep_output(self, module, inputs, output):
        self._caught = output

    def _keep_input(self, module, inputs):
        self._caught = inputs[0]


def _describe(output):
    shape = getattr(output, "shape", None)
    return type(output).__name__ if shape is None else f"a tensor of shape {tuple(shape)}"
