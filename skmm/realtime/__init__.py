"""Predict one sample at a time, soon."""

from skmm.realtime._predictor import CompiledPredictor, compile_predictor

__all__ = ["CompiledPredictor", "compile_predictor"]
