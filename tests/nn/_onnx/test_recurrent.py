from itertools import product

import numpy as np
import onnxruntime
import torch
from torch import nn

from skmm.nn._encoders.recurrent import Recurrent
from skmm.nn._onnx.export import _quiet
from skmm.nn._onnx.recurrent import OnnxRecurrent, replace_recurrent


class All(nn.Module):
    def __init__(self, bodies):
        super().__init__()
        self.bodies = nn.ModuleList(bodies)

    def forward(self, steps, valid):
        return tuple(body(steps, valid) for body in self.bodies)


def test_cells_of_all_kinds_read_sequences_of_several_lengths_as_torch_does():
    torch.manual_seed(0)
    options = product(("lstm", "gru"), (1, 2), (False, True))
    bodies = [
        Recurrent(3, 5, cell=cell, n_layers=n_layers, bidirectional=both, dropout=0.0).eval()
        for cell, n_layers, both in options
    ]
    steps, lengths = torch.randn(4, 6, 3), torch.tensor([6, 1, 4, 0])
    valid = torch.arange(6) < lengths[:, None]
    batch = {0: torch.export.Dim("batch")}
    with _quiet():
        program = torch.onnx.export(
            All(map(OnnxRecurrent, bodies)).eval(),
            (steps[:3], valid[:3]),
            input_names=["steps", "valid"],
            dynamic_shapes=(batch, batch),
            dynamo=True,
            verbose=False,
        )
    session = onnxruntime.InferenceSession(program.model_proto.SerializeToString())
    results = session.run(None, {"steps": steps.numpy(), "valid": valid.numpy()})
    with torch.no_grad():
        expected = All(bodies)(steps, valid)
    assert len(results) == len(bodies)
    for result, states in zip(results, expected, strict=True):
        np.testing.assert_allclose(result, states, atol=1e-6)


def test_every_recurrent_body_is_replaced_and_nothing_else():
    body = Recurrent(3, 5, cell="gru", n_layers=1, bidirectional=True, dropout=0.0)
    network = nn.Sequential(nn.Linear(2, 3), nn.Sequential(body), nn.LSTM(2, 2))
    replace_recurrent(network)
    kinds = [type(module) for module in network.modules()]
    assert OnnxRecurrent in kinds
    assert Recurrent not in kinds
    assert nn.LSTM in kinds
    assert (network[1][0].width, network[1][0].n_backward) == (body.width, body.n_backward)
