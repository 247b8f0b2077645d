"""Extractors from a column of images to a block of features."""

from skmm.image._cnn import CNNExtractor
from skmm.image._color_histogram import ColorHistogramExtractor
from skmm.image._hog import HOGExtractor
from skmm.image._pixels import PixelExtractor
from skmm.image._texture import TextureExtractor

__all__ = [
    "CNNExtractor",
    "ColorHistogramExtractor",
    "HOGExtractor",
    "PixelExtractor",
    "TextureExtractor",
]
