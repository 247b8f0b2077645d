"""What the classifier and the regressor of deep fusion share."""

from copy import deepcopy

import numpy as np
import pandas as pd
import torch
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted
from skorch.callbacks import EarlyStopping
from skorch.helper import predefined_split

from skmm._device import resolve_device
from skmm._threads import one_thread
from skmm._validation import Integral, Interval, ModalityError, Options, Real, StrOptions
from skmm.nn._batches import BlockDataset
from skmm.nn._blocks import read_blocks
from skmm.nn._choices import choose_encoders, rate_groups
from skmm.nn._encoders.build import takes_pixels, without_loading
from skmm.nn._fusions import FUSIONS
from skmm.nn._kinds import as_kind, n_channels
from skmm.nn._modality_weights import compute_weights, weighs_modalities
from skmm.nn._standardize import Standardize, channel_statistics
from skmm.nn._state import (
    check_versions,
    current_versions,
    epochs_of,
    load_weights,
    rebuild_net,
    restore_history,
    weights_of,
)
from skmm.nn._training import (
    NET_ARGUMENTS,
    OPTIMIZERS,
    hold_out,
    make_net,
    seed_scope,
    train,
)

# What torch can be asked for instead of a fused step.
_OPTIMIZER_LOOPS = ("fused", "foreach", "capturable", "differentiable")


