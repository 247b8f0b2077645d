"""Recurrent cells as operators of ONNX, which know the lengths of sequences; torch exports none."""

import torch
from torch import nn

from skmm.nn._encoders.pooling import n_steps
from skmm.nn._encoders.recurrent import Recurrent

# Where torch and ONNX have the gates: input, forget, cell, output; reset, update, new.
_OPERATORS = {
    nn.LSTM: ("LSTM", [0, 3, 1, 2], {}),
    nn.GRU: ("GRU", [1, 0, 2], {"linear_before_reset": 1}),
}
_OPSET = 14


class OnnxRecurrent(nn.Module):
    """Stand in for :class:`Recurrent` while a net is exported; it computes nothing.

    Parameters
    ----------
    recurrent : Recurrent
    """

    def __init__(self, recurrent):
        super().__init__()
        cells = recurrent.cells
        self.width = recurrent.width
        self.n_backward = recurrent.n_backward
        self.n_hidden = cells.hidden_size
        self.n_layers = cells.num_layers
        self.endings = ("", "_reverse") if cells.bidirectional else ("",)
        self.operator, self.order, self.attributes = _OPERATORS[type(cells)]
        for layer in range(cells.num_layers):
            weights, states, biases = zip(
                *(self._weights_of(cells, f"l{layer}{ending}") for ending in self.endings),
                strict=True,
            )
            self.register_buffer(f"weight{layer}", torch.stack(weights))
            self.register_buffer(f"state{layer}", torch.stack(states))
            self.register_buffer(f"bias{layer}", torch.stack(biases))

    def forward(self, steps, valid):
        """Describe steps (B, T, d), of which `valid` (B, T) are there, as states (B, T, width)."""
        lengths = n_steps(valid).to(torch.int32)
        states = steps.transpose(0, 1)
        n_all, n_samples, _ = states.shape
        n_directions = len(self.endings)
        for layer in range(self.n_layers):
            parts = [getattr(self, f"{name}{layer}") for name in ("weight", "state", "bias")]
            states = torch.onnx.ops.symbolic(
                self.operator,
                [states, *parts, lengths],
                {
                    "hidden_size": self.n_hidden,
                    "direction": "bidirectional" if n_directions == 2 else "forward",
                    **self.attributes,
                },
                dtype=states.dtype,
                shape=(n_all, n_directions, n_samples, self.n_hidden),
                version=_OPSET,
            )
            states = states.transpose(1, 2).reshape(n_all, n_samples, n_directions * self.n_hidden)
        return states.transpose(0, 1)

    def _weights_of(self, cells, ending):
        """Weights of inputs, of states, and both biases, with the gates in the order of ONNX."""
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        parts = [getattr(cells, f"{name}_{ending}").detach() for name in names]
        parts = [
            torch.cat([part.chunk(len(self.order))[gate] for gate in self.order]) for part in parts
        ]
        return parts[0], parts[1], torch.cat(parts[2:])


def replace_recurrent(network):
    """Put a stand-in in the place of each :class:`Recurrent` of a network."""
    for name, module in list(network.named_modules()):
        if isinstance(module, Recurrent):
            network.set_submodule(name, OnnxRecurrent(module))
