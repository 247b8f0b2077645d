"""Fusions of features: blocks side by side, in common directions, as kernels, or multiplied."""
