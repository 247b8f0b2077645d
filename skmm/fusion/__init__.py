"""Fuse modalities: early, by putting blocks of features together; late, by combining decisions."""

from skmm.fusion._concat import ConcatFusion
from skmm.fusion._late_classifier import LateFusionClassifier
from skmm.fusion._late_regressor import LateFusionRegressor
from skmm.fusion._multimodal import MultimodalFusion

__all__ = ["ConcatFusion", "LateFusionClassifier", "LateFusionRegressor", "MultimodalFusion"]