class DeepFusionEstimator(BaseEstimator):
    """Base class of the two estimators: parameters, training, scores, state.

    A subclass names its loss in ``_loss``.
    """

    _parameter_constraints = {
        "fusion": [StrOptions(set(FUSIONS)), torch.nn.Module],
        "encoders": [StrOptions({"auto"}), dict],
        "embed_dim": [Interval(Integral, 1, None, closed="left")],
        "hidden_dims": [tuple, list],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "modality_dropout": [Interval(Real, 0, 1, closed="left")],
        "max_epochs": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [Interval(Integral, 1, None, closed="left"), Options(Integral, {-1})],
        "lr": [Interval(Real, 0, None, closed="neither")],
        "optimizer": [StrOptions(set(OPTIMIZERS))],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "l1": [Interval(Real, 0, None, closed="left")],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "patience": [Interval(Integral, 1, None, closed="left")],
        "warm_start": ["boolean"],
        "device": [str],
        "precision": [StrOptions({"float32", "float64"})],
        "callbacks": [list, None],
        "net_params": [dict, None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        *,
        fusion="gated",
        encoders="auto",
        embed_dim=64,
        hidden_dims=(64,),
        dropout=0.3,
        modality_dropout=0.0,
        max_epochs=50,
        batch_size=64,
        lr=1e-3,
        optimizer="adamw",
        weight_decay=1e-4,
        l1=0.0,
        early_stopping=False,
        validation_fraction=0.1,
        patience=10,
        warm_start=False,
        device="auto",
        precision="float32",
        callbacks=None,
        net_params=None,
        random_state=None,
        verbose=0,
    ):
        self.fusion = fusion
        self.encoders = encoders
        self.embed_dim = embed_dim
        self.hidden_dims = hidden_dims
        self.dropout = dropout
        self.modality_dropout = modality_dropout
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.lr = lr
        self.optimizer = optimizer
        self.weight_decay = weight_decay
        self.l1 = l1
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.warm_start = warm_start
        self.device = device
        self.precision = precision
        self.callbacks = callbacks
        self.net_params = net_params
        self.random_state = random_state
        self.verbose = verbose

    @property
    def history_(self):
        """DataFrame with a row per epoch: ``epoch``, ``train_loss``, ``valid_loss`` if there is one."""
        return pd.DataFrame(epochs_of(self.net_.history))

    def _fit_net(self, blocks, y, weight, *, groups, n_outputs):
        """Train a net on the samples of positive weight; assign nothing before it is trained.

        `y` is what the loss compares the scores with, `groups` what early stopping stratifies by.
        """
        rows = rows_to_learn_from(blocks, weight)
        choices = self._choose_encoders(blocks)
        blocks = {
            name: as_kind(blocks[name], choice.kind, pixels=takes_pixels(choice.options))
            for name, choice in choices.items()
        }
        network = self._describe_network(blocks, choices, rows, n_outputs)
        target = self._make_target(y, weight, rows)
        seed = int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))
        options = self._net_options(seed, choices)
        training = rows
        if self.early_stopping:
            kept, held_out = hold_out(groups[rows], self.validation_fraction, seed)
            training, validation = rows[kept], rows[held_out]
            options["train_split"] = predefined_split(BlockDataset(blocks, target, validation))
        device = resolve_device(self.device)
        with seed_scope(seed, device), one_thread():
            net = make_net(network, self._loss, device, self.precision, **options)
            if self._goes_on():
                self._take_over(net)
            else:
                _set_statistics(net.module_, blocks, rows, weight)
            train(net, BlockDataset(blocks, target, training))
        self.network_ = network | {"encoders": without_loading(network["encoders"])}
        self.net_ = net
        self.n_iter_ = len(net.history)

    def _goes_on(self):
        """Whether `fit` starts from the net of the last `fit`."""
        return self.warm_start and hasattr(self, "net_")

    def _choose_encoders(self, blocks):
        choices = choose_encoders(blocks, self.encoders)
        kinds = {name: choice.kind for name, choice in choices.items()}
        if self._goes_on() and kinds != self._kinds:
            raise ValueError(
                f"warm_start=True goes on with a net that reads {self._kinds}, and now it would be "
                f"{kinds}; keep encoders and the dtypes of X, or set warm_start=False"
            )
        return choices

    @property
    def _kinds(self):
        return {name: kind for name, (kind, _) in self.network_["modalities"].items()}

    def _describe_network(self, blocks, choices, rows, n_outputs):
        """Collect the arguments of FusionNetwork."""
        if not all(isinstance(width, Integral) and width >= 1 for width in self.hidden_dims):
            raise ValueError(
                f"hidden_dims={self.hidden_dims!r}; expected the widths of the layers, integers from 1"
            )
        if self._goes_on():
            modalities = self.network_["modalities"]
        else:
            modalities = {
                name: (choice.kind, n_channels(blocks[name], choice.kind, rows))
                for name, choice in choices.items()
            }
        arguments = {
            name: choice.argument(blocks[name].tensor.shape[1:]) for name, choice in choices.items()
        }
        network = {
            "modalities": modalities,
            "n_outputs": n_outputs,
            "fusion": self.fusion,
            "embed_dim": int(self.embed_dim),
            "hidden_dims": tuple(map(int, self.hidden_dims)),
            "dropout": self.dropout,
            "modality_dropout": self.modality_dropout,
            "encoders": {k: v for k, v in arguments.items() if v is not None},
        }
        given = self.net_params or {}
        options = {
            k.removeprefix("module__"): v for k, v in given.items() if k.startswith("module__")
        }
        _refuse_repeats(options, network, "module__")
        return network | options

    def _net_options(self, seed, choices):
        """Collect the arguments of NeuralNet."""
        callbacks = []
        if self.early_stopping:
            callbacks.append(
                ("early_stopping", EarlyStopping(patience=self.patience, load_best=True))
            )
        options = {
            "optimizer": OPTIMIZERS[self.optimizer],
            "optimizer__weight_decay": self.weight_decay,
            "l1": self.l1,
            "lr": self.lr,
            "max_epochs": self.max_epochs,
            "batch_size": self.batch_size,
            "iterator_train__generator": torch.Generator().manual_seed(seed),
            "callbacks": callbacks + deepcopy(self.callbacks or []),
            "verbose": self.verbose,
        }
        if groups := rate_groups(choices):
            options["optimizer__param_groups"] = groups
        if not self.verbose:  # it would lay out its table all the same
            options["callbacks__print_log"] = None
        given = self.net_params or {}
        if not any(f"optimizer__{name}" in given for name in _OPTIMIZER_LOOPS):
            options["optimizer__fused"] = True  # one pass over all weights, on a CPU as well
        extra = {k: v for k, v in given.items() if not k.startswith("module__")}
        _refuse_repeats(extra, options | dict.fromkeys(NET_ARGUMENTS))
        return options | extra

    def _make_target(self, y, weight, rows):
        """Return y and weight as tensors, numbers in the precision of the net.

        Equal weights are no weights, and are left out.
        """
        dtype = getattr(torch, self.precision)
        y = torch.from_numpy(y)
        y = y.to(dtype) if y.is_floating_point() else y
        if weight[rows].min() == weight[rows].max():
            return (y,)
        weight = weight * (len(rows) / weight[rows].sum())
        return y, torch.from_numpy(weight).to(dtype)

    def _take_over(self, net):
        """Start a new net where the last one stopped; the last one stays as it is."""
        try:
            load_weights(net.module_, weights_of(self.net_.module_))
        except ValueError as error:
            raise ValueError(
                f"warm_start=True goes on with the fitted net, but {error}; keep the parameters that "
                "shape the net, or set warm_start=False"
            ) from error
        restore_history(net, epochs_of(self.net_.history))
        if type(net.optimizer_) is type(self.net_.optimizer_):
            # Moments go on; learning rate and decay are those of the parameters now.
            groups = net.optimizer_.state_dict()["param_groups"]
            moments = _moments_for(net, self.net_)
            net.optimizer_.load_state_dict({"state": moments, "param_groups": groups})

    @available_if(weighs_modalities)
    def modality_weights(self, X):
        """Tell how much each modality counts in each sample.

        Only there with the fusions that have weights: ``"gated"``, whose gates are averaged over the
        units, ``"attention"``, and modules with a method ``weights(embeddings, present)``.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_modalities) or array of shape (n_samples, n_features)
            As in `fit`. Columns of a frame are found by name.

        Returns
        -------
        weights : DataFrame of shape (n_samples, n_modalities)
            Rows sum to 1. A missing modality has weight 0, and so has every one in a row that has no
            modality.
        """
        blocks = self._read_blocks(X)
        with one_thread():
            weights = compute_weights(self.net_, BlockDataset(blocks))
        index = X.index if isinstance(X, pd.DataFrame) else None
        return pd.DataFrame(weights, index=index, columns=list(blocks))

    def _read_blocks(self, X):
        """Return the blocks of X, each as the kind it had in fit."""
        if not hasattr(self, "net_"):
            check_is_fitted(self)  # it looks at every attribute, which takes its time
        blocks = read_blocks(self, X, reset=False)
        encoders = self.network_["encoders"]
        return {
            name: as_kind(blocks[name], kind, pixels=takes_pixels(encoders.get(name)))
            for name, kind in self._kinds.items()
        }

    def _compute_scores(self, X):
        """Return the scores of the net, (n_samples, n_outputs), and which samples have any modality."""
        blocks = self._read_blocks(X)
        dataset = BlockDataset(blocks)
        with one_thread():
            scores = self.net_.compute_scores(dataset)
        if not np.isfinite(scores).all():
            bad = ~np.isfinite(scores).all(axis=1)
            row, index = bad.argmax(), next(iter(blocks.values())).index
            raise ModalityError(
                "the scores of the net are not finite; expected values of the size of those in fit, "
                f"which {self.net_.module_.head[-1].weight.dtype} can hold",
                row=row,
                index=None if index is None else index[row],
            )
        if dataset.present is None:
            return scores, np.ones(len(scores), dtype=bool)
        return scores, has_any_modality(blocks)

    def __getstate__(self):
        # A skorch net hides a pickle of its own in its state, and the optimizer triples its size.
        state = dict(super().__getstate__())
        net = state.pop("net_", None)
        if net is not None:
            state["_weights"] = weights_of(net.module_)
            state["_history"] = epochs_of(net.history)
        return state | {"_versions": current_versions()}

    def __setstate__(self, state):
        state = dict(state)
        check_versions(state.pop("_versions", None))
        weights, history = state.pop("_weights", None), state.pop("_history", None)
        super().__setstate__(state)
        if weights is not None:
            self.net_ = rebuild_net(self.network_, self._loss, self.device, weights, history)


