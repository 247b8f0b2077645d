"""Look at samples in a notebook, and write down on one page what a model is and where it fails."""

from skmm.reporting._preview import FramePreview, preview
from skmm.reporting._report import report

__all__ = ["FramePreview", "preview", "report"]
