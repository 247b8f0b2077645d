"""Probabilities of classifiers of every kind, against what these say themselves."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit, softmax
from sklearn.datasets import load_iris, make_multilabel_classification
from sklearn.linear_model import LogisticRegression, Perceptron
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

from skmm import LateFusionClassifier
from skmm.fusion._late.probabilities import has_scores, predict_probabilities
from skmm.fusion._late.targets import read_targets

X, Y = load_iris(return_X_y=True)
TWO = Y < 2


def targets_of(y):
    return read_targets(y, LateFusionClassifier([]))[1]


def test_classes_that_were_not_seen_get_no_probability():
    model = LogisticRegression().fit(X[Y != 1], Y[Y != 1])
    probabilities = predict_probabilities(model, X, targets_of(Y))
    assert_array_equal(probabilities[:, [0, 2]], model.predict_proba(X))
    assert not probabilities[:, 1].any()


def test_a_decision_function_goes_through_a_logistic_function_or_a_softmax():
    binary, three = LinearSVC().fit(X[TWO], Y[TWO]), SVC().fit(X, Y)
    assert_allclose(
        predict_probabilities(binary, X, targets_of(Y[TWO]))[:, 1],
        expit(binary.decision_function(X)),
    )
    found = predict_probabilities(three, X, targets_of(Y))
    assert_allclose(found, softmax(three.decision_function(X), axis=1))
    assert_array_equal(found.argmax(axis=1), three.decision_function(X).argmax(axis=1))


def test_a_decision_alone_is_certain():
    model = Silent().fit(X, Y)
    assert not has_scores(model)
    certain = np.eye(3)[model.predict(X)]
    assert_array_equal(predict_probabilities(model, X, targets_of(Y)), certain)


class Silent(NearestCentroid):
    """Says nothing but its decision."""

    predict_proba = decision_function = property()


@pytest.mark.parametrize("model", [KNeighborsClassifier(), DecisionTreeClassifier(max_depth=2)])
def test_lists_of_probabilities_stand_side_by_side(model):
    y = np.column_stack([Y, Y // 2 + 5])
    model.fit(X, y)
    expected = np.hstack(model.predict_proba(X))
    assert_array_equal(predict_probabilities(model, X, targets_of(y)), expected)


@pytest.mark.parametrize(
    "model",
    [
        OneVsRestClassifier(LogisticRegression()),
        MLPClassifier((5,), max_iter=5, random_state=0),
        ClassifierChain(LogisticRegression()),
    ],
    ids=lambda model: type(model).__name__,
)
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_the_probability_of_each_label_is_that_of_its_one(model):
    X, y = make_multilabel_classification(60, n_classes=3, random_state=0)
    model.fit(X, y)
    probabilities = predict_probabilities(model, X, targets_of(y))
    assert_allclose(probabilities[:, 1::2], model.predict_proba(X))
    assert_allclose(probabilities[:, ::2] + probabilities[:, 1::2], 1)


def test_the_decision_function_for_labels_goes_through_the_logistic_function():
    X, y = make_multilabel_classification(60, n_classes=3, random_state=0)
    model = OneVsRestClassifier(LinearSVC()).fit(X, y)
    probabilities = predict_probabilities(model, X, targets_of(y))
    assert_allclose(probabilities[:, 1::2], expit(model.decision_function(X)))


def test_decisions_about_several_targets_are_certain():
    y = np.column_stack([Y, Y // 2])
    model = MultiOutputClassifier(Perceptron()).fit(X, y)
    probabilities = predict_probabilities(model, X, targets_of(y))
    assert_array_equal(probabilities[:, :3].argmax(axis=1), model.predict(X)[:, 0])
    assert_array_equal(np.unique(probabilities), [0, 1])


@pytest.mark.parametrize("n_classes", [3, 4])
def test_scores_of_pairs_of_classes_are_refused(n_classes):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 2)), np.arange(40) % n_classes
    model = make_pipeline(SVC(decision_function_shape="ovo")).fit(X, y)
    with pytest.raises(ValueError, match=r"pairs of classes.*ovr"):
        predict_probabilities(model, X, targets_of(y))


def test_scores_of_another_number_of_classes_are_refused():
    class Wide(LogisticRegression):
        def predict_proba(self, X):
            return np.full((len(X), 5), 0.2)

    with pytest.raises(ValueError, match=r"scores of shape \(150, 5\) for 3 classes"):
        predict_probabilities(Wide(max_iter=1000).fit(X, Y), X, targets_of(Y))


def test_an_array_for_targets_of_several_classes_is_refused():
    class Flat(KNeighborsClassifier):
        def predict_proba(self, X):
            return np.hstack(super().predict_proba(X))

    y = np.column_stack([Y, Y // 2])
    with pytest.raises(ValueError, match=r"Flat gives scores of shape \(150, 5\).*MultiOutput"):
        predict_probabilities(Flat().fit(X, y), X, targets_of(y))


def test_probabilities_of_float32_sum_to_1_in_float64():
    rows = X.astype(np.float32)
    model = LogisticRegression(max_iter=1000).fit(rows, Y)
    assert model.predict_proba(rows).dtype == np.float32
    probabilities = predict_probabilities(model, rows, targets_of(Y))
    assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-15)
    assert_allclose(probabilities, model.predict_proba(rows), rtol=1e-6)
