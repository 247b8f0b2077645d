"""Describe a model for those who will use it."""

import os

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from skmm._validation import Real
from skmm.frame import TensorArray, presence_mask
from skmm.model_selection import FusionComparison
from skmm.persistence._data_hash import hash_data
from skmm.persistence._record import versions_that_matter
from skmm.privacy import DPSGD

_KINDS = {
    "early fusion": {"MultimodalFusion"},
    "late fusion": {"LateFusionClassifier", "LateFusionRegressor"},
    "deep fusion": {"DeepFusionClassifier", "DeepFusionRegressor", "MultitaskFusion"},
    "fusion without labels": {"AutoencoderFusion", "AdversarialFusion", "VariationalFusion"},
    "retrieval across modalities": {"CrossModalRetriever"},
}
_MOST_CLASSES = 50
_LONGEST_REPR = 10_000  # characters
_LONG = 1000
_SEARCHED = ("skmm.", "sklearn.")  # modules of which any object may hold estimators
_OF_COMPARISON = ["mean_score", "std_score", "difference", "p_value"]


def model_card(model, *, X=None, y=None, metrics=None, description=None):
    """Describe a model for those who will use it, in Markdown.

    Parameters
    ----------
    model : estimator
        Fitted or not.
    X : DataFrame or array-like of shape (n_samples, ...), default=None
        What it was fitted on: the card tells the number of rows, what each modality is and how
        often it is missing, and a hash by which the data are recognized, not the data.
    y : array-like of shape (n_samples, ...), default=None
        The targets it was fitted on; the card tells their hash.
    metrics : dict of str to float, or FusionComparison, default=None
        How good the model is, which only you know.
    description : str, default=None
        What the model is for, what it is not for, who to ask: the first paragraph.

    Returns
    -------
    card : ModelCard
        ``str(card)`` is the text, ``card.save(path)`` writes it, and ``card.sections`` is a dict of the
        text of each section by its title, to be changed or added to.

    Raises
    ------
    TypeError
        If `model` is no estimator, or `metrics` is something else.

    See Also
    --------
    dump : Keep the model itself.

    Notes
    -----
    The hash of data is SHA-256 of names, missing cells and cells, row by row in their order; files
    count by their paths as written in the cells.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> import skmm
    >>> from skmm.datasets import make_multimodal_classification
    >>> X, y = make_multimodal_classification(60, modalities={"a": 9, "b": 5}, random_state=0)
    >>> members = [("a", LogisticRegression()), ("b", LogisticRegression())]
    >>> model = skmm.LateFusionClassifier(members).fit(X, y)
    >>> card = skmm.model_card(model, X=X, y=y, metrics={"accuracy": 0.9})
    >>> print(card.sections["How good it is"])
    | metric | value |
    |---|---|
    | accuracy | 0.9 |
    """
    if not isinstance(model, BaseEstimator):
        raise TypeError(
            f"model is a {type(model).__name__}; expected an estimator, such as a fitted pipeline"
        )
    sections = {
        "What it is": _describe_model(model, description),
        "Modalities": _describe_modalities(model, X),
        "What it gives": _describe_output(model),
        "How good it is": _describe_metrics(metrics),
        "What it was fitted on": _describe_data(X, y),
        "What it tells of single samples": _describe_privacy(model),
        "Versions": _describe_versions(model),
    }
    return ModelCard(_title_of(model), {title: text for title, text in sections.items() if text})


class ModelCard:
    """The description of a model, made by :func:`model_card`.

    Parameters
    ----------
    title : str
    sections : dict of str to str
        Text of each section, in Markdown, by its title.
    """

    def __init__(self, title, sections):
        self.title = title
        self.sections = sections

    def __str__(self):
        parts = [f"# {self.title}"]
        for title, text in self.sections.items():
            parts += [f"## {title}", text]
        return "\n\n".join(parts) + "\n"

    def __repr__(self):
        return f"<ModelCard of {self.title!r}: {', '.join(self.sections)}>"

    def _repr_markdown_(self):
        return str(self)

    def save(self, path):
        """Write the text to a file.

        Parameters
        ----------
        path : str or path-like
        """
        with open(os.fspath(path), "w", encoding="utf-8") as file:
            file.write(str(self))


def _title_of(model):
    names = [type(step).__name__ for _, step in getattr(model, "steps", [("", model)])]
    return ", ".join(names)


