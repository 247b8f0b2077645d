"""Train a network with skorch: the net, its loss, the scope of its seed, and what stops it."""

from contextlib import contextmanager, nullcontext
from threading import RLock

import torch
from skorch.callbacks import EarlyStopping

from skmm.nn._network import FusionNetwork
from skmm.nn._training.batches import Batches
from skmm.nn._training.guards import batch_memory_advice, memory_advice, single_sample_advice
from skmm.nn._training.losses import FusionLoss
from skmm.nn._training.net import LeanNet

OPTIMIZERS = {"adamw": torch.optim.AdamW, "adam": torch.optim.Adam, "sgd": torch.optim.SGD}

# What the estimators decide on, and `net_params` may not.
NET_ARGUMENTS = [
    "module",
    "criterion",
    "criterion__parts",
    "criterion__weighting",
    "dataset",
    "device",
    "train_split",
    "iterator_train",
    "iterator_train__batch_size",
    "iterator_valid",
    "optimizer__lr",
    "warm_start",
]

# torch's global generator belongs to the process: one thread at a time may seed it.
_SCOPE = RLock()

# Samples per batch where nothing is learned: large enough for speed, small enough for images.
PREDICTION_BATCH_SIZE = 256


def make_net(network, loss, device, precision, *, net_class=LeanNet, **options):
    """Build an initialized net.

    Parameters
    ----------
    network : dict
        Arguments of :class:`FusionNetwork`, or of the ``module`` in `options`.
    loss : dict
        Arguments of :class:`FusionLoss`, or of the ``criterion`` in `options`.
    device : str
    precision : {"float32", "float64", "bfloat16"}
    net_class : type, default=LeanNet
    **options : dict
        Further arguments of ``skorch.NeuralNet``.

    Returns
    -------
    net : NeuralNet
    """
    fixed = {
        "module": FusionNetwork,
        "criterion": FusionLoss,
        "device": device,
        "precision": precision,
        "train_split": None,
        "iterator_train": Batches,
        "iterator_valid": Batches,
        "iterator_valid__batch_size": PREDICTION_BATCH_SIZE,
    }
    if loss.get("weighting") == "uncertainty":  # decay would pull the learned weights to 1
        groups = options.get("optimizer__param_groups", [])
        options["optimizer__param_groups"] = [*groups, ("log_variances", {"weight_decay": 0.0})]
    arguments = {f"module__{name}": value for name, value in network.items()}
    arguments |= {f"criterion__{name}": value for name, value in loss.items()}
    with memory_advice(device, "a network of this size", "a smaller embed_dim or hidden_dims"):
        net = net_class(**(fixed | arguments | options)).initialize()
        if precision == "float64":
            net.network.double()
            net.criterion_.double()
    return net


def train(net, dataset):
    """Run the epochs, and let Ctrl-C through: `net.fit` would take it for a normal end."""
    net.notify("on_train_begin", X=dataset, y=None)
    try:
        with batch_memory_advice(net), single_sample_advice(net):
            net.fit_loop(dataset)
    except KeyboardInterrupt:  # is also how skorch's early stopping leaves the loop
        callbacks = [callback for _, callback in net.callbacks_]
        if not any(isinstance(c, EarlyStopping) and c.misses_ == c.patience for c in callbacks):
            raise
    net.notify("on_train_end", X=dataset, y=None)
    net.train_split = None  # it holds the validation data


@contextmanager
def seed_scope(seed, device):
    """Seed torch inside the scope, and leave its global generators as they were.

    On a GPU, gradients of convolutions are summed in a fixed order inside the scope: otherwise equal
    seeds would not give equal models.
    """
    device = torch.device(device)
    devices = [device] if device.type == "cuda" else []
    with _SCOPE, torch.random.fork_rng(devices=devices):
        # torch.manual_seed would also reseed every GPU, used or not.
        torch.default_generator.manual_seed(seed)
        for cuda in devices:
            with torch.cuda.device(cuda):
                torch.cuda.manual_seed(seed)
        with _ordered_sums() if devices else nullcontext():
            yield


@contextmanager
def _ordered_sums():
    cudnn = torch.backends.cudnn
    before = cudnn.deterministic, cudnn.benchmark
    cudnn.deterministic, cudnn.benchmark = True, False
    try:
        yield
    finally:
        cudnn.deterministic, cudnn.benchmark = before
