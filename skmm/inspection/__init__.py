"""Understand data and fusions: what modalities tell, which matter, and for whom a model works."""

from skmm.inspection._decomposition.display import InformationDecompositionDisplay
from skmm.inspection._decomposition.information_decomposition import information_decomposition
from skmm.inspection._decomposition.result import InformationDecomposition
from skmm.inspection._importance.contributions import SampleContributions, sample_contributions
from skmm.inspection._importance.importance import ModalityImportance, modality_importance
from skmm.inspection._importance.importance_display import ModalityImportanceDisplay
from skmm.inspection._importance.interaction_display import ModalityInteractionDisplay
from skmm.inspection._importance.interactions import ModalityInteractions, modality_interactions
from skmm.inspection._pictures.latent_map import LatentMapDisplay
from skmm.inspection._pictures.sample_grid import SampleGridDisplay
from skmm.inspection._subgroups.subgroups import SubgroupReport, subgroup_report

__all__ = [
    "InformationDecomposition",
    "InformationDecompositionDisplay",
    "LatentMapDisplay",
    "ModalityImportance",
    "ModalityImportanceDisplay",
    "ModalityInteractionDisplay",
    "ModalityInteractions",
    "SampleContributions",
    "SampleGridDisplay",
    "SubgroupReport",
    "information_decomposition",
    "modality_importance",
    "modality_interactions",
    "sample_contributions",
    "subgroup_report",
]
