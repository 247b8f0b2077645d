"""Histograms of oriented gradients."""

from itertools import groupby, product

import numpy as np

from skmm._extractor import Extractor
from skmm._validation import Integral, Interval, ModalityError, StrOptions
from skmm.image._reader import read_arrays, read_image
from skmm.image._size import ASPECTS, check_pair, resize_images


class HOGExtractor(Extractor):
    """Describe images by histograms of oriented gradients.

    The image is divided into cells, each cell counts the directions in which its brightness
    changes, and neighboring cells are normalized together as a block [1]_. The features keep the
    shapes in an image and forget its lighting.

    Parameters
    ----------
    orientations : int, default=9
        Number of directions between 0 and 180 degrees.
    pixels_per_cell : (int, int), default=(8, 8)
        Height and width of a cell in pixels.
    cells_per_block : (int, int), default=(2, 2)
        Height and width of a block in cells.
    block_norm : {"L1", "L1-sqrt", "L2", "L2-Hys"}, default="L2-Hys"
        How a block is normalized.
    transform_sqrt : bool, default=False
        Whether to take the square root of the pixels first, which evens out strong shadows.
    size : (int, int) or None, default=(64, 64)
        Height and width in pixels that images are resized to. With ``None`` they stay as they
        are, and must give equally many features.
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
    PixelExtractor : The pixels themselves, for networks.

    Notes
    -----
    A cell of X is the path of a PNG, JPEG, BMP, GIF, TIFF or WEBP file, or an array of shape
    ``(height, width)`` or ``(height, width, channels)`` with 1, 3 or 4 channels. Pixels of type
    uint8 and uint16 are divided by their full range; floats are taken as they are, and expected
    in [0, 1]. Of a color image each pixel counts by the channel that changes most. A null cell
    gives a row of NaN.

    Rows agree with :func:`skimage.feature.hog` to 1e-6, image by image, and come from a compiled
    kernel that is many times faster. (Of cells of thousands of pixels scikit-image adds up rounding
    errors beyond that; and where two channels of a color pixel change equally, rounding chooses one,
    so that pixels of another dtype can give other values.) It is compiled at the first use after an
    installation. Images of one size in one array or tensor column are read at once, which is fastest.
    Large photos are shrunk while they are decoded, as in :class:`PixelExtractor`.

    References
    ----------
    .. [1] N. Dalal and B. Triggs, "Histograms of oriented gradients for human detection",
       CVPR, 2005.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm.image import HOGExtractor
    >>> images = np.random.default_rng(0).integers(0, 256, (3, 48, 32), dtype="uint8")
    >>> hog = HOGExtractor(size=(32, 32), pixels_per_cell=(16, 16))
    >>> hog.fit_transform(images).shape
    (3, 36)
    >>> hog.get_feature_names_out()[:2]
    array(['block(0,0)_cell(0,0)_0deg', 'block(0,0)_cell(0,0)_20deg'],
          dtype=object)
    """

    _modality = "image"
    _feature_version = 2

    _parameter_constraints = {
        **Extractor._file_constraints,
        "orientations": [Interval(Integral, 1, None, closed="left")],
        "pixels_per_cell": ["array-like"],
        "cells_per_block": ["array-like"],
        "block_norm": [StrOptions({"L1", "L1-sqrt", "L2", "L2-Hys"})],
        "transform_sqrt": ["boolean"],
        "size": ["array-like", None],
        "aspect": [StrOptions(ASPECTS)],
        "max_pixels": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        orientations=9,
        *,
        pixels_per_cell=(8, 8),
        cells_per_block=(2, 2),
        block_norm="L2-Hys",
        transform_sqrt=False,
        size=(64, 64),
        aspect="stretch",
        max_pixels=50_000_000,
        on_error="raise",
        memory=None,
        batch_size=64,
        n_jobs=None,
        verbose=False,
    ):
        self.orientations = orientations
        self.pixels_per_cell = pixels_per_cell
        self.cells_per_block = cells_per_block
        self.block_norm = block_norm
        self.transform_sqrt = transform_sqrt
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
        check_pair("pixels_per_cell", self.pixels_per_cell)
        check_pair("cells_per_block", self.cells_per_block)
        if self.size is not None:
            check_pair("size", self.size)

    def _read(self, cell):
        image = read_image(cell, max_pixels=self.max_pixels, size=self.size, aspect=self.aspect)
        return self._check_images(image[np.newaxis])[0]

    def _read_batch(self, cells):
        # The kernel scales bytes itself, where nothing else is to be done to them.
        is_sized = self.size is None or tuple(self.size) == cells.shape[1:3]
        images = read_arrays(cells, keep_bytes=is_sized and not self.transform_sqrt)
        return self._check_images(resize_images(images, self.size, self.aspect))

    def _check_images(self, images):
        self._check_block_fits(*images.shape[1:3])
        if self.transform_sqrt and images.min() < 0:
            raise ModalityError(
                f"the smallest pixel is {images.min():g}, which has no square root. "
                "Expected pixels in [0, 1]; rescale them, or set transform_sqrt=False."
            )
        return images

    def _check_block_fits(self, height, width):
        sides = zip(self.pixels_per_cell, self.cells_per_block, strict=True)
        least = [pixels * cells for pixels, cells in sides]
        if height < least[0] or width < least[1]:
            raise ModalityError(
                f"the image is {height} x {width} pixels, smaller than one block. Expected at "
                f"least {least[0]} x {least[1]} (pixels_per_cell times cells_per_block); "
                "set size to enlarge images, or choose smaller cells."
            )

    def _extract(self, samples):
        if isinstance(samples, np.ndarray):
            return self._describe(samples)
        runs = [self._describe(np.stack(list(run))) for _, run in groupby(samples, key=np.shape)]
        return runs[0] if len(runs) == 1 else [row for run in runs for row in run]

    def _describe(self, images):
        """Describe images of one shape."""
        from skmm.image._hog_kernel import describe

        return describe(
            np.sqrt(images) if self.transform_sqrt else images,
            self.orientations,
            self.pixels_per_cell,
            self.cells_per_block,
            self.block_norm,
        )

    def _feature_names(self):
        if self.size is None:  # images of several shapes may give equally many features
            return super()._feature_names()
        cells = np.floor_divide(self.size, self.pixels_per_cell)
        blocks = cells - self.cells_per_block + 1
        degrees = [
            f"{180 * direction / self.orientations:g}deg" for direction in range(self.orientations)
        ]
        return [
            f"block({block_row},{block_column})_cell({row},{column})_{angle}"
            for block_row, block_column, row, column, angle in product(
                *map(range, (*blocks, *self.cells_per_block)), degrees
            )
        ]
