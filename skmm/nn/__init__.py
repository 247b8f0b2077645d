"""Deep fusion: encoders, fusion modules, the network of both, and estimators that train it."""

from skmm.nn._classifier import DeepFusionClassifier
from skmm.nn._encoders import ImageEncoder, SequenceEncoder, TokenEncoder, VectorEncoder
from skmm.nn._fusion_modules import ConcatModule, GatedModule
from skmm.nn._network import FusionNetwork
from skmm.nn._regressor import DeepFusionRegressor

__all__ = [
    "ConcatModule",
    "DeepFusionClassifier",
    "DeepFusionRegressor",
    "FusionNetwork",
    "GatedModule",
    "ImageEncoder",
    "SequenceEncoder",
    "TokenEncoder",
    "VectorEncoder",
]
