"""Trees whose nodes lead elsewhere are refused: scikit-learn would follow them."""

import copy

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    RandomForestRegressor,
)
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from threadpoolctl import threadpool_limits

from skmm.persistence._trees import check_trees, make_predictor, make_tree

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
X[:, 2] = RNG.integers(0, 5, size=60)
Y = np.arange(60) % 3


def tree_parts(model):
    """Arguments of make_tree."""
    _, arguments, state = model.fit(X, Y).tree_.__reduce__()
    return [*arguments, state | {"nodes": state["nodes"].copy()}]


@pytest.mark.parametrize("model", [DecisionTreeClassifier(), DecisionTreeRegressor()])
def test_a_sound_tree_is_made_again(model):
    again = make_tree(*tree_parts(model))
    assert_array_equal(again.predict(X.astype("f4")), model.tree_.predict(X.astype("f4")))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("left_child", 10**6),
        ("left_child", -2),
        ("left_child", 0),
        ("right_child", 10**6),
        ("right_child", -1),
        ("right_child", 0),
        ("feature", 3),
        ("feature", -1),
        ("feature", 2**62),
    ],
)
def test_nodes_that_lead_elsewhere_are_refused(field, value):
    parts = tree_parts(DecisionTreeClassifier())
    parts[3]["nodes"][field][0] = value
    with pytest.raises(ValueError, match="has children elsewhere|asks for feature"):
        make_tree(*parts)


@pytest.mark.parametrize(
    ("position", "value"), [(1, np.array([3, 3])), (1, np.array([[3]])), (2, 2), (2, 10**9)]
)
def test_classes_are_as_many_as_they_say(position, value):
    parts = tree_parts(DecisionTreeClassifier())
    parts[position] = value
    with pytest.raises(ValueError, match="do not belong together"):
        make_tree(*parts)


def test_nodes_are_as_many_as_they_say():
    parts = tree_parts(DecisionTreeClassifier())
    parts[3]["node_count"] += 1
    with pytest.raises(ValueError, match="do not belong together"):
        make_tree(*parts)
    parts[3] |= {"node_count": 0, "nodes": parts[3]["nodes"][:0]}
    with pytest.raises(ValueError, match="children elsewhere"):
        make_tree(*parts)


def test_values_are_as_many_as_nodes():
    parts = tree_parts(DecisionTreeClassifier())
    parts[3]["values"] = parts[3]["values"][1:]
    with pytest.raises(ValueError, match="shape"):  # scikit-learn's own check
        make_tree(*parts)


@pytest.fixture(autouse=True)
def one_thread():
    """Threads for trees of a few nodes only wait for each other."""
    with threadpool_limits(1):
        yield


@pytest.fixture
def boosted():
    return HistGradientBoostingClassifier(
        max_iter=3, min_samples_leaf=3, categorical_features=[2], random_state=0
    ).fit(X, Y)


def predictor_state(model):
    """The state of a tree that splits by categories."""
    states = [vars(predictor) for stage in model._predictors for predictor in stage]
    state = next(state for state in states if len(state["raw_left_cat_bitsets"]))
    return {name: value.copy() for name, value in state.items()}


def test_a_sound_histogram_tree_is_made_again(boosted):
    state = predictor_state(boosted)
    assert_array_equal(make_predictor(state).nodes, state["nodes"])


@pytest.mark.parametrize(
    ("field", "value"), [("left", 2**32 - 1), ("left", 0), ("right", 10**6), ("right", 0)]
)
def test_nodes_of_histograms_that_lead_elsewhere_are_refused(boosted, field, value):
    state = predictor_state(boosted)
    state["nodes"][field][0] = value
    with pytest.raises(ValueError, match="has children elsewhere"):
        make_predictor(state)


def test_sets_of_categories_are_there(boosted):
    state = predictor_state(boosted)
    state["nodes"]["bitset_idx"] = 10**6
    with pytest.raises(ValueError, match="asks for set of categories 1000000"):
        make_predictor(state)


@pytest.mark.parametrize("name", ["raw_left_cat_bitsets", "binned_left_cat_bitsets"])
def test_sets_of_categories_have_their_shape(boosted, name):
    state = predictor_state(boosted)
    state[name] = state[name][:, :4]
    with pytest.raises(ValueError, match="sets of categories have the shape"):
        make_predictor(state)


SOUND = [
    DecisionTreeClassifier(),
    RandomForestRegressor(3),
    GradientBoostingClassifier(n_estimators=3),
    GradientBoostingRegressor(n_estimators=3),
    HistGradientBoostingClassifier(max_iter=3),
]


@pytest.mark.parametrize("model", SOUND, ids=lambda model: type(model).__name__)
def test_sound_models_pass_fitted_or_not_and_inside_of_others(model):
    check_trees(model)
    check_trees({"models": [(make_pipeline(copy.deepcopy(model)).fit(X, Y), np.array([model]))]})


@pytest.mark.parametrize("model", SOUND[:-1], ids=lambda model: type(model).__name__)
def test_trees_of_more_features_than_are_checked_are_refused(model):
    model = copy.deepcopy(model).fit(X, Y)
    parts = [model, *np.ravel(getattr(model, "estimators_", []))]
    for part in parts:
        part.n_features_in_ = 2
    with pytest.raises(ValueError, match=r"a tree of 3 features is in a \w+ of 2"):
        check_trees([{"model": (model,)}])


def test_stages_of_another_width_are_refused():
    model = GradientBoostingClassifier(n_estimators=3).fit(X, Y)
    model.n_trees_per_iteration_ = 2
    with pytest.raises(ValueError, match="there are 3 trees in each stage"):
        check_trees(model)


def test_histograms_that_read_other_features_are_refused(boosted):
    boosted.n_features_in_ = 1
    with pytest.raises(ValueError, match=r"asks for feature \d, and there are 1"):
        check_trees(make_pipeline(boosted))


def test_histograms_that_read_numbers_as_categories_are_refused(boosted):
    boosted._bin_mapper.is_categorical_ = np.zeros(3, dtype=np.uint8)
    with pytest.raises(ValueError, match="a tree reads numbers as categories"):
        check_trees(boosted)


def test_models_that_hold_themselves_are_looked_at_once():
    model = DecisionTreeClassifier().fit(X, Y)
    model.itself = [model]
    check_trees(model)
