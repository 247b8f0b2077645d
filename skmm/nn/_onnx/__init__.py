"""Deep fusions as files that run without Python."""

from skmm.nn._onnx.export import export_onnx

__all__ = ["export_onnx"]
