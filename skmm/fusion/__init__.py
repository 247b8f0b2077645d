"""Fuse modalities: early, by putting blocks of features together; late, by combining decisions."""

from skmm.fusion._canonical import CanonicalFusion
from skmm.fusion._concat import ConcatFusion
from skmm.fusion._kernel import KernelFusion
from skmm.fusion._late_classifier import LateFusionClassifier
from skmm.fusion._late_regressor import LateFusionRegressor
from skmm.fusion._multimodal import MultimodalFusion
from skmm.fusion._sketch import SketchFusion
from skmm.fusion._tensor_product import TensorFusion

__all__ = [
    "CanonicalFusion",
    "ConcatFusion",
    "KernelFusion",
    "LateFusionClassifier",
    "LateFusionRegressor",
    "MultimodalFusion",
    "SketchFusion",
    "TensorFusion",
]
