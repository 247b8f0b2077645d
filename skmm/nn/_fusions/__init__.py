"""Fusion modules: from the embeddings of the modalities present to one of the same width."""

from skmm.nn._fusions.attention import AttentionModule
from skmm.nn._fusions.bottleneck import BottleneckModule
from skmm.nn._fusions.concat import ConcatModule
from skmm.nn._fusions.cross_attention import CrossAttentionModule
from skmm.nn._fusions.embrace import EmbraceModule
from skmm.nn._fusions.film import FilmModule
from skmm.nn._fusions.gated import GatedModule
from skmm.nn._fusions.low_rank import LowRankModule
from skmm.nn._fusions.sum import SumModule
from skmm.nn._fusions.tensor import TensorModule

FUSIONS = {
    "concat": ConcatModule,
    "sum": SumModule,
    "gated": GatedModule,
    "attention": AttentionModule,
    "tensor": TensorModule,
    "low_rank": LowRankModule,
    "film": FilmModule,
    "embrace": EmbraceModule,
    "cross_attention": CrossAttentionModule,
    "bottleneck": BottleneckModule,
}

__all__ = ["FUSIONS", *sorted(module.__name__ for module in FUSIONS.values())]
