"""Find samples of one modality by those of another, and measure how well that goes."""

from skmm.retrieval._metrics import (
    mean_average_precision,
    mean_reciprocal_rank,
    median_rank,
    recall_at_k,
)
from skmm.retrieval._retriever import CrossModalRetriever
from skmm.retrieval._scorer import retrieval_scorer

__all__ = [
    "CrossModalRetriever",
    "mean_average_precision",
    "mean_reciprocal_rank",
    "median_rank",
    "recall_at_k",
    "retrieval_scorer",
]
