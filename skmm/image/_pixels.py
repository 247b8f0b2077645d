"""The pixels of images, at one size and in one layout."""

from skmm._extractor import Extractor
from skmm._validation import Integral, Interval, StrOptions
from skmm.image._color import convert_color
from skmm.image._reader import read_arrays, read_image
from skmm.image._size import ASPECTS, check_pair, resize_images


class PixelExtractor(Extractor):
    """Bring images to one size, as a block of pixels for networks.

    Parameters
    ----------
    size : (int, int) or None, default=(32, 32)
        Height and width in pixels that images are resized to. With ``None`` they stay as they
        are, and must be of equal size.
    aspect : {"stretch", "crop", "pad"}, default="stretch"
        What becomes of images of other proportions than `size`: they are stretched to it; or made so
        large that they cover it, and the middle is cut out; or made so small that they fit into it,
        and their outermost pixels are repeated around them.
    color : {"rgb", "gray"} or None, default=None
        Channels of the block: three, one, or with ``None`` those that the images have. Files
        have three channels, arrays one or three.
    max_pixels : int, default=50_000_000
        Largest accepted width times height of a file, checked before it is decoded.
    on_error : {"raise", "missing"}, default="raise"
        What to do with an image that cannot be used, such as a damaged file: raise an error; or warn,
        list it in ``failures_``, and go on as if it were missing. Features of another shape than
        those of other samples are an error all the same.
    memory : str, path-like or FeatureCache, default=None
        Where to keep rows, so that an image is read once over all folds, candidates and runs.
    batch_size : int, default=64
        Number of images read at a time. Results do not depend on it.
    n_jobs : int, default=None
        Number of worker processes. Results do not depend on it.
    verbose : bool, default=False
        Whether to show a progress bar.

    Attributes
    ----------
    block_shape_ : tuple of int
        Shape of one row, ``(n_channels, height, width)``.
    n_features_out_ : int
        Number of values in one row.
    failures_ : list of ModalityError
        The images that the last ``transform``, or what ``fit`` reads, could not use, and why; with
        ``on_error="missing"`` only.

    See Also
    --------
    HOGExtractor : Features of shapes, one vector per image.

    Notes
    -----
    A cell of X is the path of a PNG, JPEG, BMP, GIF, TIFF or WEBP file, or an array of shape
    ``(height, width)`` or ``(height, width, channels)`` with 1, 3 or 4 channels, the fourth being
    opacity, which is laid on white. Pixels of type uint8 and uint16 are divided by their full
    range; floats are taken as they are, and expected in [0, 1].

    A photo in JPEG format whose sides are at least six times as long as wanted is shrunk while it is
    decoded, which takes a fraction of the time and the memory. Its pixels are then within 1/255 of
    what the whole photo gives in the mean, mostly 0.2/255, and within 6/255 at sharp edges.

    The block has shape ``(n_samples, n_channels, height, width)``, dtype float32. A null cell
    gives NaN. Resizing is :func:`skimage.transform.resize` with anti-aliasing, and gray is
    :func:`skimage.color.rgb2gray`.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm.image import PixelExtractor
    >>> images = np.random.default_rng(0).integers(0, 256, (3, 48, 40, 3), dtype="uint8")
    >>> PixelExtractor(size=(16, 16)).fit_transform(images).shape
    (3, 3, 16, 16)
    >>> PixelExtractor(size=None, color="gray").fit_transform(images).shape
    (3, 1, 48, 40)
    """

    _modality = "image"
    _feature_version = 2

    _parameter_constraints = {
        **Extractor._file_constraints,
        "size": ["array-like", None],
        "aspect": [StrOptions(ASPECTS)],
        "color": [StrOptions({"rgb", "gray"}), None],
        "max_pixels": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        size=(32, 32),
        *,
        aspect="stretch",
        color=None,
        max_pixels=50_000_000,
        on_error="raise",
        memory=None,
        batch_size=64,
        n_jobs=None,
        verbose=False,
    ):
        self.size = size
        self.aspect = aspect
        self.color = color
        self.max_pixels = max_pixels
        self.on_error = on_error
        self.memory = memory
        self.batch_size = batch_size
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _validate_params(self):
        super()._validate_params()
        if self.size is not None:
            check_pair("size", self.size)

    def _read(self, cell):
        image = read_image(cell, max_pixels=self.max_pixels, size=self.size, aspect=self.aspect)
        return convert_color(image, self.color)

    def _read_batch(self, cells):
        images = resize_images(read_arrays(cells), self.size, self.aspect)
        return [convert_color(image, self.color) for image in images]

    def _extract(self, samples):
        return [_channels_first(image) for image in samples]


def _channels_first(image):
    return image[None] if image.ndim == 2 else image.transpose(2, 0, 1)
