"""Features of convolutional networks: filters learned here, or a network from elsewhere."""

import os

import numpy as np

from skmm._device import resolve_device
from skmm._extractor import Extractor
from skmm._threads import one_thread
from skmm._validation import (
    HasMethods,
    Integral,
    Interval,
    ModalityError,
    Real,
    StrOptions,
    make_rng,
)
from skmm.image._backbones import is_backbone_name, when_changed
from skmm.image._feature_maps import open_module, open_named
from skmm.image._kmeans_filters import Filters, encode_image, learn_filters, sample_patches
from skmm.image._reader import read_image
from skmm.image._regions import REDUCERS, pool_regions
from skmm.image._size import ASPECTS, check_pair

# Images that filters are learned from: more of them would change little, and take long to read.
_MOST_IMAGES = 1000


class CNNExtractor(Extractor):
    """Describe images by the features of a convolutional network.

    The network is one layer of filters that ``fit`` learns from the images alone, by k-means over
    whitened patches [1]_, or a pretrained network, or any module of yours.

    Parameters
    ----------
    backbone : str or nn.Module, default="kmeans"
        - "kmeans": filters learned in ``fit``, without labels. Nothing is downloaded.
        - "efficientnet_lite0": trained on ImageNet; the extra ``pretrained`` brings it with its
          weights, so that it works offline.
        - "torchvision/NAME", "timm/NAME": a network of that package, which downloads its weights
          once.
        - a module, which takes images of shape ``(n_images, n_channels, height, width)``. It is
          copied, and neither trained nor changed.
    layer : str, default=None
        Layer whose output is taken, by its name in ``backbone.named_modules()``. With ``None`` it
        is what the last linear layer of a named network takes in, or the output of a module.
    pool : {"avg", "max"} or None, default="avg"
        How feature maps become one row. ``None`` keeps the maps.
    grid : (int, int), default=None
        Rows and columns of regions that are pooled one by one. ``None`` means (2, 2) for "kmeans",
        as in [1]_, and (1, 1) for networks.
    size : (int, int) or None, default=(64, 64)
        Height and width in pixels that images are resized to; with ``None`` they stay as they are.
        Pretrained networks are at their best where they were trained, mostly at (224, 224).
    aspect : {"stretch", "crop", "pad"}, default="stretch"
        What becomes of images of other proportions than `size`: they are stretched to it; or made so
        large that they cover it, and the middle is cut out; or made so small that they fit into it,
        and their outermost pixels are repeated around them.
    weights : str or path-like, default=None
        Weights of a named network: the name of a published set, or a file in safetensors format.
        ``None`` takes the set that its package recommends.
    n_filters : int, default=100
        Number of filters learned. This parameter and the next five are of "kmeans" only.
    patch_size : int, default=6
        Height and width of a filter in pixels.
    stride : int, default=1
        Distance of neighboring patches in pixels. Twice the stride takes a quarter of the time.
    n_patches : int, default=20_000
        About how many patches the filters are learned from.
    encoding : {"triangle", "soft_threshold"}, default="triangle"
        What a filter says about a patch: by how much it is closer than the average filter [1]_, or
        by how much the projections on it and on its opposite exceed ``threshold`` [2]_, which makes
        twice as many features.
    threshold : float, default=0.25
        What projections must exceed with ``encoding="soft_threshold"``.
    device : str, default="auto"
        Where networks run: "cpu", "cuda", or with "auto" a GPU if there is one. "kmeans" runs on
        the CPU.
    max_pixels : int, default=50_000_000
        Largest accepted width times height of a file, checked before it is decoded.
    on_error : {"raise", "missing"}, default="raise"
        What to do with an image that cannot be used, such as a damaged file: raise an error; or warn,
        list it in ``failures_``, and go on as if it were missing. Features of another shape than
        those of other samples are an error all the same.
    memory : str, path-like or FeatureCache, default=None
        Where to keep rows, so that an image is read once over all folds, candidates and runs. Not
        for modules, whose weights have no name.
    batch_size : int, default=64
        Number of images read at a time. Results do not depend on it.
    n_jobs : int, default=None
        Number of worker processes; each computes with one thread. Results do not depend on it.
    verbose : bool, default=False
        Whether to show a progress bar.
    random_state : int, RandomState instance or None, default=None
        Determines the patches and the start of k-means. Pass an int for reproducible features.

    Attributes
    ----------
    patch_mean_ : ndarray of shape (n_channels, patch_size, patch_size), float32
        Mean of the patches; ``None`` unless "kmeans", as the next two.
    whitening_ : ndarray of shape (n_values, n_values), float32
        Matrix that whitens a patch, whose values lie channel by channel.
    filters_ : ndarray of shape (n_filters, n_channels, patch_size, patch_size), float32
        What whitened patches are compared with.
    block_shape_ : tuple of int
        Shape of one row: ``(n_features_out_,)``, or ``(n_maps, height, width)`` with ``pool=None``.
    n_features_out_ : int
        Number of values in one row.
    failures_ : list of ModalityError
        The images that the last ``transform``, or what ``fit`` reads, could not use, and why; with
        ``on_error="missing"`` only.

    See Also
    --------
    HOGExtractor : Features of shapes that need no learning.
    PixelExtractor : The pixels themselves, for networks that are trained.

    Notes
    -----
    A cell of X is the path of a PNG, JPEG, BMP, GIF, TIFF or WEBP file, or an array of shape
    ``(height, width)`` or ``(height, width, channels)`` with 1, 3 or 4 channels. Pixels of type
    uint8 and uint16 are divided by their full range; floats are taken as they are, and expected
    in [0, 1]. Large photos are shrunk while they are decoded, as in :class:`PixelExtractor`. Named
    networks see gray images as color, and pixels standardized as in their training; a module sees
    the pixels in [0, 1], with the channels that they have. A null cell gives a row of NaN.

    Networks are in evaluation mode. On the CPU they see images one by one, on a GPU in batches of
    a fixed size: so a row depends on its own image only, to the last bit. Weights of named networks
    are loaded once per process, and are no part of a pickle.

    References
    ----------
    .. [1] A. Coates, H. Lee and A. Y. Ng, "An analysis of single-layer networks in unsupervised
       feature learning", AISTATS, 2011.
    .. [2] A. Coates and A. Y. Ng, "The importance of encoding versus training with sparse coding
       and vector quantization", ICML, 2011.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm.image import CNNExtractor
    >>> images = np.random.default_rng(0).integers(0, 256, (3, 24, 20, 3), dtype="uint8")
    >>> CNNExtractor(n_filters=10, size=(16, 16), random_state=0).fit_transform(images).shape
    (3, 40)

    The maps of a network, whose weights are random here:

    >>> import torch
    >>> network = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 5), torch.nn.ReLU())
    >>> CNNExtractor(network, pool=None, size=(16, 16), device="cpu").fit_transform(images).shape
    (3, 8, 12, 12)
    """

    _modality = "image"
    _feature_version = 2
    _learned = ("patch_mean_", "whitening_", "filters_", "_surroundings")

    _parameter_constraints = {
        **Extractor._file_constraints,
        "backbone": [str, HasMethods(["named_modules", "forward", "eval"])],
        "layer": [str, None],
        "pool": [StrOptions(set(REDUCERS)), None],
        "grid": ["array-like", None],
        "size": ["array-like", None],
        "aspect": [StrOptions(ASPECTS)],
        "weights": [str, os.PathLike, None],
        "n_filters": [Interval(Integral, 1, None, closed="left")],
        "patch_size": [Interval(Integral, 1, None, closed="left")],
        "stride": [Interval(Integral, 1, None, closed="left")],
        "n_patches": [Interval(Integral, 1, None, closed="left")],
        "encoding": [StrOptions({"triangle", "soft_threshold"})],
        "threshold": [Interval(Real, 0, None, closed="left")],
        "device": [str],
        "max_pixels": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        backbone="kmeans",
        *,
        layer=None,
        pool="avg",
        grid=None,
        size=(64, 64),
        aspect="stretch",
        weights=None,
        n_filters=100,
        patch_size=6,
        stride=1,
        n_patches=20_000,
        encoding="triangle",
        threshold=0.25,
        device="auto",
        max_pixels=50_000_000,
        on_error="raise",
        memory=None,
        batch_size=64,
        n_jobs=None,
        verbose=False,
        random_state=None,
    ):
        self.backbone = backbone
        self.layer = layer
        self.pool = pool
        self.grid = grid
        self.size = size
        self.aspect = aspect
        self.weights = weights
        self.n_filters = n_filters
        self.patch_size = patch_size
        self.stride = stride
        self.n_patches = n_patches
        self.encoding = encoding
        self.threshold = threshold
        self.device = device
        self.max_pixels = max_pixels
        self.on_error = on_error
        self.memory = memory
        self.batch_size = batch_size
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.random_state = random_state

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = self._learns
        return tags

    @property
    def _learns(self):
        return self._is_named and self.backbone == "kmeans"

    @property
    def _is_named(self):
        return isinstance(self.backbone, str)

    @property
    def _surroundings(self):
        """What a row depends on besides parameters and sample, for the key of the cache."""
        if self._learns:
            return None
        return resolve_device(self.device), when_changed(self.weights)

    def _validate_params(self):
        super()._validate_params()
        for name in ("grid", "size"):
            if getattr(self, name) is not None:
                check_pair(name, getattr(self, name))
        if self._is_named and not (self._learns or is_backbone_name(self.backbone)):
            raise ValueError(
                f"backbone={self.backbone!r} is not known; expected 'kmeans', "
                "'efficientnet_lite0', 'torchvision/NAME', 'timm/NAME' or a module"
            )
        if self._learns and self.layer is not None:
            raise ValueError(f"layer={self.layer!r}: backbone='kmeans' has one layer only")
        if self.weights is not None and (self._learns or not self._is_named):
            raise ValueError(
                f"weights={self.weights!r} are for networks given by name; 'kmeans' learns its "
                "own, and a module has them"
            )
        if self.grid is not None and self.pool is None:
            raise ValueError(f"grid={self.grid} needs pooling; set pool='avg' or 'max'")

    def _fit_samples(self, samples, rows):
        if not self._learns:
            return dict.fromkeys(("patch_mean_", "whitening_", "filters_"))
        with one_thread():
            rng = make_rng(self.random_state)
            patches = self._sample_patches(samples, rng.permutation(rows)[:_MOST_IMAGES], rng)
            try:
                learned = learn_filters(patches, self.n_filters, rng.randint(np.iinfo("i4").max))
            except ModalityError as error:
                raise error.at(modality=samples.name) from None
        return {f"{name}_": value for name, value in learned._asdict().items()}

    def _sample_patches(self, samples, rows, rng):
        n_each, patches = -(-self.n_patches // len(rows)), []

        def read(cell):
            image = self._read_pixels(cell)
            self._check_patches_fit(image, self.patch_size)
            if patches:
                _check_channels(image, patches[0].shape[1])
            return _channels_first(image)

        for _, image in samples.read(read, rows):
            patches.append(sample_patches(image, self.patch_size, n_each, rng))
        return np.concatenate(patches)

    def _read(self, cell):
        image = self._read_pixels(cell)
        if self._learns:
            self._check_patches_fit(image, self.filters_.shape[-1])
            _check_channels(image, self.filters_.shape[1])
        elif self._is_named:
            image = np.broadcast_to(image, (*image.shape[:2], 3))
        return image

    def _read_pixels(self, cell):
        image = read_image(cell, max_pixels=self.max_pixels, size=self.size, aspect=self.aspect)
        return np.atleast_3d(image)

    def _check_patches_fit(self, image, patch_size):
        if min(image.shape[:2]) < patch_size:
            raise ModalityError(
                f"the image is {image.shape[0]} x {image.shape[1]} pixels, smaller than one patch. "
                f"Expected at least {patch_size} x {patch_size}; set size to enlarge images, or a "
                "smaller patch_size."
            )

    def _extract(self, samples):
        if self._learns:
            with one_thread():
                return [self._pool(self._encode(image), (2, 2)) for image in samples]
        features = self._open_network()  # before the scope: it limits libraries that are loaded
        with one_thread():
            return [self._pool(maps, (1, 1)) for maps in features(samples)]

    def _encode(self, image):
        learned = Filters(self.patch_mean_, self.whitening_, self.filters_)
        return encode_image(
            _channels_first(image),
            learned,
            stride=self.stride,
            encoding=self.encoding,
            threshold=self.threshold,
        )

    def _open_network(self):
        device = resolve_device(self.device)
        if self._is_named:
            return open_named(self.backbone, self.weights, self.layer, device)
        return open_module(self.backbone, self.layer, device)

    def _pool(self, maps, grid):
        if self.pool is None:
            return maps
        if maps.ndim == 1 and self.pool == "avg" and self.grid is None:
            return maps  # the network has pooled them
        if maps.ndim != 3:
            raise ValueError(
                f"the backbone gives features of shape {maps.shape} per image, where "
                f"pool={self.pool!r} and grid={self.grid} expect maps of shape (n_maps, height, "
                "width); choose a layer that gives maps, or set pool=None"
            )
        return pool_regions(maps, self.pool, self.grid or grid)


def _channels_first(image):
    return image.transpose(2, 0, 1)


def _check_channels(image, n_channels):
    if image.shape[2] != n_channels:
        raise ModalityError(
            f"the image has {image.shape[2]} channels, where the filters have {n_channels}. "
            "Expected images as in fit; convert them all to color, or all to gray."
        )
