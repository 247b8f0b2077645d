"""The options that encoders of sequences and of tokens share."""

import pytest
import torch
from torch.testing import assert_close

from skmm.nn import SequenceEncoder, TokenEncoder
from skmm.nn._encoders.steps import BODIES


@pytest.mark.parametrize("encoder", [SequenceEncoder, TokenEncoder])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"body": "rnn"}, "body='rnn'; expected one of"),
        ({"pool": "median"}, "pool='median'; expected one of"),
        ({"n_layers": 0}, "n_layers=0; expected an integer"),
        ({"n_heads": 0}, "n_heads=0; expected an integer"),
        ({"bidirectional": 1}, "bidirectional=1; expected True or False"),
        ({"dropout": 1.5}, "between 0 and 1"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_values_that_are_none_are_refused(encoder, options, message):
    with pytest.raises(ValueError, match=message):
        encoder(4, 8, **options)


@pytest.mark.parametrize(("body", "n_layers"), BODIES.items())
def test_the_default_number_of_layers_is_that_of_the_body(body, n_layers):
    torch.manual_seed(0)
    default = SequenceEncoder(3, 4, body=body).state_dict()
    torch.manual_seed(0)
    said = SequenceEncoder(3, 4, body=body, n_layers=n_layers).state_dict()
    assert default.keys() == said.keys()
    assert SequenceEncoder(3, 4, body=body, n_layers=n_layers + 1).state_dict().keys() > said.keys()


def test_the_last_state_of_an_lstm_is_the_one_it_returns():
    encoder = SequenceEncoder(3, 4, pool="last").double().eval()
    x = torch.randn(2, 6, 3, dtype=torch.float64)
    _, (hidden, _) = encoder.steps.body.cells(x)
    expected = encoder.steps.linear(torch.cat([hidden[0], hidden[1]], dim=1))
    assert_close(encoder(x), expected)
