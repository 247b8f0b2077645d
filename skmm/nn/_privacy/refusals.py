"""What private training cannot be combined with."""

from torch.nn.modules.batchnorm import _NormBase

from skmm.nn._encoders.recurrent import Recurrent

# Arguments of skorch's net that change nothing about what a step sees of the samples.
_HARMLESS = ("module__", "optimizer__")


def check_private(estimator, sample_weight, is_part):
    """Refuse what private training cannot be combined with.

    Parameters
    ----------
    estimator : DeepFusionEstimator
        With ``privacy``.
    sample_weight : object
        As `fit` got it.
    is_part : bool
        Whether this is ``partial_fit``.

    Raises
    ------
    ValueError
        Saying why, and what to do instead.
    """
    estimator.privacy._validate_params()
    for is_there, what in _conflicts(estimator, sample_weight, is_part):
        if is_there:
            raise ValueError(f"{what}, or set privacy=None")


def _conflicts(estimator, sample_weight, is_part):
    """Pairs of whether something is asked for, and why it is not private."""
    e = estimator
    others = sorted(name for name in e.net_params or {} if not name.startswith(_HARMLESS))
    yield (
        is_part,
        "partial_fit would spend privacy anew with each call, and what was spent before is not "
        "counted; call fit with all samples",
    )
    yield (
        e.warm_start,
        "warm_start=True would go on with a net that has spent its privacy; set warm_start=False and a "
        "larger max_epochs",
    )
    yield (
        e.early_stopping,
        "early_stopping=True would choose an epoch by exact losses of private samples; set "
        "early_stopping=False, and max_epochs from public data",
    )
    yield (
        e.lr_schedule == "plateau",
        "lr_schedule='plateau' follows exact losses of private samples; use 'cosine', 'linear' or "
        "'one_cycle'",
    )
    yield (
        sample_weight is not None,
        "sample_weight is divided by its mean over all samples, so that the gradient of one depends "
        "on the others; leave it out",
    )
    yield (
        getattr(e, "class_weight", None) is not None,
        "class_weight is divided by its mean over all samples, so that the gradient of one depends on "
        "the others; set class_weight=None",
    )
    yield (
        e.auxiliary_weight > 0,
        f"auxiliary_weight={e.auxiliary_weight} takes the mean loss of the samples that have a "
        "modality, so that the gradient of one depends on the others; set auxiliary_weight=0.0",
    )
    yield (
        e.max_grad_norm is not None,
        f"max_grad_norm={e.max_grad_norm} is for the gradient of a batch, and private training clips "
        "that of each sample; set it in DPSGD",
    )
    yield (
        e.l1 > 0,
        f"l1={e.l1} would be clipped with the gradients of the samples; use weight_decay",
    )
    yield (
        bool(e.callbacks),
        "callbacks may look at exact losses and gradients; set callbacks=None",
    )
    yield (
        bool(others),
        f"net_params holds {others}, and only module__ and optimizer__ are known to be harmless; leave "
        "the others out",
    )
    yield (
        e.precision == "bfloat16",
        "precision='bfloat16' rounds gradients before they are clipped; use 'float32'",
    )


def check_layers(network):
    """Refuse layers that mix samples, or that have no gradient of a single one.

    Parameters
    ----------
    network : FusionNetwork
        In training mode.

    Raises
    ------
    ValueError
    """
    for name, encoder in zip(network.names, network.encoders, strict=True):
        if any(isinstance(part, Recurrent) for part in encoder.modules()):
            raise ValueError(
                f"modality {name!r} is read by recurrent cells, which run over all samples of a batch "
                "at once, and private training needs the gradient of each alone; use "
                f"encoders={{{name!r}: (kind, {{'body': 'tcn'}})}} or 'transformer', or set "
                "privacy=None"
            )
    for name, part in network.named_modules():
        if isinstance(part, _NormBase) and part.training and part.track_running_stats:
            raise ValueError(
                f"{type(part).__name__}, at {name!r}, keeps means and variances of private samples, "
                "without noise; normalize each sample alone, with nn.GroupNorm or nn.LayerNorm, or "
                "set privacy=None"
            )
