"""Extractors from a column of images to a block of features."""

from skmm.image._hog import HOGExtractor
from skmm.image._pixels import PixelExtractor

__all__ = ["HOGExtractor", "PixelExtractor"]
