"""Fuse modalities: early, by putting blocks of features together; late, by combining decisions."""

from skmm.fusion._early.canonical import CanonicalFusion
from skmm.fusion._early.concat import ConcatFusion
from skmm.fusion._early.kernel import KernelFusion
from skmm.fusion._early.multimodal import MultimodalFusion
from skmm.fusion._early.sketch import SketchFusion
from skmm.fusion._early.tensor_product import TensorFusion
from skmm.fusion._late.classifier import LateFusionClassifier
from skmm.fusion._late.regressor import LateFusionRegressor

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
