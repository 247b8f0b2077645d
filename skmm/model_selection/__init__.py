"""Compare fusion strategies fairly: shared folds, the best single modality, a corrected test."""

from skmm.model_selection._compare_fusions import compare_fusions
from skmm.model_selection._comparison import FusionComparison
from skmm.model_selection._corrected_ttest import corrected_ttest

__all__ = ["FusionComparison", "compare_fusions", "corrected_ttest"]
