"""Write down what a model is, what it was shown, and where it fails, on one page."""

from skmm.reporting._report import report

__all__ = ["report"]
