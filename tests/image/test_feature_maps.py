import copy

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from torch import nn

from skmm import ModalityError
from skmm.image._feature_maps import FeatureMaps, open_module


@pytest.fixture
def network(global_random_seed):
    with torch.random.fork_rng():
        torch.manual_seed(global_random_seed)
        return nn.Sequential(
            nn.Conv2d(3, 4, 3),
            nn.BatchNorm2d(4),
            nn.ReLU(),
            nn.Flatten(),
            nn.Dropout(0.5),
            nn.LazyLinear(5),
        ).train()


@pytest.fixture
def images(network, global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    images = list(rng.random((5, 8, 7, 3), dtype=np.float32))
    with torch.random.fork_rng():
        network.eval()(as_tensor(images[0]))  # gives the lazy layer its size
    network.train()
    return images


def as_tensor(image):
    return torch.tensor(image).permute(2, 0, 1)[None]


def call(network, image):
    with torch.inference_mode():
        return copy.deepcopy(network).eval()(as_tensor(image))[0].numpy()


def test_features_are_what_the_module_gives(network, images):
    features = open_module(network, None, "cpu")(images)
    for image, row in zip(images, features, strict=True):
        assert_allclose(row, call(network, image), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("layer", "depth"), [("0", 1), ("2", 3), ("4", 5)])
def test_a_layer_gives_what_comes_out_of_it(network, images, layer, depth):
    row = open_module(network, layer, "cpu")(images)[1]
    assert_allclose(row, call(network[:depth], images[1]), rtol=1e-5, atol=1e-6)


def test_pixels_are_standardized_channel_by_channel(network, images):
    mean, std = (0.1, 0.2, 0.3), (0.5, 0.6, 0.7)
    features = FeatureMaps(copy.deepcopy(network), None, "cpu", mean=mean, std=std)(images)
    assert_allclose(
        features[2],
        call(network, (images[2] - np.float32(mean)) / np.float32(std)),
        rtol=1e-4,
        atol=1e-5,
    )


def test_the_classifier_can_be_left_out(network, images):
    features = FeatureMaps(copy.deepcopy(network), None, "cpu", skip_classifier=True)(images)
    assert_allclose(features[0], call(network[:5], images[0]), rtol=1e-5, atol=1e-6)


def test_without_a_linear_layer_the_output_is_taken(network, images):
    convolutions = network[:3]
    features = FeatureMaps(copy.deepcopy(convolutions), None, "cpu", skip_classifier=True)(images)
    assert_allclose(features[0], call(convolutions, images[0]), rtol=1e-5, atol=1e-6)


def test_the_module_is_neither_trained_nor_changed(network, images):
    before = copy.deepcopy(network.state_dict())
    open_module(network, "1", "cpu")(images)
    assert network.training
    assert not network[1]._forward_hooks
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name])


def test_random_layers_leave_the_global_generator_alone(images):
    class Noise(nn.Module):
        def forward(self, batch):
            return batch + torch.rand_like(batch)

    before = torch.get_rng_state()
    open_module(Noise(), None, "cpu")(images)
    assert torch.equal(torch.get_rng_state(), before)


def test_images_of_several_sizes_are_taken(images):
    mixed = [images[0], images[1][:6], images[2]]
    features = open_module(nn.Conv2d(3, 2, 3), None, "cpu")(mixed)
    assert [row.shape for row in features] == [(2, 6, 5), (2, 4, 5), (2, 6, 5)]


def test_a_fixed_chunk_is_filled_up(network, images, monkeypatch):
    whole = open_module(network, None, "cpu")(images)
    monkeypatch.setattr("skmm.image._feature_maps._CHUNK", {"cpu": 3})
    filled = open_module(network, None, "cpu")(images)
    assert len(filled) == len(images)
    assert_allclose(filled, whole, rtol=1e-4, atol=1e-5)


def test_an_unknown_layer_is_named_with_those_there_are(network):
    with pytest.raises(
        ValueError, match=r"layer='fc' is not in the backbone, which has \['0', '1'"
    ):
        open_module(network, "fc", "cpu")


def test_images_that_the_network_does_not_take_are_named():
    with pytest.raises(
        ModalityError, match=r"cannot take images of shape \(8, 8, 1\).*3 channels.*Set size"
    ):
        open_module(nn.Conv2d(3, 2, 3), None, "cpu")([np.zeros((8, 8, 1), np.float32)])


@pytest.mark.parametrize(
    ("forward", "what"),
    [
        (lambda batch: (batch,), "tuple"),
        (lambda batch: batch.sum(0), r"shape \(3, 8, 8\)"),
        (torch.ravel, r"shape \(192,\)"),
    ],
)
def test_an_output_that_is_not_one_entry_per_image_is_refused(forward, what):
    class Odd(nn.Module):
        def forward(self, batch):
            return forward(batch)

    with pytest.raises(ValueError, match=f"gives .*{what}.*one entry per image"):
        open_module(Odd(), None, "cpu")([np.zeros((8, 8, 3), np.float32)])


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_gpu_gives_the_features_of_the_cpu(network, images):
    on_gpu = open_module(network, None, "cuda")
    whole = on_gpu(images * 20)
    assert_allclose(whole[:5], open_module(network, None, "cpu")(images), rtol=1e-2, atol=1e-3)
    assert_array_equal(on_gpu([images[3]])[0], whole[3])