def _describe_model(model, description):
    # Without a fusion the blocks stay apart, for a deep one to fuse.
    names = {
        type(part).__name__ for part in _parts_of(model) if getattr(part, "fusion", "") is not None
    }
    kinds = [kind for kind, of_kind in _KINDS.items() if of_kind & names]
    paragraphs = [
        description,
        f"Kind: {', '.join(kinds)}." if kinds else None,
        f"```\n{model.__repr__(N_CHAR_MAX=_LONGEST_REPR)}\n```",
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _parts_of(model):
    return [model, *model.get_params().values()]


def _describe_modalities(model, X):
    if isinstance(X, pd.DataFrame):
        rows = [(name, _form_of(X[name]), _missing_share(X[name])) for name in X]
        return _as_table(["modality", "cells", "missing"], rows)
    names = getattr(model, "feature_names_in_", None)
    if names is not None:
        return _as_table(["modality"], [(name,) for name in names])
    width = getattr(model, "n_features_in_", None)
    return None if width is None else f"A matrix of {width} columns."


def _form_of(column):
    if isinstance(column.array, TensorArray):
        shape = " x ".join(map(str, column.array.tensor.shape[1:]))
        return f"arrays of {shape}, {column.array.tensor.dtype}"
    if column.dtype != object:
        return str(column.dtype)
    kinds = sorted({type(cell).__name__ for cell in column[presence_mask(column)]})
    return " or ".join(kinds)


def _missing_share(column):
    return f"{100 * (1 - presence_mask(column).mean()):.0f} %"


def _describe_output(model):
    classes = getattr(model, "classes_", None)
    if classes is None:
        return None
    if isinstance(classes, list):  # of several targets
        classes = dict(enumerate(classes))
    if isinstance(classes, dict):
        rows = [(target, _list_classes(part)) for target, part in classes.items()]
        return _as_table(["target", "classes"], rows)
    return f"One of {len(classes)} classes: {_list_classes(classes)}."


def _list_classes(classes):
    shown = [str(name) for name in list(classes)[:_MOST_CLASSES]]
    more = len(classes) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _describe_metrics(metrics):
    if metrics is None:
        return None
    if isinstance(metrics, FusionComparison):
        table = metrics.table[_OF_COMPARISON]
        rows = [
            (name, *map(_as_number, row))
            for name, row in zip(table.index, table.to_numpy(), strict=True)
        ]
        return (
            f"Scores ({metrics.score_name}) over {len(metrics.scores)} folds; differences are to the "
            "best single modality.\n\n" + _as_table(["model", *_OF_COMPARISON], rows)
        )
    if not isinstance(metrics, dict) or not all(isinstance(v, Real) for v in metrics.values()):
        raise TypeError(
            f"metrics is {metrics!r:.80}; expected a dict of numbers by name, such as "
            "{'accuracy': 0.93}, or a FusionComparison"
        )
    return _as_table(["metric", "value"], [(k, _as_number(v)) for k, v in metrics.items()])


def _describe_versions(model):
    types = {f"{type(part).__module__}.{type(part).__name__}" for part in _parts_of(model)}
    versions = versions_that_matter(types)
    return _as_table(["library", "version"], versions.items())


def _as_number(value):
    return "" if np.isnan(value) else f"{value:.4g}"


def _describe_data(X, y):
    given = {name: data for name, data in {"X": X, "y": y}.items() if data is not None}
    rows = [(name, len(data), f"`{hash_data(data)}`") for name, data in given.items()]
    return _as_table(["data", "rows", "SHA-256"], rows) if rows else None


def _describe_privacy(model):
    """What each estimator has spent that was trained privately, and what others are in the model."""
    parts = list(_estimators_in(model, set()))
    private = [part for part in parts if _was_trained_privately(part)]
    if not private:
        return None
    rows = [
        (type(part).__name__, _as_number(part.epsilon_), _as_number(part.delta_))
        for part in private
    ]
    others = sorted({type(part).__name__ for part in parts if _has_learned_by_itself(part)})
    text = (
        "Trained with differential privacy: what can be told of any one sample is bounded, of these "
        "estimators alone, and by what each has spent in its own training.\n\n"
        + _as_table(["estimator", "epsilon", "delta"], rows)
    )
    if others:
        text += (
            f"\n\nNot trained privately: {', '.join(others)}. What they have learned may tell of single "
            "samples, and so may what the model gives."
        )
    return text


def _was_trained_privately(part):
    # Others have an epsilon_, too, such as GaussianNB; and a frozen estimator has what is in it.
    return isinstance(vars(part).get("privacy"), DPSGD) and "epsilon_" in vars(part)


def _has_learned_by_itself(part):
    """Whether an estimator is fitted, not privately, and no mere shell of others."""
    is_fitted = any(name.endswith("_") and not name.startswith("_") for name in vars(part))
    is_shell = any(True for _ in _estimators_in(vars(part), {id(part)}))
    return is_fitted and not is_shell and not _was_trained_privately(part)


def _estimators_in(part, seen):
    """Yield the estimators in a value, in their attributes and so on, each once.

    What is inside of one that was trained privately belongs to it. Not all that holds estimators is one:
    scikit-learn calibrates by plain objects.
    """
    if id(part) in seen or _is_long_and_plain(part):
        return
    if isinstance(part, list | tuple | dict):
        seen.add(id(part))
        for item in part.values() if isinstance(part, dict) else part:
            yield from _estimators_in(item, seen)
    elif isinstance(part, BaseEstimator) or type(part).__module__.startswith(_SEARCHED):
        seen.add(id(part))
        if isinstance(part, BaseEstimator):
            yield part
            if _was_trained_privately(part):
                return
        yield from _estimators_in(getattr(part, "__dict__", {}), seen)


def _is_long_and_plain(part):
    """Whether it is a vocabulary or a history, by its first entry."""
    if not isinstance(part, list | tuple | dict) or len(part) <= _LONG:
        return False
    first = next(iter(part.values() if isinstance(part, dict) else part))
    return isinstance(first, str | bytes | int | float | np.generic)


def _as_table(head, rows):
    lines = ["| " + " | ".join(map(_as_cell, line)) + " |" for line in (head, *rows)]
    return "\n".join([lines[0], "|---" * len(head) + "|", *lines[1:]])


def _as_cell(value):
    return str(value).replace("|", "\\|").replace("\n", " ")
