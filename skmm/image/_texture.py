"""Histograms of local binary patterns."""

import numpy as np

from skmm._extractor import Extractor
from skmm._validation import Integral, Interval, Real, StrOptions
from skmm.image._color import convert_color
from skmm.image._reader import read_image
from skmm.image._size import ASPECTS, check_pair

GRAYS = 255  # steps of brightness that patterns are told apart by


class TextureExtractor(Extractor):
    """Describe images by how often uniform local binary patterns occur in them.

    Each pixel is compared with points on a circle around it; those that are at least as bright make
    a pattern of ones and zeros. Patterns with at most two changes between ones and zeros around the
    circle, such as edges, corners and spots, are counted by their number of ones, the others
    together [1]_. Neither rotation nor lighting changes the counts much.

    Parameters
    ----------
    n_points : int, default=8
        Number of points on the circle.
    radius : float, default=1
        Radius of the circle in pixels. Between pixels, brightness is interpolated.
    size : (int, int) or None, default=None
        Height and width in pixels that images are resized to first. With ``None`` they stay as
        they are, and may be of different sizes; structure is then measured at each image's scale.
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
        Shape of one row, ``(n_points + 2,)``.
    n_features_out_ : int
        Number of columns of the block.
    failures_ : list of ModalityError
        The images that the last ``transform``, or what ``fit`` reads, could not use, and why; with
        ``on_error="missing"`` only.

    See Also
    --------
    HOGExtractor : Features of shapes, which keep where they are in the image.
    ColorHistogramExtractor : Features of colors.

    Notes
    -----
    A cell of X is an image as in :class:`PixelExtractor`. Colors are turned into gray by
    :func:`skimage.color.rgb2gray`, and brightness is rounded to multiples of 1/255: rounding errors
    would otherwise make patterns of flat regions. A null cell gives a row of NaN.

    A row is the histogram of :func:`skimage.feature.local_binary_pattern` with
    ``method="uniform"`` over all pixels, divided by their number. What lies outside of the image
    counts as black.

    References
    ----------
    .. [1] T. Ojala, M. Pietikainen and T. Maenpaa, "Multiresolution gray-scale and rotation
       invariant texture classification with local binary patterns", IEEE Transactions on Pattern
       Analysis and Machine Intelligence 24(7), 2002.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm.image import TextureExtractor
    >>> images = np.random.default_rng(0).integers(0, 256, (3, 32, 32), dtype="uint8")
    >>> texture = TextureExtractor(4)
    >>> texture.fit_transform(images).shape
    (3, 6)
    >>> list(texture.get_feature_names_out())
    ['ones0', 'ones1', 'ones2', 'ones3', 'ones4', 'other']
    """

    _modality = "image"
    _feature_version = 2

    _parameter_constraints = {
        **Extractor._file_constraints,
        "n_points": [Interval(Integral, 1, None, closed="left")],
        "radius": [Interval(Real, 0, None, closed="neither")],
        "size": ["array-like", None],
        "aspect": [StrOptions(ASPECTS)],
        "max_pixels": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        n_points=8,
        radius=1,
        *,
        size=None,
        aspect="stretch",
        max_pixels=50_000_000,
        on_error="raise",
        memory=None,
        batch_size=64,
        n_jobs=None,
        verbose=False,
    ):
        self.n_points = n_points
        self.radius = radius
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
        image = read_image(cell, max_pixels=self.max_pixels, size=self.size, aspect=self.aspect)
        return convert_color(image, "gray")

    def _extract(self, samples):
        return [self._describe(image) for image in samples]

    def _describe(self, image):
        from skimage.feature import local_binary_pattern

        steps = np.rint(image * np.float32(GRAYS)).astype(np.int64)
        patterns = local_binary_pattern(steps, self.n_points, self.radius, method="uniform")
        counts = np.bincount(patterns.astype(np.intp).ravel(), minlength=self.n_points + 2)
        return counts / image.size

    def _feature_names(self):
        return [*(f"ones{count}" for count in range(self.n_points + 1)), "other"]
