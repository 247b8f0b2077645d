"""The strategies of a search."""

import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmm import LateFusionClassifier, LateFusionRegressor, MultimodalFusion
from skmm.datasets import make_multimodal_classification
from skmm.fusion import ConcatFusion
from skmm.model_selection._search.candidates import make_candidates
from skmm.model_selection._search.features import Feature
from skmm.nn import DeepFusionRegressor

FEATURES = [
    Feature("a", "passthrough", "a", is_sparse=False, width=6),
    Feature("b", "passthrough", "b", is_sparse=False, width=5),
]
LINEAR, SVM = ("linear", LogisticRegression()), ("svm", SVC())
FOREST = ("forest", RandomForestClassifier(5, random_state=0))


@pytest.fixture(scope="module")
def data():
    return make_multimodal_classification(
        60, modalities={"a": 6, "b": 5}, missing={"a": 0.2}, random_state=0
    )


def by_name(*args, **options):
    return {c.name: c for c in make_candidates(*args, **options)}


def test_the_cheap_ones_come_first():
    names = list(by_name(FEATURES, [LINEAR, FOREST], ("early", "late")))
    assert names == [
        *("a, linear", "b, linear"),
        *("early standard, linear", "early sqrt_dim, linear", "early mfa, linear"),
        "late product, linear",
        *("a, forest", "b, forest"),
        "early standard, forest",  # to which scales are all the same
        "late product, forest",
        *("late stacking, linear", "late stacking, forest", "late stacking, all"),
    ]


def test_one_learner_is_not_named():
    names = list(by_name(FEATURES, [FOREST], ("early", "late")))
    assert names == ["a", "b", "early standard", "late product", "late stacking"]


def test_a_single_modality_is_nothing_to_fuse():
    assert list(by_name(FEATURES[:1], [LINEAR], ("early", "late", "deep"))) == ["a"]


def test_what_it_consists_of_is_known():
    candidates = by_name(FEATURES, [LINEAR, FOREST], ("early", "late"))
    assert candidates["a, linear"].is_single
    assert candidates["early mfa, linear"].parts == ("a, linear", "b, linear")
    product, stacking = candidates["late product, forest"], candidates["late stacking, all"]
    assert (product.parts, product.n_fits) == (("a, forest", "b, forest"), 1)
    parts = ("a, linear", "b, linear", "a, forest", "b, forest")
    assert (stacking.parts, stacking.n_fits) == (parts, 6)


def test_a_single_modality_predicts_as_its_own_pipeline(data):
    X, y = data
    X, y = X[X["a"].notna()], y[X["a"].notna()]
    model = by_name(FEATURES, [LINEAR], ())["a"].model.fit(X, y)
    block = X["a"].array.tensor
    expected = make_pipeline(StandardScaler(), LogisticRegression()).fit(block, y)
    assert_allclose(model.predict_proba(X), expected.predict_proba(block), rtol=1e-5)


def test_a_late_fusion_is_that_of_pipelines_of_single_modalities(data):
    X, y = data
    found = by_name(FEATURES, [LINEAR], ("late",))
    member = make_pipeline(StandardScaler(), LogisticRegression())
    for rule in ("product", "stacking"):
        model = found[f"late {rule}"].model.fit(X, y)
        expected = LateFusionClassifier([("a", member), ("b", member)], rule=rule).fit(X, y)
        assert_allclose(model.predict_proba(X), expected.predict_proba(X), rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("scaling", ["standard", "sqrt_dim", "mfa"])
def test_an_early_fusion_is_that_of_scaled_blocks(data, scaling):
    X, y = data
    model = by_name(FEATURES, [LINEAR], ("early",))[f"early {scaling}"].model.fit(X, y)
    fusion = MultimodalFusion(
        [("a", "passthrough"), ("b", "passthrough")],
        fusion=ConcatFusion(scaling=scaling),
        missing="mean",
    )
    expected = make_pipeline(fusion, LogisticRegression()).fit(X, y)
    assert_array_equal(model.predict_proba(X), expected.predict_proba(X))


def test_a_learner_without_probabilities_gives_some_and_decides_as_before(data):
    X, y = data
    model = by_name(FEATURES, [SVM], ("early",))["early standard"].model.fit(X, y)
    assert_allclose(model.predict_proba(X).sum(axis=1), 1)
    expected = make_pipeline(clone(model[0]), SVC()).fit(X, y)
    scores = expected.decision_function(X)
    assert_array_equal(model.predict(X), expected.classes_[scores.argmax(axis=1)])


def test_sparse_blocks_keep_their_weights_and_are_reduced_for_networks():
    words = Feature("text", "passthrough", "text", is_sparse=True, width=40)
    candidates = by_name([words, FEATURES[0]], [LINEAR], ("deep",))
    assert candidates["text"].model.get_params()["text__multimodalfusion__fusion"].scaling is None
    assert candidates["a"].model.get_params()["a__multimodalfusion__fusion"].scaling == "standard"
    text, image = candidates["deep gated"].model[0].transformers
    assert text[1][1].n_components == 20
    assert image == FEATURES[0].member


def test_networks_take_features_of_their_own_and_prepare_for_gaps():
    own = [("a", StandardScaler())]
    candidates = by_name(FEATURES, [LINEAR], ("deep",), deep_features=own, gaps=True)
    assert list(candidates)[2:] == ["deep gated", "deep low_rank"]
    assert candidates["deep gated"].model[0].transformers == own
    assert candidates["deep gated"].model[1].modality_dropout == 0.2


def test_numbers_are_learned_by_regressors():
    candidates = by_name(FEATURES, [("ridge", Ridge())], ("early", "late", "deep"))
    assert list(candidates)[5:7] == ["late mean", "late stacking"]
    assert isinstance(candidates["late mean"].model, LateFusionRegressor)
    assert isinstance(candidates["a"].model, LateFusionRegressor)
    assert isinstance(candidates["deep gated"].model[-1], DeepFusionRegressor)


def test_fusions_can_be_given():
    model = LogisticRegression()
    candidates = by_name(FEATURES, [LINEAR], {"mine": model})
    assert list(candidates) == ["a", "b", "mine"]
    assert candidates["mine"].model is model


def test_two_of_one_name_are_refused():
    with pytest.raises(ValueError, match="two strategies are called 'a'; rename"):
        make_candidates(FEATURES, [LINEAR], {"a": LogisticRegression()})


def test_without_networks_there_is_no_torch():
    code = (
        "import sys\n"
        "from sklearn.linear_model import LogisticRegression\n"
        "from skmm.model_selection._search.candidates import make_candidates\n"
        "from skmm.model_selection._search.features import Feature\n"
        "features = [Feature('a', 'passthrough', 0), Feature('b', 'passthrough', 1)]\n"
        "make_candidates(features, [('l', LogisticRegression())], ('early', 'late'))\n"
        "print('torch' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_columns_by_number_reach_every_member():
    X, y = np.random.default_rng(0).normal(size=(40, 5)), np.arange(40) % 2
    features = [Feature("a", "passthrough", slice(1, 3)), Feature("b", "passthrough", [4, 0])]
    model = by_name(features, [LINEAR], ("late",))["late product"].model.fit(X, y)
    member = make_pipeline(StandardScaler(), LogisticRegression())
    expected = LateFusionClassifier([("a", member, [1, 2]), ("b", member, [4, 0])], rule="product")
    assert_allclose(model.predict_proba(X), expected.fit(X, y).predict_proba(X))
