"""Data sets for examples and tests, made on the spot: nothing is downloaded."""

from skmm.datasets._captioned_shapes import make_captioned_shapes
from skmm.datasets._driving import make_driving
from skmm.datasets._keypad_digits import make_keypad_digits
from skmm.datasets._multimodal import make_multimodal_classification, make_multimodal_regression
from skmm.datasets._pose import make_pose
from skmm.datasets._sentiment import make_sentiment

__all__ = [
    "make_captioned_shapes",
    "make_driving",
    "make_keypad_digits",
    "make_multimodal_classification",
    "make_multimodal_regression",
    "make_pose",
    "make_sentiment",
]