def has_any_modality(blocks):
    """Which samples have at least one modality, as a bool ndarray."""
    return np.any([block.present for block in blocks.values()], axis=0)


def rows_to_learn_from(blocks, weight):
    """Samples with positive weight and any modality; a modality that none of them has is refused."""
    rows = np.flatnonzero(has_any_modality(blocks) & (weight > 0))
    for block in blocks.values():
        if not block.present[rows].any():
            raise block.error("missing in every sample of positive weight; leave the column out")
    return rows


def _moments_for(net, last):
    """Moments of the last net, numbered as the optimizer of a new one numbers its parameters.

    Encoders may have got other learning rates meanwhile, and so other groups of parameters.
    """
    names = {parameter: name for name, parameter in last.module_.named_parameters()}
    moments = {names[parameter]: state for parameter, state in last.optimizer_.state.items()}
    names = {parameter: name for name, parameter in net.module_.named_parameters()}
    groups = net.optimizer_.param_groups
    order = [names[parameter] for group in groups for parameter in group["params"]]
    return {i: deepcopy(moments[name]) for i, name in enumerate(order) if name in moments}


def _set_statistics(module, blocks, rows, weight):
    for scaler, block in zip(module.scalers, blocks.values(), strict=True):
        if isinstance(scaler, Standardize):
            scaler.set_statistics(*channel_statistics(block, scaler.kind, rows, weight))


def _refuse_repeats(given, own, prefix=""):
    repeated = sorted(prefix + name for name in set(given) & set(own))
    if repeated:
        raise ValueError(
            f"net_params holds {repeated}, which the estimator itself decides on; use its parameters"
        )
