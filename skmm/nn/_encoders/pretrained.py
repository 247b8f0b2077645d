"""Networks that were trained on photos, as bodies that may be trained further."""

import torch
from torch import nn

from skmm._validation import Integral
from skmm.image._backbones import load_backbone

# Networks halve height and width five times.
_SMALLEST = 32
_TRAINING_SIZE = (224, 224)  # which some of them insist on
_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


class PretrainedBody(nn.Module):
    """A pretrained network without its classifier, frozen up to its last stages.

    Frozen stages stay in evaluation mode. So does every batch normalization: its statistics remain
    those of the photos, whatever the size of a batch, while its scales and shifts may be trained.

    Parameters
    ----------
    name : str
        As :func:`load_backbone` knows it.
    weights : str, path-like or None
    pretrained : bool
        Whether to load weights at all; a state that is loaded afterwards brings them.
    trainable : "head", "all" or int
        Train nothing of it, everything, or so many of its last stages.

    Attributes
    ----------
    width : int
        Length of the vector that the classifier would read.
    """

    def __init__(self, name, *, weights, pretrained, trainable):
        super().__init__()
        self.network, mean, std = load_backbone(name, weights, pretrained=pretrained)
        for key, value in {"mean": mean, "std": std}.items():
            self.register_buffer(key, torch.tensor(value).reshape(3, 1, 1), persistent=False)
        self._drop_classifier()
        self._caught = None
        self.width = self._find_maps(name)
        self.frozen = self._freeze(name, trainable)
        self.train()

    def train(self, mode=True):
        """Set the mode of the stages that are trained; the others are always in evaluation mode."""
        super().train(mode)
        for module in self.network.modules():
            if module in self.frozen or isinstance(module, _NORMS):
                module.eval()
        return self

    def forward(self, pixels):
        """Return vectors of shape (B, width) for pixels of shape (B, 1 or 3, H, W), in [0, 1]."""
        return self._run(pixels)[0]

    def maps(self, pixels):
        """Return maps of shape (B, width, h, w); h = w = 1 where the network has none so wide."""
        vectors, maps = self._run(pixels)
        return vectors[:, :, None, None] if maps is None else maps

    def _run(self, pixels):
        size = [max(side, _SMALLEST) for side in pixels.shape[2:]]
        if size != list(pixels.shape[2:]):
            pixels = nn.functional.interpolate(pixels, size, mode="bilinear")
        vectors = self.network((pixels.expand(-1, 3, -1, -1) - self.mean) / self.std)
        maps, self._caught = self._caught, None
        return vectors, maps

    def _drop_classifier(self):
        linear = [k for k, m in self.network.named_modules() if isinstance(m, nn.Linear)]
        if linear:
            self.network.set_submodule(linear[-1], nn.Identity())

    def _find_maps(self, name):
        """Find what the network gives on a black image: the width, and the module whose maps to keep."""
        outputs = []
        handles = [
            module.register_forward_hook(lambda m, _, output: outputs.append((m, output)))
            for module in self.network.modules()
        ]
        self.network.eval()
        with torch.no_grad():
            vectors = self(torch.zeros(1, 3, *_TRAINING_SIZE))
        for handle in handles:
            handle.remove()
        if not isinstance(vectors, torch.Tensor) or vectors.ndim != 2:
            raise ValueError(
                f"body={name!r} gives no vectors without its classifier; use CNNExtractor, where a "
                "layer can be chosen, and encode what it gives"
            )
        width = vectors.shape[1]
        giving = [module for module, output in outputs if _are_maps(output, width)]
        if giving:
            giving[-1].register_forward_hook(self._keep)
        return width

    def _keep(self, module, inputs, output):
        self._caught = output

    def _freeze(self, name, trainable):
        """Freeze what is not to be trained; return the modules that are frozen."""
        stages = _stages(self.network)
        if isinstance(trainable, Integral) and trainable > len(stages):
            raise ValueError(
                f"trainable={trainable}, and {name!r} has {len(stages)} stages; give fewer, or 'all'"
            )
        if trainable == "all":
            return set()
        self.network.requires_grad_(False)
        if trainable == "head":
            return set(self.network.modules())
        for stage in stages[-trainable:]:
            stage.requires_grad_(True)
        return {module for stage in stages[:-trainable] for module in stage.modules()}


def _are_maps(output, width):
    """Whether an output is maps of this width that are not averaged yet."""
    is_tensor = isinstance(output, torch.Tensor) and output.ndim == 4
    return is_tensor and output.shape[1] == width and output.shape[2:] != (1, 1)


def _stages(network):
    """The children of a network that have parameters, or of containers among them the children."""
    stages = []
    for child in network.children():
        is_container = isinstance(child, nn.Sequential | nn.ModuleList)
        stages += child.children() if is_container else [child]
    return [stage for stage in stages if next(stage.parameters(), None) is not None]
