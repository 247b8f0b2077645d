"""Single modalities: what a fusion has to beat, made from the parts of a fusion model."""

from sklearn.base import clone
from sklearn.pipeline import Pipeline

from skmm.fusion import LateFusionClassifier, LateFusionRegressor, MultimodalFusion

OTHER_BASELINES = (
    "; this modality alone was made of a fusion: if it cannot stand alone, give "
    "baselines={modality: estimator}, or set baselines=False"
)


def single_modalities(models):
    """Make one model per modality out of the first model that can be taken apart.

    Parameters
    ----------
    models : dict {str: estimator}

    Returns
    -------
    baselines : dict {modality: estimator}
        The members of a late fusion, each alone in a late fusion, so that rows without the modality
        are treated as they were; failing that, a Pipeline that starts with a MultimodalFusion, with
        all other modalities dropped.

    Raises
    ------
    ValueError
        If there is neither.
    """
    model = models[find_source(models)]
    return _branches_alone(model) if isinstance(model, Pipeline) else _members_alone(model)


def find_source(models):
    """The name of the model that single modalities are made of."""
    for name, model in models.items():
        if isinstance(model, LateFusionClassifier | LateFusionRegressor):
            return name
    for name, model in models.items():
        if isinstance(model, Pipeline) and isinstance(model.steps[0][1], MultimodalFusion):
            return name
    raise ValueError(
        f"cannot tell the single modalities of {list(models)}: none is a LateFusionClassifier or "
        "LateFusionRegressor, or a Pipeline that starts with a MultimodalFusion. Add one, give "
        "baselines={modality: estimator}, or set baselines=False"
    )


def _members_alone(late):
    # The mean of one member is what this member predicts, and learns nothing from other folds.
    return {
        member[0]: clone(late).set_params(estimators=[member], rule="mean", weights=None)
        for member in late.estimators
        if not is_dropped(member[1])
    }


def _branches_alone(pipeline):
    step, fusion = pipeline.steps[0]
    modalities = [name for name, branch, *_ in fusion.transformers if not is_dropped(branch)]
    return {
        modality: clone(pipeline).set_params(
            **{f"{step}__{other}": "drop" for other in modalities if other != modality}
        )
        for modality in modalities
    }


def is_dropped(member):
    return isinstance(member, str) and member == "drop"
