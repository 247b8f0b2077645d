import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn import config_context
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    cross_val_score,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmm.fusion._early.skill import skill_of_block

EVERYWHERE = np.ones(60, dtype=bool)
GROUPS = np.repeat(np.arange(12), 5)

SHUFFLED = {"shuffle": True, "random_state": 0}
STRATIFIED, PLAIN = StratifiedKFold(5, **SHUFFLED), KFold(5, **SHUFFLED)


@pytest.fixture
def rows():
    return np.random.default_rng(0).normal(size=(60, 3))


@pytest.fixture
def classes(rows):
    return np.digitize(rows[:, 0] + 0.5 * rows[:, 1], [-0.5, 0.5])


def test_skill_is_the_balanced_accuracy_of_logistic_regression(rows, classes):
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    expected = cross_val_score(
        model, rows, classes, cv=STRATIFIED, scoring="balanced_accuracy"
    ).mean()
    score, chance = skill_of_block(rows, classes, None, EVERYWHERE)
    assert_allclose([score, chance], [expected, 1 / 3])


def test_skill_in_numbers_is_the_r2_of_ridge_regression(rows):
    y = rows @ [1.0, 2, 3] + np.sin(np.arange(60))
    expected = cross_val_score(make_pipeline(StandardScaler(), Ridge()), rows, y, cv=PLAIN).mean()
    assert_allclose(skill_of_block(rows, y, None, EVERYWHERE), [expected, 0])


@pytest.mark.parametrize("is_regression", [False, True])
def test_groups_are_kept_whole(rows, classes, is_regression):
    y = rows[:, 0] if is_regression else classes
    model = Ridge() if is_regression else LogisticRegression(max_iter=1000)
    expected = cross_val_score(
        make_pipeline(StandardScaler(), model),
        rows,
        y,
        groups=GROUPS,
        cv=(GroupKFold if is_regression else StratifiedGroupKFold)(5),
        scoring="r2" if is_regression else "balanced_accuracy",
    ).mean()
    assert_allclose(skill_of_block(rows, y, GROUPS, EVERYWHERE)[0], expected)


def test_only_rows_that_have_the_modality_count(rows, classes):
    present = np.arange(60) % 4 > 0
    junk = np.where(present, classes, 77)
    expected = skill_of_block(rows[present], classes[present], GROUPS[present], present[present])
    assert skill_of_block(rows[present], junk, GROUPS, present) == expected


def test_fewer_groups_make_fewer_folds(rows, classes):
    two = GROUPS % 2
    expected = cross_val_score(
        make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
        rows,
        classes,
        groups=two,
        cv=StratifiedGroupKFold(2),
        scoring="balanced_accuracy",
    ).mean()
    assert_allclose(skill_of_block(rows, classes, two, EVERYWHERE)[0], expected)


def test_sparse_blocks_are_scaled_and_not_centered(rows, classes):
    counts = np.abs(np.rint(rows))
    model = make_pipeline(StandardScaler(with_mean=False), LogisticRegression(max_iter=1000))
    expected = cross_val_score(
        model, counts, classes, cv=STRATIFIED, scoring="balanced_accuracy"
    ).mean()
    score, _ = skill_of_block(sparse.csr_array(counts), classes, None, EVERYWHERE)
    assert_allclose(score, expected)


def test_one_group_is_refused(rows, classes):
    with pytest.raises(ValueError, match="of one group.*give other weights"):
        skill_of_block(rows, classes, np.zeros(60), EVERYWHERE)


def test_groups_of_another_length_are_refused(rows, classes):
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        skill_of_block(rows, classes, np.zeros(3), EVERYWHERE)


def test_y_is_needed(rows):
    with pytest.raises(ValueError, match="requires y to be passed, but the target y is None"):
        skill_of_block(rows, None, None, EVERYWHERE)


@pytest.mark.filterwarnings("ignore:A single label was found")
def test_several_targets_and_folds_of_one_class_are_refused(rows):
    with pytest.raises(ValueError, match='weights="cv" is for one target, and y has several'):
        skill_of_block(rows, np.zeros((60, 2)), None, EVERYWHERE)
    rare = (GROUPS == 0).astype(int)
    with pytest.raises(ValueError, match="at least 2 classes"):
        skill_of_block(rows, rare, GROUPS, EVERYWHERE)


def test_measured_whole_numbers_are_scored_as_numbers():
    X, y = load_diabetes(return_X_y=True)  # y is whole, and takes 214 values
    expected = cross_val_score(make_pipeline(StandardScaler(), Ridge()), X, y, cv=PLAIN).mean()
    everywhere = np.ones(len(y), dtype=bool)
    assert_allclose(skill_of_block(X, y, None, everywhere), [expected, 0])


@pytest.mark.parametrize(
    "as_column", [lambda y: y[:, None], lambda y: sparse.csr_array(y[:, None])]
)
def test_y_may_be_a_column(rows, classes, as_column):
    expected = skill_of_block(rows, classes, None, EVERYWHERE)
    assert skill_of_block(rows, as_column(classes), None, EVERYWHERE) == expected


def test_sparse_labels_are_several_targets_too(rows):
    with pytest.raises(ValueError, match="y has several"):
        skill_of_block(rows, sparse.csr_array(np.ones((60, 2))), None, EVERYWHERE)


def test_small_classes_make_fewer_folds(rows):
    y, few = np.repeat([0, 1, 2], 4), np.ones(12, dtype=bool)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    expected = cross_val_score(
        model, rows[:12], y, cv=StratifiedKFold(4, **SHUFFLED), scoring="balanced_accuracy"
    ).mean()
    assert_allclose(skill_of_block(rows[:12], y, None, few)[0], expected)
    with pytest.raises(ValueError, match="no class has two samples.*give other weights"):
        skill_of_block(rows[:12], np.arange(12), None, few)


def test_groups_are_kept_whole_with_metadata_routing(rows, classes):
    expected = skill_of_block(rows, classes, GROUPS, EVERYWHERE)
    with config_context(enable_metadata_routing=True):
        assert skill_of_block(rows, classes, GROUPS, EVERYWHERE) == expected
