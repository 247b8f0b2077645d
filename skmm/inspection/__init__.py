"""Understand data and fusions: what modalities tell, which matter, and for whom a model works."""

from skmm.inspection._contributions import SampleContributions, sample_contributions
from skmm.inspection._decomposition import InformationDecomposition
from skmm.inspection._decomposition_display import InformationDecompositionDisplay
from skmm.inspection._importance import ModalityImportance, modality_importance
from skmm.inspection._importance_display import ModalityImportanceDisplay
from skmm.inspection._information_decomposition import information_decomposition
from skmm.inspection._interaction_display import ModalityInteractionDisplay
from skmm.inspection._interactions import ModalityInteractions, modality_interactions
from skmm.inspection._latent_map import LatentMapDisplay
from skmm.inspection._sample_grid import SampleGridDisplay
from skmm.inspection._subgroups import SubgroupReport, subgroup_report

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
