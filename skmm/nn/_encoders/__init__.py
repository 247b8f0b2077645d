"""Encoders: from the samples of one modality to an embedding of fixed width."""

from skmm.nn._encoders.image import ImageEncoder
from skmm.nn._encoders.sequence import SequenceEncoder
from skmm.nn._encoders.tokens import TokenEncoder
from skmm.nn._encoders.vector import VectorEncoder

__all__ = ["ImageEncoder", "SequenceEncoder", "TokenEncoder", "VectorEncoder"]
