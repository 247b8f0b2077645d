"""The short way through a model as it is now: one that is fitted again has another."""

from sklearn.pipeline import Pipeline

from skmm._validation import _BaseSearchCV
from skmm.fusion import LateFusionClassifier, LateFusionRegressor, MultimodalFusion
from skmm.model_selection import FusionSearchCV
from skmm.realtime._features import steps_of
from skmm.realtime._models import compile_model


class ShortWay:
    """What :func:`compile_model` makes of a model, made again when the model was fitted again.

    Parameters
    ----------
    model : fitted estimator
    """

    def __init__(self, model):
        self._model = model
        self._compile(_parts_of(model))

    def get(self):
        """Return the function to ask, or None."""
        parts, ask = self._compiled
        now = _parts_of(self._model)
        if len(now) != len(parts) or any(a is not b for a, b in zip(now, parts, strict=True)):
            ask = self._compile(now)
        return ask

    def _compile(self, parts):
        ask = compile_model(self._model)
        self._compiled = parts, ask  # at once: other threads ask, too
        return ask


def _parts_of(model):
    """What fit replaces of all that :func:`compile_model` looks at."""
    if isinstance(model, _BaseSearchCV | FusionSearchCV):
        return [model.best_estimator_, *_parts_of(model.best_estimator_)]
    if isinstance(model, LateFusionClassifier | LateFusionRegressor):
        return [model.estimators_]
    if isinstance(model, MultimodalFusion):
        return [model.transformers_]
    if isinstance(model, Pipeline):
        steps = steps_of(model)
        return [*steps, *(part for step in steps for part in _parts_of(step))]
    return []
