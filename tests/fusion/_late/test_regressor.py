"""LateFusionRegressor against scikit-learn's own voting and stacking on the same columns."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes
from sklearn.ensemble import StackingRegressor, VotingRegressor
from sklearn.exceptions import DataConversionWarning
from sklearn.linear_model import LogisticRegression, Ridge, RidgeCV
from sklearn.metrics import r2_score
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeRegressor

from skmm import LateFusionRegressor, make_frame

COLUMNS = {"body": [0, 1, 2, 3], "serum": [4, 5, 6, 7, 8, 9]}
MODELS = {"body": Ridge(), "serum": DecisionTreeRegressor(max_depth=3, random_state=0)}
FOLDS = KFold(4, shuffle=True, random_state=0)


@pytest.fixture
def diabetes():
    return load_diabetes(return_X_y=True)


@pytest.fixture
def frame(diabetes):
    return make_frame(**{name: diabetes[0][:, columns] for name, columns in COLUMNS.items()})


def members():
    return list(MODELS.items())


def on_columns():
    return [
        (name, make_pipeline(ColumnTransformer([("select", "passthrough", COLUMNS[name])]), model))
        for name, model in MODELS.items()
    ]


@pytest.mark.parametrize("weights", [None, {"body": 1, "serum": 3}])
def test_mean_is_voting(diabetes, frame, weights):
    X, y = diabetes
    given = None if weights is None else list(weights.values())
    voting = VotingRegressor(on_columns(), weights=given).fit(X, y)
    late = LateFusionRegressor(members(), weights=weights, rule="mean").fit(frame, y)
    assert_allclose(late.predict(frame), voting.predict(X), rtol=1e-12)


@pytest.mark.parametrize("final", [None, Ridge()])
def test_stacking_is_scikit_learns_on_the_same_folds(diabetes, frame, final):
    X, y = diabetes
    stacking = StackingRegressor(on_columns(), final or RidgeCV(), cv=FOLDS).fit(X, y)
    late = LateFusionRegressor(members(), rule="stacking", final_estimator=final, cv=FOLDS)
    assert_allclose(late.fit(frame, y).predict(frame), stacking.predict(X), rtol=1e-12)


def test_median_of_two_is_their_mean(diabetes, frame):
    mean = LateFusionRegressor(members(), rule="mean").fit(frame, diabetes[1]).predict(frame)
    median = LateFusionRegressor(members(), rule="median").fit(frame, diabetes[1]).predict(frame)
    assert_allclose(median, mean)


def test_greedy_is_never_worse_than_the_best_member_out_of_fold(diabetes, frame):
    X, y = diabetes
    late = LateFusionRegressor(members(), rule="greedy", cv=FOLDS).fit(frame, y)
    parts = {n: cross_val_predict(MODELS[n], X[:, COLUMNS[n]], y, cv=FOLDS) for n in COLUMNS}
    mixture = sum(late.weights_[name] * part for name, part in parts.items())
    assert np.square(mixture - y).mean() <= min(np.square(p - y).mean() for p in parts.values())


@pytest.mark.parametrize("rule", ["mean", "median", "stacking", "greedy"])
def test_a_row_without_any_modality_gets_the_mean_target(diabetes, frame, rule):
    late = LateFusionRegressor(members(), rule=rule).fit(frame, diabetes[1])
    frame.loc[3, ["body", "serum"]] = None
    frame.loc[4, "serum"] = None
    predictions = late.predict(frame)
    assert_allclose(predictions[3], diabetes[1].mean())
    assert np.isfinite(predictions).all()


def test_a_missing_modality_leaves_the_others_prediction(diabetes, frame):
    late = LateFusionRegressor(members(), rule="mean").fit(frame, diabetes[1])
    alone = late.named_estimators_["body"].predict(diabetes[0][:5, :4])
    frame.loc[:4, "serum"] = None
    assert_array_equal(late.predict(frame)[:5], alone)


def test_a_classifier_as_a_member_is_named(diabetes, frame):
    with pytest.raises(ValueError, match="modality 'body': LogisticRegression is not a regressor"):
        LateFusionRegressor([("body", LogisticRegression())], rule="mean").fit(frame, diabetes[1])


@pytest.mark.parametrize("rule", ["mean", "median", "greedy"])
def test_an_only_modality_decides_by_itself(diabetes, frame, rule):
    late = LateFusionRegressor(members(), rule=rule).fit(frame, diabetes[1])
    expected = late.named_estimators_["serum"].predict(diabetes[0][:, 4:])
    frame["body"] = None
    assert_allclose(late.predict(frame), expected)


def test_the_median_has_no_use_for_weights(diabetes, frame):
    weighted = LateFusionRegressor(members(), rule="median", weights={"body": 1, "serum": 0})
    plain = LateFusionRegressor(members(), rule="median")
    frame.loc[3, "body"] = None
    y = diabetes[1]
    with pytest.warns(UserWarning, match=r"rule='median' does not use the weights \{'body': 1"):
        weighted.fit(frame, y)
    assert_array_equal(weighted.predict(frame), plain.fit(frame, y).predict(frame))


def test_a_classifier_as_final_estimator_is_refused(diabetes, frame):
    late = LateFusionRegressor(members(), rule="stacking", final_estimator=LogisticRegression())
    with pytest.raises(ValueError, match="final_estimator=LogisticRegression.* is not a regressor"):
        late.fit(frame, diabetes[1])


# -- several targets


@pytest.mark.parametrize("rule", ["mean", "median", "stacking", "greedy"])
def test_several_targets_are_predicted_side_by_side(diabetes, frame, rule):
    X, y = diabetes
    targets = np.column_stack([y, 1000 * X[:, 2]])
    late = LateFusionRegressor(members(), rule=rule, cv=FOLDS).fit(frame, targets)
    assert_allclose(late.target_mean_, targets.mean(axis=0))
    frame.loc[3, ["body", "serum"]] = None
    predicted = late.predict(frame)
    assert predicted.shape == (442, 2)
    assert_allclose(predicted[3], late.target_mean_)
    assert late.score(frame, targets) > 0.4
    if rule in ("mean", "median"):
        alone = LateFusionRegressor(members(), rule=rule).fit(frame, y)
        parts = [
            MODELS[name].fit(X[:, columns], targets).predict(X[:, columns])
            for name, columns in COLUMNS.items()
        ]
        rows = np.arange(442) != 3
        assert_allclose(predicted[rows], np.mean(parts, axis=0)[rows])
        assert alone.predict(frame).shape == (442,)


def test_stacking_of_several_targets_is_ridge_on_all_predictions(diabetes, frame):
    X, y = diabetes
    targets = np.column_stack([y, 1000 * X[:, 2]])
    late = LateFusionRegressor(members(), rule="stacking", cv=FOLDS).fit(frame, targets)

    def features(of):
        return np.hstack([of(name, X[:, columns]) for name, columns in COLUMNS.items()])

    meta = features(lambda name, x: cross_val_predict(MODELS[name], x, targets, cv=FOLDS))
    final = RidgeCV().fit(meta, targets)
    new = features(lambda name, x: MODELS[name].fit(x, targets).predict(x))
    assert_allclose(late.predict(frame), final.predict(new), rtol=1e-8)


def test_member_scores_are_out_of_fold(diabetes, frame):
    X, y = diabetes
    late = LateFusionRegressor(members(), rule="greedy", cv=FOLDS).fit(frame, y)
    for name, columns in COLUMNS.items():
        predicted = cross_val_predict(MODELS[name], X[:, columns], y, cv=FOLDS)
        assert_allclose(late.member_scores_[name], r2_score(y, predicted))


def test_a_column_of_targets_is_flattened_with_a_warning(diabetes, frame):
    with pytest.warns(DataConversionWarning):
        late = LateFusionRegressor(members(), rule="mean").fit(frame, diabetes[1][:, None])
    assert late.predict(frame).shape == (442,)


def test_a_member_that_predicts_one_of_several_targets_is_refused(diabetes, frame):
    class Short(DecisionTreeRegressor):
        def predict(self, X):
            return super().predict(X)[:, 0]

    y = np.column_stack([diabetes[1], diabetes[1]])
    late = LateFusionRegressor([("body", Short())], rule="mean").fit(frame, y)
    with pytest.raises(ValueError, match="'body': Short predicts 1 target.*y has 2.*MultiOutput"):
        late.predict(frame)
