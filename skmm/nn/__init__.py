"""Deep fusion: encoders, fusion modules, the network of both, and estimators that train it."""

from skmm.nn._balancing.blending import GradientBlending
from skmm.nn._balancing.modulation import GradientModulation
from skmm.nn._classifier import DeepFusionClassifier
from skmm.nn._encoders import ImageEncoder, SequenceEncoder, TokenEncoder, VectorEncoder
from skmm.nn._fusions import (
    AttentionModule,
    BottleneckModule,
    ConcatModule,
    CrossAttentionModule,
    EmbraceModule,
    FilmModule,
    GatedModule,
    LowRankModule,
    SumModule,
    TensorModule,
)
from skmm.nn._multitask import MultitaskFusion
from skmm.nn._network import FusionNetwork
from skmm.nn._onnx import export_onnx
from skmm.nn._regressor import DeepFusionRegressor
from skmm.nn._training.callbacks import TensorBoardLog

__all__ = [
    "AttentionModule",
    "BottleneckModule",
    "ConcatModule",
    "CrossAttentionModule",
    "DeepFusionClassifier",
    "DeepFusionRegressor",
    "EmbraceModule",
    "FilmModule",
    "FusionNetwork",
    "GatedModule",
    "GradientBlending",
    "GradientModulation",
    "ImageEncoder",
    "LowRankModule",
    "MultitaskFusion",
    "SequenceEncoder",
    "SumModule",
    "TensorBoardLog",
    "TensorModule",
    "TokenEncoder",
    "VectorEncoder",
    "export_onnx",
]
