"""The short way through a fitted model, for one sample: no frame, no checks of parameters, no workers."""

import numpy as np
from sklearn import config_context
from sklearn.pipeline import Pipeline

from skmm._validation import _BaseSearchCV, is_null
from skmm.fusion import LateFusionClassifier, LateFusionRegressor, MultimodalFusion
from skmm.fusion._columns import Column
from skmm.fusion._early.blocks import as_values
from skmm.fusion._early.multimodal import Extracted
from skmm.fusion._late.late import Decisions
from skmm.model_selection import FusionSearchCV
from skmm.realtime._features import NeedsModelError, compile_features, steps_of


def compile_model(model):
    """Make a function that asks a fitted model about one sample.

    Parameters
    ----------
    model : fitted estimator

    Returns
    -------
    ask : function or None
        ``ask(method, cells)`` gives what the method of this name does for a frame of one row. It may
        raise anything, which is then for the model to say properly. None is for models of which
        only they themselves know the way.
    """
    if isinstance(model, _BaseSearchCV | FusionSearchCV):  # they hand everything on
        return compile_model(model.best_estimator_)
    if isinstance(model, LateFusionClassifier | LateFusionRegressor):
        return _compile_late(model)
    if not isinstance(model, Pipeline):
        return None
    head, *others = steps_of(model)
    if isinstance(head, LateFusionClassifier | LateFusionRegressor) and not others:
        return _compile_late(head)
    if isinstance(head, MultimodalFusion) and others:
        return _compile_early(head, others)
    return None


def _compile_early(fusion, steps):
    if not _has_a_column_each(fusion, fusion.transformers_):
        return None
    *between, last = steps
    members = [
        (modality, compile_features(steps_of(transformer), modality), columns)
        for modality, transformer, columns in fusion.transformers_
    ]

    def ask(method, cells):
        values, present = _run(members, cells, fusion)
        values = [value if value is None else as_values(value, 1) for value in values]
        columns = [Column(None, here, here) for here in present.T]
        blocks = fusion._collect(fusion.transformers_, values, columns, None)
        fused = fusion.transform(Extracted(blocks, None))
        for step in between:
            fused = step.transform(fused)
        return getattr(last, method)(fused)

    return ask


def _compile_late(fusion):
    is_for_columns = _has_a_column_each(fusion, fusion.estimators_)
    if not is_for_columns or hasattr(fusion, "imputer_"):
        return None
    members = [
        (modality, _compile_member(estimator, modality, fusion._predict), columns)
        for modality, estimator, columns in fusion.estimators_
    ]

    def ask(method, cells):
        values, present = _run(members, cells, fusion)
        return getattr(fusion, method)(Decisions(fusion._gather(values, present), present))

    return ask


def _compile_member(estimator, modality, predict):
    *transformers, last = steps_of(estimator)
    describe = compile_features(transformers, modality)
    return lambda cell: predict(last, describe(cell))


def _has_a_column_each(fusion, members):
    """Whether X has cells to be read, and each member reads one column, by its name."""
    return fusion._saw_modalities and all(isinstance(columns, str) for _, _, columns in members)


def _run(members, cells, fusion):
    """What the members make of their cells, None of null ones, and which are there, (1, n_members)."""
    here = [not is_null(cells[column]) for _, _, column in members]
    if fusion._is_missing("error") and not all(here):
        raise NeedsModelError
    with config_context(transform_output="default"):  # whatever the user wants of the outermost
        values = [
            run(cells[column]) if is_here else None
            for (_, run, column), is_here in zip(members, here, strict=True)
        ]
    return values, np.array([here])
