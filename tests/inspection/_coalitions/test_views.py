"""What is read once and mixed gives what the whole model predicts of the mixed samples."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmm import (
    DeepFusionClassifier,
    LateFusionClassifier,
    LateFusionRegressor,
    MultimodalFusion,
    make_frame,
)
from skmm.fusion import CanonicalFusion, ConcatFusion
from skmm.fusion._late.rules import CLASSIFIER_RULES
from skmm.generative import CrossModalImputer
from skmm.inspection._coalitions.coalitions import all_coalitions
from skmm.inspection._coalitions.modalities import read_modalities
from skmm.inspection._coalitions.removal import make_removals, replace_columns
from skmm.inspection._coalitions.views import BlockView, DecisionView, SampleView, make_view
from skmm.text import BagOfWordsVectorizer
from tests.inspection.conftest import PARTS, SHAPES
from tests.tiny_extractors import Lengths

FOREST = HistGradientBoostingClassifier(max_iter=3, min_samples_leaf=5)


def check_all_coalitions(model, X, removal, view_class, response="predict_proba", rtol=0):
    """Predictions from what was read once are those of the model on changed samples."""
    modalities = read_modalities(model, X)
    view = make_view(model, X, modalities)
    assert isinstance(view, view_class)
    change = make_removals(removal, X, modalities, 1, np.random.RandomState(0))[0]
    whole = view.read(X)
    table = whole if change.table is None else view.read(change.table)
    for coalition in all_coalitions(len(modalities)):
        absent = [name for name, kept in zip(modalities, coalition, strict=True) if not kept]
        positions = [j for name in absent for j in modalities[name]]
        expected = getattr(model, response)(
            replace_columns(X, change, positions) if positions else X
        )
        mixed = view.mix(whole, table, change.rows, absent)
        found = getattr(model, response)(mixed)
        assert_allclose(found, expected, rtol=rtol, atol=rtol)


@pytest.mark.parametrize("removal", ["mask", "permute", "mean"])
@pytest.mark.parametrize(
    ("fusion", "head"),
    [
        (MultimodalFusion(PARTS, missing="mean"), LogisticRegression()),
        (MultimodalFusion(PARTS, missing="zero", add_indicator=True), LogisticRegression()),
        (MultimodalFusion(PARTS, missing="nan", fusion=ConcatFusion(scaling=None)), FOREST),
        (MultimodalFusion(PARTS, missing="nan", fusion=CanonicalFusion(2)), LogisticRegression()),
        (MultimodalFusion(PARTS, missing=CrossModalImputer("ridge")), LogisticRegression()),
        (
            MultimodalFusion(PARTS, missing="mean", fusion=make_pipeline(ConcatFusion(), PCA(4))),
            GaussianNB(),
        ),
        (
            MultimodalFusion(PARTS, missing="nan", fusion=None),
            LateFusionClassifier([(m, GaussianNB()) for m in SHAPES], rule="bayes"),
        ),
    ],
    ids=["mean", "zero", "nan", "mask", "imputer", "pipeline", "blocks"],
)
def test_an_early_fusion(samples, fusion, head, removal):
    X, y = samples
    check_all_coalitions(make_pipeline(fusion, head).fit(X, y), X, removal, BlockView)


def test_a_deep_fusion(samples, seeded_torch):
    X, y = samples
    deep = DeepFusionClassifier(max_epochs=1, random_state=0)
    model = make_pipeline(MultimodalFusion(PARTS, fusion=None, missing="nan"), deep).fit(X, y)
    check_all_coalitions(model, X, "mask", BlockView)


@pytest.mark.parametrize("removal", ["mask", "permute", "mean"])
@pytest.mark.parametrize("rule", [*CLASSIFIER_RULES, "stacking", "greedy"])
def test_every_rule_of_a_late_fusion(samples, rule, removal):
    X, y = samples
    late = LateFusionClassifier([(m, GaussianNB()) for m in SHAPES], rule=rule, cv=3)
    # The product of one row with a matrix is rounded otherwise than that of many rows.
    check_all_coalitions(
        late.fit(X, y), X, removal, DecisionView, rtol=1e-12 if removal == "mean" else 0
    )


@pytest.mark.parametrize("removal", ["mask", "permute"])
def test_a_late_fusion_with_calibration_and_prior(samples, removal):
    X, y = samples
    members = [(m, GaussianNB()) for m in SHAPES]
    late = LateFusionClassifier(
        members, rule="product", calibration="temperature", prior=[0.9, 0.1], cv=3
    )
    check_all_coalitions(late.fit(X, y), X, removal, DecisionView)


@pytest.mark.parametrize("rule", ["mean", "median", "stacking"])
def test_a_late_fusion_of_numbers(numbers, rule, regressor):
    X, y = numbers
    members = [(m, regressor[-1]) for m in SHAPES]
    check_all_coalitions(
        LateFusionRegressor(members, rule=rule).fit(X, y), X, "mask", DecisionView, "predict"
    )


def test_raw_samples_sparse_blocks_and_bad_samples(samples):
    _, y = samples
    rng = np.random.default_rng(0)
    cells = [rng.integers(9, size=rng.integers(1, 5)).tolist() for _ in y]
    cells[3], cells[5] = "cannot be read", None
    X = make_frame(numbers=cells, text=[" ".join(rng.choice(["cat", "dog", "bird"], 4)) for _ in y])
    members = [("numbers", Lengths(on_error="missing")), ("text", BagOfWordsVectorizer())]
    model = make_pipeline(MultimodalFusion(members, missing="mean"), LogisticRegression())
    with pytest.warns(UserWarning, match="cannot be used"):
        model.fit(X, y)
    with pytest.warns(UserWarning, match="cannot be used"):
        check_all_coalitions(model, X, "mask", BlockView)


def test_two_members_on_one_column(samples):
    X, y = samples
    members = [("one", "passthrough", "image"), ("two", PCA(2), "image"), ("text", "passthrough")]
    model = make_pipeline(MultimodalFusion(members, missing="mean"), LogisticRegression()).fit(X, y)
    check_all_coalitions(model, X, "mask", BlockView)


def test_columns_of_a_matrix(numbers):
    X, y = np.hstack([numbers[0][m].array.tensor for m in SHAPES]), numbers[1] > 0
    members = [("left", "passthrough", slice(0, 9)), ("right", "passthrough", slice(9, None))]
    model = make_pipeline(MultimodalFusion(members, missing="mean"), LogisticRegression()).fit(X, y)
    check_all_coalitions(model, X, "mask", BlockView)
    check_all_coalitions(model, X, "permute", BlockView)
    late = LateFusionClassifier([(m, GaussianNB(), c) for m, _, c in members], rule="mean").fit(
        X, y
    )
    check_all_coalitions(late, X, "mask", DecisionView)


class Columns(TransformerMixin, BaseEstimator):
    """Numbers of a frame of tensors, 0 where they are missing."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        parts = [np.where(X[m].array.present[:, None], X[m].array.tensor, 0) for m in X]
        return np.hstack(parts)


