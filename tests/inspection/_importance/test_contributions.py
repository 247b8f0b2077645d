"""What modalities contribute to the prediction for each sample."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from skmm import LateFusionClassifier, MultimodalFusion
from skmm.inspection import modality_importance, sample_contributions
from tests.inspection.conftest import PARTS, SHAPES


@pytest.mark.parametrize("removal", ["mask", "permute", "mean"])
def test_they_sum_to_the_output_minus_the_base(early, late, samples, removal):
    X, _ = samples
    for model in (early, late):
        found = sample_contributions(model, X, removal=removal, random_state=0)
        assert_allclose(found.contributions.sum(axis=1), found.output - found.base, atol=1e-12)
        assert_allclose(found.output, model.predict_proba(X).max(axis=1), rtol=1e-14)
        assert_array_equal(found.target, model.predict(X))


def test_of_a_linear_model_it_is_the_term_of_the_modality(regressor, numbers):
    X, _ = numbers
    found = sample_contributions(regressor, X)
    blocks, weights = regressor[0].transform(X), regressor[-1].coef_
    for name, part in regressor[0].output_slices_.items():
        expected = blocks[:, part] @ weights[part]  # standardized: without it, it is 0
        assert_allclose(found.contributions[name], expected, atol=1e-12)
    assert_allclose(found.output, regressor.predict(X))
    assert found.target is None


def test_of_a_mean_of_two_members_it_is_known_in_full(samples):
    X, y = samples
    X = X[["image", "text"]]
    late = LateFusionClassifier([(m, LogisticRegression()) for m in X], rule="mean").fit(X, y)
    image, text = (late.named_estimators_[m].predict_proba(X[m].array.tensor)[:, 1] for m in X)
    found = sample_contributions(late, X, target=1)
    # From the prior, image first or second: (image - prior + mean - text) / 2.
    expected = (image - late.class_prior_[1] + (image + text) / 2 - text) / 2
    assert_allclose(found.contributions["image"], expected, atol=1e-12)
    assert_allclose(found.base, late.class_prior_[1])


def test_a_missing_modality_contributes_exactly_nothing(early, late, samples):
    X, _ = samples
    missing = X["audio"].isna().to_numpy()
    assert missing.any()
    for model in (early, late):
        found = sample_contributions(model, X)
        assert (found.contributions.loc[missing, "audio"] == 0).all()
        assert (found.contributions.loc[~missing, "audio"] != 0).all()


def test_the_class_in_question_is_the_users(late, samples):
    X, y = samples
    one = sample_contributions(late, X, target=1)
    assert_array_equal(one.output, late.predict_proba(X)[:, 1])
    own = sample_contributions(late, X, target=y)
    assert_array_equal(own.output, late.predict_proba(X)[np.arange(len(y)), y])
    # There are two classes: what speaks for one speaks against the other.
    other = sample_contributions(late, X, target=0)
    assert_allclose(one.contributions, -other.contributions, atol=1e-12)


def test_a_sample_does_not_depend_on_the_others(late, samples):
    X, _ = samples
    whole = sample_contributions(late, X[:10])
    alone = sample_contributions(late, X[3:4])
    assert_allclose(whole.contributions.iloc[[3]], alone.contributions, atol=1e-12)
    assert list(alone.contributions.index) == [3]


def test_shares_are_absolute_contributions_over_their_sum(late, samples):
    found = sample_contributions(late, samples[0])
    assert_allclose(found.shares.sum(axis=1), 1)
    assert_allclose(
        found.shares["text"] * found.contributions.abs().sum(axis=1),
        found.contributions["text"].abs(),
    )


def test_an_unused_modality_has_no_share(samples):
    X, y = samples
    model = make_pipeline(MultimodalFusion(PARTS[:1], missing="mean"), LogisticRegression()).fit(
        X, y
    )
    found = sample_contributions(model, X, modalities=["image", "text"])
    assert (found.shares["text"] == 0).all()


def test_decisions_take_the_place_of_probabilities(samples):
    X, y = samples
    fusion = MultimodalFusion(PARTS, missing="mean")
    two = make_pipeline(fusion, SVC()).fit(X, y)
    found = sample_contributions(two, X)
    assert_allclose(found.output, np.abs(two.decision_function(X)))
    several = make_pipeline(fusion, SVC()).fit(X, np.arange(len(y)) % 3)
    found = sample_contributions(several, X, target=2)
    assert_allclose(found.output, several.decision_function(X)[:, 2])


def test_permutation_repeats_are_averaged(late, samples):
    X, _ = samples
    ten = sample_contributions(late, X, removal="permute", n_repeats=10, random_state=0)
    again = sample_contributions(late, X, removal="permute", n_repeats=10, random_state=0, n_jobs=2)
    assert_array_equal(ten.contributions, again.contributions)
    one = sample_contributions(late, X, removal="permute", n_repeats=1, random_state=0)
    assert ten.base.std() < one.base.std()


def test_many_modalities_are_sampled(numbers):
    X = np.hstack([numbers[0][m].array.tensor for m in SHAPES]).astype(float)
    model = LinearRegression().fit(X, numbers[1])
    found = sample_contributions(model, X, removal="mean", random_state=0)
    assert_allclose(found.contributions, (X - X.mean(axis=0)) * model.coef_, atol=1e-9)


def test_what_has_no_single_output_is_refused(samples, numbers):
    X, y = samples
    table = X["image"].array.tensor
    several = LinearRegression().fit(table, np.column_stack([y, y]))
    with pytest.raises(ValueError, match="LinearRegression predicts several targets"):
        sample_contributions(several, table, removal="mean")
    labels = KNeighborsClassifier().fit(table, np.column_stack([y, 1 - y]))
    with pytest.raises(ValueError, match="KNeighborsClassifier predicts several targets"):
        sample_contributions(labels, table, removal="mean")


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (7, r"target 7 is none of the classes \[0, 1\]"),
        ([0, 1], r"target has shape \(2,\); give one class for all, or one for each of the 90"),
        ([[0]], r"target has shape \(1, 1\)"),
    ],
)
def test_a_wrong_target_is_named(late, samples, target, message):
    with pytest.raises(ValueError, match=message):
        sample_contributions(late, samples[0], target=target)


def test_numbers_have_no_class(regressor, numbers):
    with pytest.raises(ValueError, match="target=1 is a class, and Pipeline is no classifier"):
        sample_contributions(regressor, numbers[0], target=1)


def test_mean_contributions_to_the_true_class_are_the_importance_for_its_probability(late, samples):
    X, y = samples

    def probability(estimator, X, y):
        return estimator.predict_proba(X)[np.arange(len(y)), y].mean()

    importance = modality_importance(late, X, y, scoring=probability, confidence_level=None)
    found = sample_contributions(late, X, target=y)
    assert_allclose(found.contributions.mean(), importance.importances_mean, atol=1e-12)


def test_decisions_on_pairs_of_classes_are_refused():
    X = np.random.default_rng(0).normal(size=(90, 2))
    y = np.digitize(X[:, 0], [-0.5, 0.5])
    pairs = SVC(decision_function_shape="ovo")
    search = GridSearchCV(make_pipeline(pairs), {"svc__C": [1.0]}, cv=2)
    for model in (pairs, search):
        with pytest.raises(
            ValueError, match='gives a decision for each pair of classes.*_shape="ovr"'
        ):
            sample_contributions(model.fit(X, y), X, removal="mean")
    found = sample_contributions(SVC().fit(X, y), X, removal="mean")
    assert_array_equal(found.target, SVC().fit(X, y).predict(X))
    two = sample_contributions(pairs.fit(X, y > 0), X, removal="mean")
    assert_array_equal(two.target, pairs.predict(X))
