"""What the estimators of deep fusion share."""

import numpy as np
import pandas as pd
import torch
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted
from skorch.helper import predefined_split

from skmm._device import resolve_device
from skmm._threads import one_thread
from skmm._validation import (
    Integral,
    Interval,
    ModalityError,
    Options,
    Real,
    StrOptions,
    _check_sample_weight,
    all_or_nothing,
    draw_seed,
)
from skmm.nn._arguments import net_arguments, network_arguments
from skmm.nn._encoders.build import takes_pixels, without_loading
from skmm.nn._fusions import FUSIONS
from skmm.nn._inputs.blocks import read_blocks
from skmm.nn._inputs.choices import as_chosen, choose_encoders
from skmm.nn._inputs.kinds import as_kind
from skmm.nn._inputs.standardize import set_statistics
from skmm.nn._modality_weights import compute_weights, weighs_modalities
from skmm.nn._privacy.accounting import SPENT, plan_privacy, spent
from skmm.nn._privacy.public_knowledge import public_target, warn_of_sizes
from skmm.nn._privacy.refusals import check_layers, check_private
from skmm.nn._training.batches import BlockDataset
from skmm.nn._training.continuation import take_over
from skmm.nn._training.history import plot_losses
from skmm.nn._training.hold_out import hold_out, hold_out_groups
from skmm.nn._training.schedules import SCHEDULES
from skmm.nn._training.state import (
    check_versions,
    current_versions,
    epochs_of,
    rebuild_net,
    weights_of,
)
from skmm.nn._training.training import OPTIMIZERS, make_net, seed_scope, train
from skmm.privacy import DPSGD


