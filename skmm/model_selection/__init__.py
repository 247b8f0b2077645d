"""Compare fusion strategies fairly, choose one, and see what becomes of it when data get worse."""

from skmm.model_selection._comparison.compare_fusions import compare_fusions
from skmm.model_selection._comparison.display import FusionComparisonDisplay
from skmm.model_selection._comparison.result import FusionComparison
from skmm.model_selection._robustness.curve import RobustnessCurve
from skmm.model_selection._robustness.display import RobustnessCurveDisplay
from skmm.model_selection._robustness.missing_curve import missing_modality_curve
from skmm.model_selection._robustness.noise_curve import noise_curve
from skmm.model_selection._robustness.summaries import effective_robustness, relative_robustness
from skmm.model_selection._search.fusion_search import FusionSearchCV
from skmm.model_selection._statistics.bayesian_ttest import bayesian_ttest
from skmm.model_selection._statistics.corrected_ttest import corrected_ttest

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
