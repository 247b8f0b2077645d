"""Every encoder with every body, and a batch for it."""

import pytest
import torch

from skmm.nn import ImageEncoder, SequenceEncoder, TokenEncoder, VectorEncoder

P = 4
VECTORS = torch.linspace(-2, 3, 15).reshape(5, 3)
IMAGES = torch.linspace(-2, 3, 490).sin().reshape(5, 2, 7, 7)
SEQUENCES = torch.linspace(-2, 3, 75).sin().reshape(5, 5, 3)
IDS = 1 + torch.arange(25).reshape(5, 5) * 3 % 8
STEPS = {
    "lstm": {},
    "gru": {"body": "gru"},
    "tcn": {"body": "tcn"},
    "transformer": {"body": "transformer", "n_heads": 2},
    "two_layers": {"body": "gru", "n_layers": 2},
    "last": {"pool": "last"},
    "max": {"pool": "max"},
    "forward_lstm": {"bidirectional": False, "pool": "last"},
    "forward_tcn": {"body": "tcn", "bidirectional": False, "pool": "last"},
    "forward_transformer": {
        "body": "transformer",
        "bidirectional": False,
        "pool": "last",
        "n_heads": 1,
    },
}
SEQUENCE_CASES = {f"sequence-{k}": (SequenceEncoder, 3, v, SEQUENCES) for k, v in STEPS.items()}
TOKEN_CASES = {f"tokens-{k}": (TokenEncoder, 9, v, IDS) for k, v in STEPS.items()}
CASES = {
    "vector": (VectorEncoder, 3, {}, VECTORS),
    "vector-deep": (VectorEncoder, 3, {"hidden_dims": (6, 5)}, VECTORS),
    "image-cnn": (ImageEncoder, 2, {}, IMAGES),
    "image-resnet": (ImageEncoder, 2, {"body": "resnet"}, IMAGES),
    **SEQUENCE_CASES,
    **TOKEN_CASES,
    "tokens-given": (TokenEncoder, 9, {"vectors": torch.ones(9, 3).numpy()}, IDS),
}


@pytest.fixture(autouse=True)
def _seeded(seeded_torch):
    pass


class Case:
    """An encoder to make, and a batch of five samples in float64."""

    def __init__(self, name):
        self.encoder, self.size, self.options, x = CASES[name]
        self.x = x.double() if x.is_floating_point() else x

    def make(self, width=P, **options):
        return self.encoder(self.size, width, **(self.options | options)).double()


@pytest.fixture(params=CASES)
def case(request):
    return Case(request.param)


@pytest.fixture(params=[name for name in CASES if not name.startswith("vector")])
def token_case(request):
    return Case(request.param)


@pytest.fixture(params=[*SEQUENCE_CASES, *TOKEN_CASES])
def padded_case(request):
    return Case(request.param)
