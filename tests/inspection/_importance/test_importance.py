"""What each modality is worth, against games that are known and tools that do the same."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.compose import make_column_transformer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.impute import SimpleImputer
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skmm import ModalityError, MultimodalFusion, make_frame
from skmm.inspection import ModalityImportance, modality_importance
from tests.inspection.conftest import SHAPES

BITS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 10)
TABLE = pd.DataFrame(
    {
        "age": np.random.default_rng(0).normal(size=80),
        "size": np.random.default_rng(1).normal(size=80),
        "text": np.random.default_rng(2).choice(["a cat", "a dog", "the bird"], 80),
    }
)
CLASSES = ((TABLE["age"] + (TABLE["text"] == "a cat")) > 0.3).to_numpy()
COLUMNS = make_pipeline(
    make_column_transformer((StandardScaler(), ["age", "size"]), (CountVectorizer(), "text")),
    LogisticRegression(),
).fit(TABLE, CLASSES)


def test_shares_sum_to_the_score_of_all_minus_that_of_none(
    early, late, regressor, samples, numbers
):
    for model, (X, y) in ((early, samples), (late, samples), (regressor, numbers)):
        for removal in ("mask", "permute", "mean"):
            found = modality_importance(model, X, y, removal=removal, random_state=0)
            total = found.scores[tuple(SHAPES)] - found.scores[()]
            assert abs(found.importances_mean.sum() - total) < 1e-12
            assert found.scores[tuple(SHAPES)] == model.score(X, y)


def test_exclusive_or_is_shared_evenly():
    tree = DecisionTreeClassifier(random_state=0).fit(BITS, BITS[:, 0] ^ BITS[:, 1])
    # The mean bit is read as 0 by this tree, so one bit alone is right in half of the cases.
    found = modality_importance(tree, BITS, BITS[:, 0] ^ BITS[:, 1], removal="mean", random_state=0)
    assert_allclose(found.importances_mean, [0.25, 0.25], atol=1e-12)
    assert found.scores == {(): 0.5, ("x0",): 0.5, ("x1",): 0.5, ("x0", "x1"): 1.0}


@pytest.mark.parametrize("removal", ["permute", "mean"])
@pytest.mark.parametrize("method", ["shapley", "permutation", "ablation"])
def test_a_modality_that_is_not_used_is_worth_exactly_nothing(method, removal):
    if method == "permutation" and removal == "mean":
        return
    model = make_pipeline(
        make_column_transformer((StandardScaler(), ["age"])), LogisticRegression()
    )
    model.fit(TABLE, CLASSES)
    X = TABLE[["age", "size"]]
    found = modality_importance(model, X, CLASSES, method=method, removal=removal, random_state=0)
    assert (found.importances[1] == 0).all()
    assert found.interval[1].tolist() == [0, 0]


@pytest.mark.parametrize("scoring", [None, "neg_log_loss", "roc_auc"])
def test_permutation_is_that_of_scikit_learn(early, late, samples, scoring):
    X, y = samples
    for model, X_, y_ in ((early, X, y), (late, X, y), (COLUMNS, TABLE, CLASSES)):
        theirs = permutation_importance(model, X_, y_, n_repeats=3, random_state=7, scoring=scoring)
        ours = modality_importance(
            model, X_, y_, method="permutation", n_repeats=3, random_state=7, scoring=scoring
        )
        # A member's product rounds a row by its place in the batch; accuracy does not see that.
        atol = 1e-12 if scoring == "neg_log_loss" else 0
        assert_allclose(ours.importances, theirs.importances, rtol=0, atol=atol)
        assert_allclose(ours.importances_mean, theirs.importances_mean, rtol=0, atol=atol)
        assert_allclose(ours.importances_std, theirs.importances_std, rtol=0, atol=atol)


def test_weights_are_those_of_scikit_learn(late, samples):
    X, y = samples
    weight = np.random.default_rng(0).uniform(size=len(y))
    theirs = permutation_importance(late, X, y, random_state=1, sample_weight=weight)
    ours = modality_importance(
        late, X, y, method="permutation", random_state=1, sample_weight=weight
    )
    assert_allclose(ours.importances, theirs.importances, rtol=1e-12)


def test_a_modality_of_several_columns_moves_as_one():
    rng = np.random.default_rng(0)
    left = rng.integers(2, size=200)
    X = pd.DataFrame({"a": left, "b": left, "c": rng.integers(2, size=200)})
    y = (X["a"] == X["b"]).to_numpy()
    X.loc[::2, "b"] = 1 - X.loc[::2, "b"]
    y = (X["a"] == X["b"]).to_numpy()
    tree = DecisionTreeClassifier(random_state=0).fit(X, y)
    alone = modality_importance(tree, X, y, method="permutation", random_state=0)
    together = modality_importance(
        tree, X, y, method="permutation", random_state=0, modalities={"ab": ["a", "b"], "c": "c"}
    )
    assert alone.importances_mean[0] > 0.4
    # Pairs stay pairs: the share that is wrong is that of rows that got another kind of pair.
    assert together.modalities == ["ab", "c"]
    assert 0.4 < together.importances_mean[0] < 0.6
    assert together.importances_mean[1] == 0


def test_ablation_is_what_the_score_loses(late, samples):
    X, y = samples
    found = modality_importance(late, X, y, method="ablation", random_state=0)
    for name, value in zip(found.modalities, found.importances_mean, strict=True):
        masked = X.assign(**{name: X[name].where(np.zeros(len(X), dtype=bool), None)})
        assert value == pytest.approx(late.score(X, y) - late.score(masked, y), abs=1e-15)
        others = {m: X[m].where(np.zeros(len(X), dtype=bool), None) for m in X if m != name}
        assert found.table.loc[name, "alone"] == late.score(X.assign(**others), y)


@pytest.mark.parametrize("order", [slice(None, None, -1), [2, 0, 1]])
def test_the_order_of_columns_does_not_matter(late, early, samples, order):
    X, y = samples
    for model in (late, early):
        first = modality_importance(model, X, y, random_state=0, confidence_level=None)
        other = modality_importance(
            model, X.iloc[:, order], y, random_state=0, confidence_level=None
        )
        assert first.modalities == other.modalities
        assert_array_equal(first.importances, other.importances)


def test_the_order_of_rows_does_not_matter(late, early, samples):
    X, y = samples
    rows = np.random.default_rng(0).permutation(len(y))
    for model in (late, early):
        first = modality_importance(model, X, y, random_state=0, scoring="neg_log_loss")
        other = modality_importance(
            model, X.iloc[rows], y[rows], random_state=0, scoring="neg_log_loss"
        )
        assert_allclose(first.importances, other.importances, atol=1e-12)


def test_what_lies_in_a_missing_cell_does_not_matter(late, early, samples):
    X, y = samples
    tensor, present = X["audio"].array.tensor.copy(), X["audio"].array.present
    expected = {}
    for fill in (np.nan, 1e6):
        tensor[~present] = fill
        filled = X.assign(audio=type(X["audio"].array)(tensor, present))
        for removal in ("mask", "permute", "mean"):
            for name, model in (("late", late), ("early", early)):
                found = modality_importance(model, filled, y, removal=removal, random_state=0)
                key = name, removal
                assert_array_equal(expected.setdefault(key, found.importances), found.importances)


def test_a_column_transformer_takes_masks_if_its_steps_do():
    impute = make_pipeline(SimpleImputer(), StandardScaler())
    model = make_pipeline(make_column_transformer((impute, ["age", "size"])), LogisticRegression())
    X = TABLE[["age", "size"]]
    model.fit(X, CLASSES)
    found = modality_importance(model, X, CLASSES, random_state=0)
    means = X.assign(age=X["age"].mean())
    expected = model.score(X, CLASSES) - model.score(means, CLASSES)
    assert found.scores[("age", "size")] - found.scores[("size",)] == pytest.approx(expected)


def test_an_estimator_that_takes_no_nulls_names_the_way_out():
    with pytest.raises(
        ValueError, match=r'cannot take the null cells.*Set removal="permute" or "mean"'
    ):
        modality_importance(COLUMNS, TABLE, CLASSES)


def test_texts_have_no_mean():
    with pytest.raises(ModalityError, match="modality 'text'.*have no mean"):
        modality_importance(COLUMNS, TABLE, CLASSES, removal="mean")


def test_permutation_permutes():
    for removal in ("mean", "refit"):
        with pytest.raises(
            ValueError, match=f"removal='{removal}' does not; set method=\"ablation\""
        ):
            modality_importance(COLUMNS, TABLE, CLASSES, method="permutation", removal=removal)


def test_folds_score_clones_that_were_fitted_without_them(late, samples):
    X, y = samples
    cv = KFold(4, shuffle=True, random_state=0)
    found = modality_importance(late, X, y, cv=cv, random_state=0, scoring="neg_log_loss")
    whole = cross_val_score(late, X, y, cv=cv, scoring="neg_log_loss")
    assert found.importances.shape == (3, 4)
    assert found.scores[tuple(SHAPES)] == pytest.approx(whole.mean(), rel=1e-12)
    error = np.sqrt((1 / 4 + 1 / 3) * found.importances.var(axis=1, ddof=1))
    half = (found.interval[:, 1] - found.interval[:, 0]) / 2
    assert_allclose(half, 3.182446 * error, rtol=1e-6)  # Student's t with 3 degrees of freedom


def test_refitted_models_are_those_of_the_modalities_that_are_left(early, samples):
    X, y = samples
    found = modality_importance(early, X, y, removal="refit", random_state=0)
    alone = make_pipeline(MultimodalFusion([("text", "passthrough")]), LogisticRegression())
    assert found.scores[("text",)] == pytest.approx(cross_val_score(alone, X, y).mean())
    assert found.scores[()] == pytest.approx(max(np.bincount(y)) / len(y), abs=0.02)
    assert found.importances.shape == (3, 5)


def test_groups_stay_in_one_fold_and_reach_a_late_fusion(late, samples):
    X, y = samples
    groups = np.arange(len(y)) // 9
    found = modality_importance(late, X, y, cv=GroupKFold(5), groups=groups, random_state=0)
    whole = cross_val_score(late, X, y, cv=GroupKFold(5), groups=groups)
    assert found.scores[tuple(SHAPES)] == pytest.approx(whole.mean())


def test_intervals_without_folds_count_groups_as_one(late, samples):
    X, y = samples
    groups = np.arange(len(y)) % 10
    twice = {"X": pd.concat([X, X]), "y": np.tile(y, 2)}
    once = modality_importance(late, X, y, groups=groups, random_state=0)
    both = modality_importance(late, **twice, groups=np.tile(groups, 2), random_state=0)
    assert_allclose(both.interval, once.interval, rtol=1e-9)


def test_weights_of_fit_reach_the_clones(samples):
    X, y = samples
    weight = np.where(y == 1, 1e-6, 1.0)
    model = LogisticRegression()
    table = np.hstack([X[m].array.tensor for m in ("image", "text")])
    found = modality_importance(
        model,
        table,
        y,
        modalities={"image": slice(0, 9), "text": slice(9, 13)},
        removal="refit",
        params={"sample_weight": weight},
        random_state=0,
    )
    assert found.scores[("image", "text")] == pytest.approx((y == 0).mean(), abs=0.02)
    assert found.scores[()] == pytest.approx((y == 0).mean(), abs=0.02)


def test_more_than_eight_modalities_are_sampled(numbers):
    X, y = np.hstack([numbers[0][m].array.tensor for m in SHAPES]), numbers[1] > 0
    model = LogisticRegression().fit(X, y)
    found = modality_importance(model, X, y, removal="mean", random_state=0)
    assert len(found.modalities) == 18
    total = found.scores[tuple(found.modalities)] - found.scores[()]
    assert abs(found.importances_mean.sum() - total) < 1e-12
    assert "alone" not in found.table
    again = modality_importance(model, X, y, removal="mean", random_state=0)
    assert_array_equal(found.interval, again.interval)


def test_sampled_orders_widen_the_intervals(late, samples):
    X, y = samples
    exact = modality_importance(late, X, y, scoring="neg_log_loss", random_state=0)
    sampled = modality_importance(late, X, y, scoring="neg_log_loss", random_state=0, n_orders=400)
    assert_allclose(sampled.importances_mean, exact.importances_mean, atol=0.02)
    assert (np.diff(sampled.interval) > np.diff(exact.interval) * 0.95).all()


def test_without_a_level_there_is_no_interval(late, samples):
    found = modality_importance(late, *samples, confidence_level=None)
    assert np.isnan(found.interval).all()


def test_a_higher_level_widens_the_interval(late, samples):
    widths = [
        np.diff(
            modality_importance(late, *samples, confidence_level=level, random_state=0).interval
        )
        for level in (0.5, 0.9)
    ]
    assert_allclose(widths[1] / widths[0], 1.729133 / 0.687621, rtol=1e-5)  # t with 19 degrees


@pytest.mark.parametrize("removal", ["mask", "permute"])
def test_n_jobs_changes_nothing(late, samples, removal):
    alone, two = (
        modality_importance(late, *samples, removal=removal, random_state=0, n_jobs=n_jobs)
        for n_jobs in (None, 2)
    )
    assert_array_equal(alone.importances, two.importances)
    assert_array_equal(alone.interval, two.interval)


def test_nothing_is_changed(early, samples):
    X, y = samples
    before = X.copy(), y.copy(), np.random.get_state()[1].copy()  # noqa: NPY002
    modality_importance(early, X, y, removal="permute", random_state=0)
    pd.testing.assert_frame_equal(X, before[0])
    assert_array_equal(y, before[1])
    assert_array_equal(np.random.get_state()[1], before[2])  # noqa: NPY002


def test_a_table_has_all_of_it():
    result = ModalityImportance(
        ["a", "b"],
        np.array([[1.0, 3.0], [0.0, 0.0]]),
        np.array([[0.0, 4.0], [0.0, 0.0]]),
        {("a",): 5.0, ("b",): 6.0},
        "r2",
    )
    assert result.table.loc["a"].to_dict() == {
        "importance": 2,
        "std": 1,
        "low": 0,
        "high": 4,
        "alone": 5,
    }


def test_raw_samples_have_their_names_in_errors():
    X = make_frame(text=["a", "b", "c", "d"])
    model = make_pipeline(
        MultimodalFusion([("text", CountVectorizer(token_pattern="."))]), LogisticRegression()
    )
    model.fit(X, [0, 1, 0, 1])
    with pytest.raises(ValueError, match=r"modality 'text', row 0.*removal=\"permute\""):
        modality_importance(model, X, [0, 1, 0, 1])
