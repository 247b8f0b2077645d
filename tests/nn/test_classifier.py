"""Classification: labels, class weights, priors, and what cannot be learned."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from sklearn.metrics import roc_auc_score

from skmm.frame import drop_modalities
from skmm.nn import DeepFusionClassifier

QUICK = {"max_epochs": 5, "embed_dim": 8, "hidden_dims": (8,), "random_state": 0, "device": "cpu"}


@pytest.mark.parametrize("fusion", ["gated", "concat"])
def test_classes_are_learned_from_a_frame(toy, fusion):
    X, y = toy
    model = DeepFusionClassifier(fusion=fusion, max_epochs=20, lr=1e-2, random_state=0).fit(X, y)
    assert model.score(X, y) > 0.9


def test_labels_of_any_kind_come_back(toy):
    X, y = toy
    labels = np.array(["no", "yes"])[y]
    model = DeepFusionClassifier(**QUICK).fit(X, labels)
    assert_array_equal(model.classes_, ["no", "yes"])
    assert set(model.predict(X)) <= {"no", "yes"}


def test_probabilities_sum_to_one(toy):
    X, y = toy
    assert_allclose(DeepFusionClassifier(**QUICK).fit(X, y).predict_proba(X).sum(axis=1), 1)


def test_a_sample_without_any_modality_gets_the_class_shares_of_fit(toy):
    X, y = toy
    y = y.copy()
    y[:10] = 0
    model = DeepFusionClassifier(**QUICK, class_weight="balanced").fit(X, y)
    empty = drop_modalities(X, keep_one=False)
    expected = np.bincount(y) / len(y)
    assert_array_equal(model.predict_proba(empty), np.tile(expected, (len(y), 1)))


def test_the_class_shares_count_sample_weights(toy):
    X, y = toy
    model = DeepFusionClassifier(**QUICK).fit(X, y, sample_weight=1 + 2 * y)
    assert_allclose(model.class_prior_, [0.25, 0.75])


def test_class_weight_is_sample_weight_by_class(toy):
    X, y = toy
    by_class = DeepFusionClassifier(**QUICK, class_weight={0: 1.0, 1: 3.0}).fit(X, y)
    by_sample = DeepFusionClassifier(**QUICK).fit(X, y, sample_weight=1.0 + 2 * y)
    assert_array_equal(by_class.predict_proba(X), by_sample.predict_proba(X))


def test_balanced_weights_favor_the_rare_class():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(100, 2)), np.arange(100) % 10 == 0
    params = QUICK | {"max_epochs": 30}
    plain = DeepFusionClassifier(**params).fit(X, y).predict_proba(X)[:, 1]
    balanced = DeepFusionClassifier(**params, class_weight="balanced").fit(X, y).predict_proba(X)
    assert balanced[:, 1].mean() > plain.mean() + 0.1


def test_one_class_is_refused(toy):
    X, y = toy
    with pytest.raises(ValueError, match=r"y has only 1 class of positive weight, \[0\]"):
        DeepFusionClassifier(**QUICK).fit(X, np.zeros_like(y))


def test_weights_that_leave_one_class_are_refused(toy):
    X, y = toy
    with pytest.raises(ValueError, match=r"y has only 1 class of positive weight, \[1\]"):
        DeepFusionClassifier(**QUICK).fit(X, y, sample_weight=y)


def test_weights_of_zero_only_are_refused(toy):
    X, y = toy
    with pytest.raises(ValueError, match="at least one non-zero"):
        DeepFusionClassifier(**QUICK).fit(X, y, sample_weight=0 * y)
    with pytest.raises(ValueError, match="only 0 class of positive weight"):
        DeepFusionClassifier(**QUICK, class_weight={0: 0.0, 1: 0.0}).fit(X, y)


def test_warm_start_refuses_other_classes(toy):
    X, y = toy
    model = DeepFusionClassifier(**QUICK, warm_start=True).fit(X, y)
    with pytest.raises(ValueError, match=r"net for the classes \[0, 1\], and y has \[0, 1, 2\]"):
        model.fit(X, np.arange(40) % 3)


def test_balanced_weights_leave_a_class_of_weight_zero_out(toy):
    X, y = toy
    labels = np.where(np.arange(40) < 2, 2, y)
    weight = (labels != 2).astype(float)
    params = {"max_epochs": 2, "class_weight": "balanced", "random_state": 0}
    model = DeepFusionClassifier(**params).fit(X, labels, sample_weight=weight)
    assert model.classes_.tolist() == [0, 1, 2]
    assert np.isfinite(model.predict_proba(X)).all()


def test_a_class_whose_samples_have_no_modality_cannot_be_told_apart(toy):
    X, y = toy
    empty = X.copy()
    empty.iloc[y == 1] = drop_modalities(X.iloc[y == 1], keep_one=False)
    with pytest.raises(ValueError, match="only 1 class of positive weight"):
        DeepFusionClassifier(max_epochs=1).fit(empty, y)


@pytest.fixture
def labels(toy):
    X, y = toy
    return X, np.column_stack([y, 1 - y, np.arange(40) % 4 == 0]).astype(int)


def test_labels_are_learned(labels):
    X, y = labels
    model = DeepFusionClassifier(lr=1e-2, max_epochs=60, dropout=0.0, random_state=0).fit(X, y)
    assert_array_equal(model.predict(X)[:, :2], y[:, :2])
    assert_array_equal(model.predict(X), model.predict_proba(X) > 0.5)
    assert model.classes_.tolist() == [0, 1, 2]


def test_sparse_labels_are_dense_ones(labels):
    X, y = labels
    model = DeepFusionClassifier(**QUICK)
    expected = model.fit(X, y).predict_proba(X)
    assert_array_equal(model.fit(X, csr_array(y)).predict_proba(X), expected)


def test_two_labels_that_exclude_each_other_are_learned_like_two_classes(toy):
    """The sum of two sigmoid losses is not the softmax loss, but both rank samples alike."""
    X, y = toy
    params = QUICK | {"max_epochs": 40, "lr": 1e-2}
    both = DeepFusionClassifier(**params).fit(X, np.column_stack([1 - y, y])).predict_proba(X)
    one = DeepFusionClassifier(**params).fit(X, y).predict_proba(X)
    assert roc_auc_score(y, both[:, 1]) == roc_auc_score(y, one[:, 1]) == 1


def test_balanced_labels_favor_the_rare_one():
    rng = np.random.default_rng(0)
    X, rare = rng.normal(size=(100, 2)), np.arange(100) % 10 == 0
    y = np.column_stack([rare, np.arange(100) % 2]).astype(int)
    params = QUICK | {"max_epochs": 30}
    plain = DeepFusionClassifier(**params).fit(X, y).predict_proba(X)
    balanced = DeepFusionClassifier(**params, class_weight="balanced").fit(X, y).predict_proba(X)
    assert balanced[:, 0].mean() > plain[:, 0].mean() + 0.1
    assert abs(balanced[:, 1].mean() - plain[:, 1].mean()) < 0.1


def test_labels_of_a_sample_without_any_modality_get_their_shares(labels):
    X, y = labels
    model = DeepFusionClassifier(**QUICK).fit(X, y)
    empty = drop_modalities(X, keep_one=False)
    assert_array_equal(model.predict_proba(empty), np.tile(y.mean(axis=0), (40, 1)))


def test_labels_can_stop_early(labels):
    X, y = labels
    assert "valid_loss" in DeepFusionClassifier(**QUICK, early_stopping=True).fit(X, y).history_


def test_several_targets_with_classes_are_refused(labels):
    X, y = labels
    with pytest.raises(ValueError, match="read as labels of 0 and 1, and holds"):
        DeepFusionClassifier(**QUICK).fit(X, 2 * y)


def test_weights_of_labels_by_class_are_refused(labels):
    X, y = labels
    with pytest.raises(ValueError, match="y has 3 labels; use class_weight='balanced'"):
        DeepFusionClassifier(**QUICK, class_weight={0: 1}).fit(X, y)


def test_warm_start_refuses_labels_after_classes(labels):
    X, y = labels
    model = DeepFusionClassifier(**QUICK, warm_start=True).fit(X, y[:, 0])
    with pytest.raises(ValueError, match=r"net for the classes \[0, 1\], and y has \[0, 1, 2\]"):
        model.fit(X, y)
