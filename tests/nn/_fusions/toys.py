"""Small fusion modules, what they fuse, and which of it is there."""

import torch

from skmm.nn import (
    AttentionModule,
    BottleneckModule,
    ConcatModule,
    CrossAttentionModule,
    EmbraceModule,
    FilmModule,
    GatedModule,
    LowRankModule,
    SumModule,
    TensorModule,
)

P = 6
MODULES = {
    "concat": lambda m: ConcatModule(m, P, hidden_dim=7, dropout=0.0),
    "sum": lambda m: SumModule(m, P),
    "gated": lambda m: GatedModule(m, P),
    "attention": lambda m: AttentionModule(m, P, hidden_dim=4),
    "tensor": lambda m: TensorModule(m, P, factor_dim=3),
    "low_rank": lambda m: LowRankModule(m, P, rank=2),
    "film": lambda m: FilmModule(m, P),
    "embrace": lambda m: EmbraceModule(m, P, hidden_dim=20),
    "cross_attention": lambda m: CrossAttentionModule(m, P, n_heads=2, attention_dropout=0.0),
    "bottleneck": lambda m: BottleneckModule(
        m, P, n_heads=2, n_bottlenecks=3, attention_dropout=0.0
    ),
}
WEIGHING = [name for name, make in MODULES.items() if hasattr(make(2), "weights")]
READING = [name for name, make in MODULES.items() if hasattr(make(2), "reads_tokens")]

PRESENT = torch.tensor([[1, 1, 1], [0, 1, 1], [1, 0, 1], [1, 1, 0], [0, 0, 1], [1, 0, 0]]).bool()


def embeddings(n_modalities=3, n_samples=6):
    return [torch.randn(n_samples, P, dtype=torch.float64) for _ in range(n_modalities)]


def streams(n_modalities=3, n_samples=6):
    """Tokens, 2 for the first modality, 3 for the second and so on, and which are no padding."""
    tokens = [
        torch.randn(n_samples, 2 + m, P, dtype=torch.float64, requires_grad=True)
        for m in range(n_modalities)
    ]
    length = [torch.arange(n_samples) % (2 + m) + 1 for m in range(n_modalities)]
    valid = [torch.arange(2 + m) < length[m].unsqueeze(1) for m in range(n_modalities)]
    return tokens, valid


def inputs_of(module, n_modalities=3, n_samples=6):
    """What a module fuses: (values, further arguments)."""
    if not getattr(module, "reads_tokens", False):
        return embeddings(n_modalities, n_samples), ()
    tokens, valid = streams(n_modalities, n_samples)
    return [stream.detach() for stream in tokens], (valid,)
