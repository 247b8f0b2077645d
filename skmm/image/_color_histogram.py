"""Histograms of colors."""

from itertools import chain, product

import numpy as np

from skmm._extractor import Extractor
from skmm._validation import Integral, Interval, ModalityError, StrOptions
from skmm.image._color import convert_color
from skmm.image._reader import read_image
from skmm.image._size import ASPECTS, check_pair

# Names of the channels with their least and greatest values. Those of Lab enclose what sRGB can show,
# and do not put an edge of the usual numbers of bins at zero, which is where all grays are.
CHANNELS = {
    "rgb": {"r": (0, 1), "g": (0, 1), "b": (0, 1)},
    "hsv": {"h": (0, 1), "s": (0, 1), "v": (0, 1)},
    "lab": {"L": (0, 100), "a": (-87, 99), "b": (-108, 95)},
}


class ColorHistogramExtractor(Extractor):
    """Describe images by how often colors occur in them.

    Colors tell many scenes and objects apart, wherever in the image they are, and however the
    object is turned [1]_.

    Parameters
    ----------
    n_bins : int, default=8
        Number of equal parts that the range of each channel is divided into.
    space : {"rgb", "hsv", "lab"}, default="rgb"
        Channels that are counted: red, green and blue; hue, saturation and value; or CIE Lab,
        in which equal distances look about equal.
    joint : bool, default=False
        Whether to count combinations of the three channels, ``n_bins ** 3`` of them, and not each
        channel by itself, ``3 * n_bins``.
    size : (int, int) or None, default=None
        Height and width in pixels that images are resized to first. With ``None`` they stay as
        they are, and may be of different sizes.
    aspect : {"stretch", "crop", "pad"}, default="stretch"
        What becomes of images of other proportions than `size`: they are stretched to it; or made so
        large that they cover it, and the middle is cut out; or made so small that they fit into it,
        and their outermost pixels are repeated around them.
    max_pixels : int, default=50_000_000
        Largest accepted width times height of a file, checked before it is decoded.
    on_error : {"raise", "missing"}, default="raise"
        What to do with an image that cannot be used, such as a damaged file: raise an error; or warn,
        list it in ``failures_``, and go on as if it were missing. Features of another shape than
        those of other samples are an error all the same.
    memory : str, path-like or FeatureCache, default=None
        Where to keep rows, so that an image is read once over all folds, candidates and runs.
    batch_size : int, default=64
        Number of images read and described at a time. Results do not depend on it.
    n_jobs : int, default=None
        Number of worker processes. Results do not depend on it.
    verbose : bool, default=False
        Whether to show a progress bar.

    Attributes
    ----------
    block_shape_ : tuple of int
        Shape of one row, ``(n_features_out_,)``.
    n_features_out_ : int
        Number of columns of the block.
    failures_ : list of ModalityError
        The images that the last ``transform``, or what ``fit`` reads, could not use, and why; with
        ``on_error="missing"`` only.

    See Also
    --------
    HOGExtractor : Features of shapes, which forget colors.
    TextureExtractor : Features of fine structure.

    Notes
    -----
    A cell of X is an image as in :class:`PixelExtractor`, with pixels in [0, 1] after integers have
    been divided by their full range. Gray images count as images whose three channels are equal. A
    null cell gives a row of NaN.

    Each histogram sums to one, so images of different sizes compare: a row of a joint histogram sums
    to 1, a row of three marginal ones to 3. Colors are converted by :mod:`skimage.color`, and the
    ranges of Lab are L in [0, 100], a in [-87, 99] and b in [-108, 95], which hold all of sRGB.

    References
    ----------
    .. [1] M. J. Swain and D. H. Ballard, "Color indexing", International Journal of Computer
       Vision 7(1), 1991.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm.image import ColorHistogramExtractor
    >>> red = np.zeros((10, 10, 3), dtype="uint8")
    >>> red[..., 0] = 255
    >>> histogram = ColorHistogramExtractor(2)
    >>> histogram.fit_transform([red])
    array([[0., 1., 1., 0., 1., 0.]], dtype=float32)
    >>> list(histogram.get_feature_names_out())
    ['r0', 'r1', 'g0', 'g1', 'b0', 'b1']
    """

    _modality = "image"
    _feature_version = 2

    _parameter_constraints = {
        **Extractor._file_constraints,
        "n_bins": [Interval(Integral, 1, None, closed="left")],
        "space": [StrOptions(set(CHANNELS))],
        "joint": ["boolean"],
        "size": ["array-like", None],
        "aspect": [StrOptions(ASPECTS)],
        "max_pixels": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        n_bins=8,
        *,
        space="rgb",
        joint=False,
        size=None,
        aspect="stretch",
        max_pixels=50_000_000,
        on_error="raise",
        memory=None,
        batch_size=64,
        n_jobs=None,
        verbose=False,
    ):
        self.n_bins = n_bins
        self.space = space
        self.joint = joint
        self.size = size
        self.aspect = aspect
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
        return read_image(
            cell,
            max_pixels=self.max_pixels,
            size=self.size,
            aspect=self.aspect,
            check=_check_range,
        )

    def _extract(self, samples):
        return [self._describe(image) for image in samples]

    def _describe(self, image):
        bins = self._bins(image)
        if self.joint:
            bins = [np.ravel_multi_index(bins, (self.n_bins,) * 3)]
        n_codes = self.n_bins**3 if self.joint else self.n_bins
        counts = [np.bincount(codes, minlength=n_codes) for codes in bins]
        return np.concatenate(counts) / bins[0].size

    def _bins(self, image):
        """Return the bin of each pixel in each of the three channels."""
        channels = convert_color(image, self.space).astype(np.float64).reshape(-1, 3).T
        bins = []
        for values, (least, greatest) in zip(channels, CHANNELS[self.space].values(), strict=True):
            position = (values - least) * (self.n_bins / (greatest - least))
            # The last bin holds its upper end, as in numpy; and conversion may round beyond an end.
            bins.append(np.clip(position.astype(np.intp), 0, self.n_bins - 1))
        return bins

    def _feature_names(self):
        names = [[f"{name}{k}" for k in range(self.n_bins)] for name in CHANNELS[self.space]]
        if self.joint:
            return ["_".join(bins) for bins in product(*names)]
        return list(chain(*names))


def _check_range(image):
    if image.min() < 0 or image.max() > 1:
        raise ModalityError(
            f"the pixels range from {image.min():g} to {image.max():g}, and colors are known "
            "for [0, 1] only. Rescale them, or convert them by image.astype('uint8')."
        )
