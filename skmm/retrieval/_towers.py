"""Embed samples by a network that is trained on pairs."""

import hashlib

import numpy as np
import torch
from skorch.helper import predefined_split

from skmm._device import resolve_device
from skmm._threads import one_thread
from skmm._validation import draw_seed
from skmm.nn._arguments import net_arguments
from skmm.nn._encoders.build import takes_pixels, without_loading
from skmm.nn._inputs.blocks import read_block
from skmm.nn._inputs.choices import (
    as_chosen,
    choose_encoders,
    describe_encoders,
    describe_modalities,
)
from skmm.nn._inputs.kinds import as_kind
from skmm.nn._inputs.standardize import set_statistics
from skmm.nn._training.batches import BlockDataset
from skmm.nn._training.hold_out import hold_out
from skmm.nn._training.state import (
    check_versions,
    current_versions,
    epochs_of,
    rebuild_net,
    weights_of,
)
from skmm.nn._training.training import make_net, seed_scope, train
from skmm.retrieval._network import PairLoss, RetrievalNetwork

_CLASSES = {"module": RetrievalNetwork, "criterion": PairLoss}
# What is learned beside the network has no reason to be small.
_WITHOUT_DECAY = [(name, {"weight_decay": 0.0}) for name in ("log_scale", "offset")]


class Towers:
    """Encoders into one space.

    Parameters
    ----------
    settings : SimpleNamespace
        Parameters of the retriever.
    """

    def __init__(self, settings):
        self.settings = settings

    def fit(self, blocks, rows):
        """Train on some rows.

        Parameters
        ----------
        blocks : dict of str to Block
        rows : ndarray of int
            Positions of those with at least two modalities.

        Returns
        -------
        self : Towers
        """
        settings = self.settings
        shapes = {name: block.tensor.shape[1:] for name, block in blocks.items()}
        choices = choose_encoders(blocks, settings.encoders)
        blocks = as_chosen(blocks, choices)
        network = _describe_network(settings, blocks, choices, rows)
        loss = {
            "method": settings.method,
            "margin": settings.margin,
            "hard_negatives": settings.hard_negatives,
        }
        seed = draw_seed(settings.random_state)
        training, validation = rows, None
        if settings.early_stopping:
            nothing = np.zeros(len(rows), dtype=int)
            # One pair has no other one to be told from.
            fraction = max(settings.validation_fraction, 2 / len(rows))
            kept, held_out = hold_out(nothing, fraction, seed)
            training, validation = rows[kept], rows[held_out]
        contents = np.column_stack([number_contents(block) for block in blocks.values()])
        target = ((torch.from_numpy(contents),),)
        options = net_arguments(
            settings, seed, choices, [], len(training), None, stops_early=validation is not None
        )
        groups = options.get("optimizer__param_groups", [])
        options["optimizer__param_groups"] = [*groups, *_WITHOUT_DECAY]
        device = resolve_device(settings.device)
        dataset = BlockDataset(blocks, target).to(device)
        if validation is not None:
            options["train_split"] = predefined_split(dataset.at(validation))
        with seed_scope(seed, device), one_thread():
            net = make_net(network, loss, device, settings.precision, **_CLASSES, **options)
            set_statistics(net.network, blocks, training, np.ones(len(contents)))
            train(net, dataset.at(training))
        self.network = network | {"encoders": without_loading(network["encoders"])}
        self.loss = loss
        self.shapes = shapes
        self.net = net
        return self

    def embed(self, name, column):
        """Embed a column without null cells, as rows of unit length."""
        if len(column) == 0:  # there is nothing to make a batch of
            return np.empty((0, self.network["n_components"]), dtype=np.float32)
        kind, _ = self.network["modalities"][name]
        pixels = takes_pixels(self.network["encoders"].get(name))
        block = as_kind(read_block(column, self.shapes[name]), kind, pixels=pixels)
        tower = self.net.network.embed
        with one_thread():
            return self.net.run(
                lambda blocks: tower(name, blocks[name]), BlockDataset({name: block})
            )

    @property
    def history(self):
        """Numbers of each epoch, as a list of dicts."""
        return epochs_of(self.net.history)

    def __getstate__(self):
        # A skorch net hides a pickle of its own in its state, and the optimizer triples its size.
        state = dict(vars(self))
        net = state.pop("net")
        state["arrays"] = (
            weights_of(net.network),
            weights_of(net.criterion_),
            epochs_of(net.history),
        )
        return state | {"versions": current_versions()}

    def __setstate__(self, state):
        state = dict(state)
        check_versions(state.pop("versions", None))
        arrays = state.pop("arrays")
        vars(self).update(state)
        device, precision = self.settings.device, self.settings.precision
        self.net = rebuild_net(self.network, self.loss, device, precision, *arrays, **_CLASSES)


def number_contents(block):
    """Number the samples of a block by what they hold, so that equal ones have the same number."""
    numbers = {}
    digests = (hashlib.blake2b(row.tobytes(), digest_size=16).digest() for row in block.tensor)
    return np.array([numbers.setdefault(digest, len(numbers)) for digest in digests])


def _describe_network(settings, blocks, choices, rows):
    """Arguments of :class:`RetrievalNetwork`."""
    return {
        "modalities": describe_modalities(blocks, choices, rows),
        "n_components": int(settings.n_components),
        "embed_dim": int(settings.embed_dim),
        "dropout": settings.dropout,
        "encoders": describe_encoders(blocks, choices),
    }
