"""Compare fusion strategies fairly, choose one, and see what becomes of it when data get worse."""

from skmm.model_selection._bayesian_ttest import bayesian_ttest
from skmm.model_selection._compare_fusions import compare_fusions
from skmm.model_selection._comparison import FusionComparison
from skmm.model_selection._comparison_display import FusionComparisonDisplay
from skmm.model_selection._corrected_ttest import corrected_ttest
from skmm.model_selection._fusion_search import FusionSearchCV
from skmm.model_selection._missing_curve import missing_modality_curve
from skmm.model_selection._noise_curve import noise_curve
from skmm.model_selection._robustness import effective_robustness, relative_robustness
from skmm.model_selection._robustness_curve import RobustnessCurve
from skmm.model_selection._robustness_display import RobustnessCurveDisplay

__all__ = [
    "FusionComparison",
    "FusionComparisonDisplay",
    "FusionSearchCV",
    "RobustnessCurve",
    "RobustnessCurveDisplay",
    "bayesian_ttest",
    "compare_fusions",
    "corrected_ttest",
    "effective_robustness",
    "missing_modality_curve",
    "noise_curve",
    "relative_robustness",
]