@pytest.mark.parametrize("removal", ["mask", "permute", "mean"])
def test_any_other_model(samples, removal):
    X, y = samples
    model = make_pipeline(Columns(), LogisticRegression(max_iter=300)).fit(X, y)
    check_all_coalitions(model, X, removal, SampleView)


def test_what_depends_on_all_of_a_sample_is_not_read_in_advance(samples):
    X, y = samples
    late = LateFusionClassifier(
        [(m, GaussianNB()) for m in SHAPES], rule="mean", missing=CrossModalImputer("ridge")
    )
    check_all_coalitions(late.fit(X, y), X, "mask", SampleView)


def test_what_looks_at_samples_is_given_samples(early, samples):
    view = make_view(early, samples[0], read_modalities(early, samples[0]), of_samples=True)
    assert isinstance(view, SampleView)


def test_a_member_of_two_modalities_is_not_read_in_advance(numbers):
    X = np.hstack([numbers[0][m].array.tensor for m in SHAPES])
    model = make_pipeline(
        MultimodalFusion([("all", "passthrough")], missing="mean"), LogisticRegression()
    )
    model.fit(X, numbers[1] > 0)
    modalities = read_modalities(model, X, {"left": slice(0, 9), "right": slice(9, 18)})
    assert isinstance(make_view(model, X, modalities), SampleView)


def test_what_was_read_is_not_changed(early, late, samples):
    X, _ = samples
    for model in (early, late):
        view = make_view(model, X, read_modalities(model, X))
        whole, other = view.read(X), view.read(X[::-1])
        before = model.predict_proba(whole)
        model.predict_proba(view.mix(whole, other, np.arange(90)[::-1], ["audio", "text"]))
        assert_array_equal(model.predict_proba(whole), before)
        assert_array_equal(model.predict_proba(view.mix(whole, other, None, [])), before)


def test_names_of_features_reach_the_next_step(samples):
    X, y = samples
    fusion = MultimodalFusion(PARTS, missing="mean").set_output(transform="pandas")
    columns = make_column_transformer((StandardScaler(), make_column_selector("image|text")))
    model = make_pipeline(fusion, columns, LogisticRegression()).fit(X, y)
    check_all_coalitions(model, X, "mask", BlockView)