class DeepFusionEstimator(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Base class of the estimators: parameters, training, scores, embeddings, state.

    A subclass checks targets in ``_read_y``, says what a net is to learn from them in ``_aim``, and
    tells in ``_tell`` what it has learned.
    """

    # Who stops early on a part that shares groups with the rest stops too late: groups are used
    # whenever they are routed, as in ConcatFusion.
    __metadata_request__fit = {"groups": True}

    privacy = None  # of models in files from before there was any

    _parameter_constraints = {
        "fusion": [StrOptions(set(FUSIONS)), torch.nn.Module],
        "encoders": [StrOptions({"auto"}), dict],
        "embed_dim": [Interval(Integral, 1, None, closed="left")],
        "hidden_dims": [tuple, list],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "modality_dropout": [Interval(Real, 0, 1, closed="left")],
        "auxiliary_weight": [Interval(Real, 0, None, closed="left")],
        "max_epochs": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [Interval(Integral, 1, None, closed="left"), Options(Integral, {-1})],
        "lr": [Interval(Real, 0, None, closed="neither")],
        "lr_schedule": [StrOptions(set(SCHEDULES)), None],
        "optimizer": [StrOptions(set(OPTIMIZERS))],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "l1": [Interval(Real, 0, None, closed="left")],
        "max_grad_norm": [Interval(Real, 0, None, closed="neither"), None],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "patience": [Interval(Integral, 1, None, closed="left")],
        "warm_start": ["boolean"],
        "device": [str],
        "precision": [StrOptions({"float32", "float64", "bfloat16"})],
        "callbacks": [list, None],
        "net_params": [dict, None],
        "privacy": [DPSGD, None],
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
        auxiliary_weight=0.0,
        max_epochs=50,
        batch_size=64,
        lr=1e-3,
        lr_schedule=None,
        optimizer="adamw",
        weight_decay=1e-4,
        l1=0.0,
        max_grad_norm=None,
        early_stopping=False,
        validation_fraction=0.1,
        patience=10,
        warm_start=False,
        device="auto",
        precision="float32",
        callbacks=None,
        net_params=None,
        privacy=None,
        random_state=None,
        verbose=0,
    ):
        self.fusion = fusion
        self.encoders = encoders
        self.embed_dim = embed_dim
        self.hidden_dims = hidden_dims
        self.dropout = dropout
        self.modality_dropout = modality_dropout
        self.auxiliary_weight = auxiliary_weight
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.lr = lr
        self.lr_schedule = lr_schedule
        self.optimizer = optimizer
        self.weight_decay = weight_decay
        self.l1 = l1
        self.max_grad_norm = max_grad_norm
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.warm_start = warm_start
        self.device = device
        self.precision = precision
        self.callbacks = callbacks
        self.net_params = net_params
        self.privacy = privacy
        self.random_state = random_state
        self.verbose = verbose

    @property
    def history_(self):
        """DataFrame with a row per epoch: ``epoch``, ``train_loss``, ``valid_loss`` if there is one."""
        return pd.DataFrame(epochs_of(self.net_.history))

    def plot_history(self, ax=None):
        """Draw the losses of every epoch, and mark the best one if a part was held out.

        With ``auxiliary_weight`` above 0 the training loss is that of all heads, and lies higher; the
        loss of the part held out is that of the fused prediction alone.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        ax : matplotlib Axes

        Raises
        ------
        ImportError
            If matplotlib is not installed (extra ``plots``).
        ValueError
            If the training was private, and no losses were recorded.
        """
        check_is_fitted(self)
        return plot_losses(self.history_, ax)

    def embed(self, X):
        """Compute the fused representation of samples: what the network predicts from.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_modalities) or array of shape (n_samples, n_features)
            As in `fit`. Columns of a frame are found by name.

        Returns
        -------
        embeddings : ndarray of shape (n_samples, embed_dim), float32 or float64
            In the precision of the weights.
        """
        _, dataset = self._read_to_predict(X)
        with one_thread():
            return self.net_.compute_embeddings(dataset)

    def transform(self, X):
        """Compute the fused representation of samples, as a step of a pipeline.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_modalities) or array of shape (n_samples, n_features)
            As in `fit`. Columns of a frame are found by name.

        Returns
        -------
        embeddings : ndarray of shape (n_samples, embed_dim), float32 or float64
            As `embed` returns them; `set_output` changes the container.
        """
        return self.embed(X)

    @property
    def _n_features_out(self):
        return self.network_["embed_dim"]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags

    def _train(self, X, y, sample_weight, *, groups=None, is_part=False, **options):
        """Fit a net, or the last one further, and leave everything as it was if that fails.

        A part of the samples, as `partial_fit` gets them, is trained on for one epoch. Options are
        further arguments of ``_aim``.
        """
        with all_or_nothing(self):
            if self.privacy is not None:
                check_private(self, sample_weight, is_part)
            goes_on = hasattr(self, "net_") and (is_part or self.warm_start)
            blocks = read_blocks(self, X, reset=not goes_on)
            n_samples = len(next(iter(blocks.values())).present)
            y = self._read_y(y, n_samples, goes_on)
            weight = _check_sample_weight(
                sample_weight, np.empty((n_samples, 1)), dtype=np.float64, ensure_non_negative=True
            )
            goals, strata = self._aim(
                y,
                weight,
                has_any_modality(blocks),
                known=self._targets if goes_on else None,
                is_part=is_part,
                **options,
            )
            if groups is not None:
                check_consistent_length(weight, groups)
                groups = column_or_1d(groups)
            self._fit_net(
                blocks,
                goals,
                loss=self._describe_loss(goals, y),
                strata=strata,
                groups=groups,
                goes_on=goes_on,
                n_epochs=1 if is_part else None,
            )
            self._tell(y)
        return self

    def _fit_net(self, blocks, goals, *, loss, strata, groups, goes_on, n_epochs):
        """Train a net on the samples of positive weight; assign nothing before it is trained.

        Early stopping keeps `groups` whole, if there are any, and otherwise takes the same share of
        each of the `strata`, codes such as those of classes. With `n_epochs` that many are trained,
        without early stopping.
        """
        weight = sum(goal.weight_of_samples for goal in goals)
        rows = rows_to_learn_from(blocks, weight, needs_all=not goes_on)
        choices = self._choose_encoders(blocks, goes_on)
        blocks = as_chosen(blocks, choices)
        n_outputs = sum(width for _, width in loss["parts"])
        modalities = self.network_["modalities"] if goes_on else None
        network = network_arguments(self, blocks, choices, rows, n_outputs, modalities)
        target = tuple(self._make_target(goal, rows) for goal in goals)
        seed = draw_seed(self.random_state)
        training, validation = rows, None
        if self.early_stopping and n_epochs is None:
            kept, held_out = self._hold_out(rows, strata, groups, seed)
            training, validation = rows[kept], rows[held_out]
        if goes_on:  # in another order, but with the same part held out
            seed += self.n_iter_
        targets = [goal.target for goal in goals]
        options = net_arguments(
            self,
            seed,
            choices,
            targets,
            len(training),
            n_epochs,
            stops_early=validation is not None,
        )
        plan = None
        if self.privacy is not None:
            warn_of_sizes(blocks, choices, goals, rows)
            plan = plan_privacy(self, len(rows), seed)
            options |= plan.net_arguments
        device = resolve_device(self.device)
        dataset = BlockDataset(blocks, target).to(device)
        if validation is not None:
            options["train_split"] = predefined_split(dataset.at(validation))
        with seed_scope(seed, device), one_thread():
            net = make_net(network, loss, device, self.precision, **options)
            if goes_on:
                take_over(net, self.net_)
            elif plan is None:
                set_statistics(net.network, blocks, rows, weight)
            else:
                check_layers(net.network.train())
            train(net, dataset.at(training))
        self.network_ = network | {"encoders": without_loading(network["encoders"])}
        self._loss = loss
        self._targets = targets
        self.net_ = net
        self.n_iter_ = len(net.history)
        self._tell_spent(plan)

    def _tell_spent(self, plan):
        """Tell what privacy was spent, if any, and nothing of an earlier fit."""
        for name in SPENT:
            vars(self).pop(name, None)
        if plan is not None:
            vars(self).update(spent(plan, self.privacy, self.net_.n_steps_))

    def _keep_private(self, target):
        """Return a target, without statistics of private samples."""
        return target if self.privacy is None else public_target(target)

    def _describe_loss(self, goals, y):
        """Collect the arguments of FusionLoss."""
        return {"parts": [(goal.target.loss, goal.target.n_outputs) for goal in goals]}

    def _hold_out(self, rows, strata, groups, seed):
        if groups is None:
            return hold_out(strata[rows], self.validation_fraction, seed)
        return hold_out_groups(groups[rows], strata[rows], self.validation_fraction, seed)

    def _choose_encoders(self, blocks, goes_on):
        choices = choose_encoders(blocks, self.encoders, self._kinds if goes_on else None)
        kinds = {name: choice.kind for name, choice in choices.items()}
        if goes_on and kinds != self._kinds:
            raise ValueError(
                f"training goes on with a net that reads {self._kinds}, and now it would be {kinds}; keep "
                "encoders and the dtypes of X, or set warm_start=False"
            )
        return choices

    @property
    def _kinds(self):
        return {name: kind for name, (kind, _) in self.network_["modalities"].items()}

    def _make_target(self, goal, rows):
        """Return y and weight as tensors, numbers in the precision of the net.

        Equal weights are no weights, and are left out.
        """
        dtype = torch.float64 if self.precision == "float64" else torch.float32
        y = torch.from_numpy(goal.y)
        y = y.to(dtype) if y.is_floating_point() else y
        weight = goal.weight[rows]
        if weight.min() == weight.max() > 0:
            return (y,)
        # A task without labels in a part of the samples has no weight at all.
        return y, torch.from_numpy(goal.weight / (weight.mean() or 1.0)).to(dtype)

    @available_if(weighs_modalities)
    def modality_weights(self, X):
        """Tell how much each modality counts in each sample.

        Only there with the fusions that have weights: ``"gated"``, whose gates are averaged over the
        units, ``"attention"``, and modules with a method ``weights``, which is given what ``forward`` is.

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
        blocks, dataset = self._read_to_predict(X)
        with one_thread():
            weights = compute_weights(self.net_, dataset)
        index = X.index if isinstance(X, pd.DataFrame) else None
        return pd.DataFrame(weights, index=index, columns=list(blocks))

    def _read_to_predict(self, X):
        """Return X as blocks, each as the kind it had in fit, and as what the net reads."""
        if not hasattr(self, "net_"):
            check_is_fitted(self)  # it looks at every attribute, which takes its time
        blocks = read_blocks(self, X, reset=False)
        encoders = self.network_["encoders"]
        blocks = {
            name: as_kind(blocks[name], kind, pixels=takes_pixels(encoders.get(name)))
            for name, kind in self._kinds.items()
        }
        return blocks, BlockDataset(blocks)

    def _compute_scores(self, X):
        """Return the scores of the net, (n_samples, n_outputs), and which samples have any modality."""
        blocks, dataset = self._read_to_predict(X)
        with one_thread():
            scores = self.net_.compute_scores(dataset)
        if not np.isfinite(scores).all():
            bad = ~np.isfinite(scores).all(axis=1)
            row, index = bad.argmax(), next(iter(blocks.values())).index
            raise ModalityError(
                "the scores of the net are not finite; expected values of the size of those in fit, "
                f"which {self.net_.network.head[-1].weight.dtype} can hold",
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
            state["_weights"] = weights_of(net.network)
            state["_loss_weights"] = weights_of(net.criterion_)
            state["_precision"] = net.precision
            state["_history"] = epochs_of(net.history)
        return state | {"_versions": current_versions()}

    def __setstate__(self, state):
        state = dict(state)
        check_versions(state.pop("_versions", None))
        names = ("_precision", "_weights", "_loss_weights", "_history")
        parts = [state.pop(name, None) for name in names]
        super().__setstate__(state)
        if parts[0] is not None:
            self.net_ = rebuild_net(self.network_, self._loss, self.device, *parts)


def check_length(y, n_samples):
    """Refuse a y of another length than X."""
    if len(y) != n_samples:
        raise ValueError(
            f"Found input variables with inconsistent numbers of samples: X has {n_samples}, and y has "
            f"{len(y)}"
        )


def has_any_modality(blocks):
    """Which samples have at least one modality, as a bool ndarray."""
    return np.any([block.present for block in blocks.values()], axis=0)


def rows_to_learn_from(blocks, weight, *, needs_all=True):
    """Samples with positive weight and any modality, of which there must be one.

    With `needs_all`, a modality that none of them has is refused.
    """
    rows = np.flatnonzero(has_any_modality(blocks) & (weight > 0))
    if len(rows) == 0 and not needs_all:
        raise ValueError("no sample has positive weight and any modality; give some to learn from")
    for block in blocks.values():
        if needs_all and not block.present[rows].any():
            raise block.error("missing in every sample of positive weight; leave the column out")
    return rows
