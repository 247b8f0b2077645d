"""Trees of scikit-learn, whose compiled code follows the numbers in their nodes without a look.

A child or a feature that is out of range would read memory of others, or end the process, so that
nothing else makes trees from a file.
"""

from types import FunctionType, ModuleType

import numpy as np
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.tree import BaseDecisionTree

from skmm._validation import import_tree_classes

_NO_CHILD = -1


def make_tree(n_features, n_classes, n_outputs, state):
    """Make the nodes of a decision tree."""
    tree_class, _ = import_tree_classes()
    nodes, n_classes = state["nodes"], np.array(n_classes, dtype=np.intp)
    if n_classes.shape != (n_outputs,) or state["node_count"] != len(nodes):
        raise ValueError(f"a tree of {len(nodes)} nodes has sizes that do not belong together")
    inner = np.flatnonzero(nodes["left_child"] != _NO_CHILD)
    _check_children(nodes, inner, "left_child", "right_child")
    _check_range("feature", nodes["feature"][inner], n_features)
    tree = tree_class(n_features, n_classes, n_outputs)
    tree.__setstate__(state)
    return tree


def make_predictor(state):
    """Make the nodes of a tree of histogram gradient boosting."""
    _, predictor_class = import_tree_classes()
    nodes, sets = state["nodes"], state["raw_left_cat_bitsets"]
    inner = np.flatnonzero(nodes["is_leaf"] == 0)
    _check_children(nodes, inner, "left", "right")
    categorical = inner[nodes["is_categorical"][inner] != 0]
    _check_range("set of categories", nodes["bitset_idx"][categorical], len(sets))
    for array in (sets, state["binned_left_cat_bitsets"]):
        if array.shape != (len(sets), 8):
            raise ValueError(f"sets of categories have the shape {array.shape}")
    return predictor_class(nodes, state["binned_left_cat_bitsets"], sets)


def check_trees(model):
    """Refuse trees that read features which their estimators do not look for in X.

    Parameters
    ----------
    model : object
        What was loaded; all that it holds is looked at.
    """
    seen, waiting = {}, [model]
    while waiting:
        part = waiting.pop()
        if id(part) not in seen:
            seen[id(part)] = part  # kept, so that no other one gets its id
            _check_estimator(part)
            waiting += _parts_of(part)


def _check_children(nodes, inner, left, right):
    """Children come after their parents, so that every way down ends."""
    for side in (left, right):
        children = nodes[side][inner].astype(np.int64)
        if len(nodes) == 0 or (children <= inner).any() or (children >= len(nodes)).any():
            raise ValueError(f"a tree of {len(nodes)} nodes has children elsewhere")


def _check_range(name, numbers, limit):
    numbers = numbers.astype(np.int64)
    if (numbers < 0).any() or (numbers >= limit).any():
        raise ValueError(f"a tree asks for {name} {numbers.max()}, and there are {limit}")


def _check_estimator(part):
    if isinstance(part, BaseDecisionTree) and hasattr(part, "tree_"):
        _check_n_features(part, part.tree_.n_features)
    elif isinstance(part, GradientBoostingClassifier | GradientBoostingRegressor):
        _check_boosting(part)
    elif isinstance(part, HistGradientBoostingClassifier | HistGradientBoostingRegressor):
        _check_histograms(part)


def _check_n_features(estimator, n_features):
    if n_features != estimator.n_features_in_:
        raise ValueError(
            f"a tree of {n_features} features is in a {type(estimator).__name__} of "
            f"{estimator.n_features_in_}"
        )


def _check_boosting(estimator):
    stages = getattr(estimator, "estimators_", np.empty((0, 0)))
    for stage in stages.ravel():
        _check_n_features(estimator, stage.tree_.n_features)
    if stages.size and stages.shape[1] != estimator.n_trees_per_iteration_:
        raise ValueError(f"there are {stages.shape[1]} trees in each stage of gradient boosting")


def _check_histograms(estimator):
    for predictor in (p for stage in getattr(estimator, "_predictors", []) for p in stage):
        nodes = predictor.nodes[predictor.nodes["is_leaf"] == 0]
        _check_range("feature", nodes["feature_idx"], estimator.n_features_in_)
        categorical = estimator._bin_mapper.is_categorical_
        read_so = nodes["feature_idx"][nodes["is_categorical"] != 0]
        if len(categorical) != estimator.n_features_in_ or not categorical[read_so].all():
            raise ValueError("a tree reads numbers as categories")


def _parts_of(value):
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list | tuple | set):
        return list(value)
    if isinstance(value, np.ndarray):
        return value.ravel().tolist() if value.dtype == object else []
    if isinstance(value, type | FunctionType | ModuleType) or _is_of_torch(value):
        return []
    return list(vars(value).values()) if hasattr(value, "__dict__") else []


def _is_of_torch(value):
    return type(value).__module__.partition(".")[0] in ("torch", "skorch")
